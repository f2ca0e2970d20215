//! Passwords: generated here, long and easy to type, or judged if a person types their own.

use std::sync::Once;

use rand::CryptoRng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::value::public;

/// What passwords are made of: lower-case letters and digits, without i, l, o, 0 and 1, which look alike.
/// No upper case: nobody has to hold a shift key, or to say "capital" when reading aloud.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// How many groups a generated password has.
const GROUPS: usize = 6;

/// How many characters a group has.
const GROUP_LENGTH: usize = 5;

/// How many characters of a generated password are drawn by lot.
const DRAWN: usize = GROUPS * GROUP_LENGTH;

/// How often a draw may turn out unusable. A sound generator needs a second draw once in 7,600 passwords, so
/// that a hundred in a row mean a broken one.
const DRAWS: usize = 100;

/// The score below which a root password counts as weak.
const STRONG: u8 = 4;

/// The score below which no identity is locked with a passphrase. scrypt makes each guess a thousand times as expensive
/// as the score supposes.
const LOCKS: u8 = 3;

/// How many characters a passphrase has at least.
const SHORTEST: usize = 12;

/// A fresh password: six groups of five characters out of 31, separated by `-`; 35 characters in all.
///
/// It holds 148 bits of entropy: 30 · log2(31) is 148.6, and asking for at least one letter and one digit
/// costs less than 0.001. Letters, digits and the hyphen are three of the four kinds of which AWS asks three
/// for a root password (AWS account management guide, "root user password").
///
/// # Panics
/// When `rng` is so broken that a hundred draws in a row give no usable password.
pub fn generate(rng: &mut impl CryptoRng) -> SecretString {
    let mut bytes = Zeroizing::new([0; 2 * DRAWN]);
    // The capacity is exact: a string that grows would leave pieces of the password behind.
    let mut password = Zeroizing::new(String::with_capacity(DRAWN + GROUPS - 1));
    for _ in 0..DRAWS {
        rng.fill_bytes(bytes.as_mut());
        password.clear();
        // Five bits name one of 32; the 32nd is thrown away: mapping it would make one symbol likelier.
        let drawn = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 31))).take(DRAWN);
        for (at, character) in drawn.enumerate() {
            if at > 0 && at % GROUP_LENGTH == 0 {
                password.push('-');
            }
            password.push(char::from(*character));
        }
        let complete = password.len() == DRAWN + GROUPS - 1;
        let letter = password.bytes().any(|byte| byte.is_ascii_lowercase());
        let digit = password.bytes().any(|byte| byte.is_ascii_digit());
        if complete && letter && digit {
            return SecretString::from(password.as_str());
        }
    }
    panic!("the random generator does not give random bytes");
}

/// How well a password resists guessing, as `zxcvbn` estimates it. Does not contain any of the password.
#[derive(Debug, Clone, PartialEq)]
pub struct Strength {
    /// From 0 (guessed at once) to 4 (more than 10^10 guesses).
    pub score: u8,
    /// The power of ten of the guesses that would find it; 0 for an empty password.
    pub guesses_log10: f64,
    /// Whether it is too weak for a root account: any score below 4.
    pub weak: bool,
    /// What makes it easy to guess, in English, if that is known.
    pub warning: Option<String>,
}

/// Estimates the strength of the first 100 characters of `password` (`zxcvbn` looks at no more), for
/// somebody who knows `user_inputs`: the account's name, its email address and the like, whole and in parts.
///
/// The estimate works on copies of the password that are freed without being wiped (`zxcvbn` knows no wiping):
/// call it only if memory is locked and the process short-lived, and not for a password from [`generate`].
pub(crate) fn strength(password: &str, user_inputs: &[&str]) -> Strength {
    let estimate = estimate(password, user_inputs);
    let score = u8::from(estimate.score());
    let warning = estimate.feedback().and_then(|feedback| feedback.warning());
    Strength {
        score,
        guesses_log10: estimate.guesses_log10().max(0.0),
        weak: score < STRONG,
        warning: warning.map(|text| text.to_string()),
    }
}

/// Has `zxcvbn` load its dictionaries, graphs and patterns, which it keeps: a megabyte and more, in which no password is.
/// Each of its searches finds something in this text.
fn load_dictionaries() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        drop(public::work(|| zxcvbn::zxcvbn("p4ssw0rd qwerty efghi aaaa 1999-12-31 drow", &[])))
    });
}

/// Why a passphrase is not to lock an identity, and what would be better, in English; `None` if it may. Contains none of
/// the passphrase. For `user_inputs`, and for what becomes of the passphrase, see [`strength`].
pub(crate) fn refused_passphrase(passphrase: &str, user_inputs: &[&str]) -> Option<String> {
    const BETTER: &str =
        "Four or five words that have nothing to do with each other are strong, and easy to remember.";
    if passphrase.chars().count() < SHORTEST {
        return Some(format!("At least {SHORTEST} characters, please. {BETTER}"));
    }
    let estimate = estimate(passphrase, &[user_inputs, &["breakglass"]].concat());
    if u8::from(estimate.score()) >= LOCKS {
        return None;
    }
    let guesses =
        format!("Too easy: 10^{:.0} guesses would find it.", estimate.guesses_log10().max(0.0).ceil());
    let warning = estimate.feedback().and_then(|feedback| feedback.warning());
    let reason = warning.map_or(String::new(), |warning| format!(" {warning}"));
    Some(format!("{guesses}{reason} {BETTER}"))
}

fn estimate(password: &str, user_inputs: &[&str]) -> zxcvbn::Entropy {
    load_dictionaries();
    let mut known = user_inputs.to_vec();
    // "example" is no less known than "root@example.com"; zxcvbn looks for whole inputs only.
    for input in user_inputs {
        known.extend(input.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 2));
    }
    zxcvbn::zxcvbn(password, &known)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::{Duration, Instant};

    use rand::{TryCryptoRng, TryRng};
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::crypto::testing::SeededRng;

    /// A generator whose every answer begins with the same two bytes and goes on with the same third one.
    struct Stuck([u8; 2], u8);

    impl TryRng for Stuck {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(u32::from_ne_bytes([self.1; 4]))
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(u64::from_ne_bytes([self.1; 8]))
        }

        fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
            to.fill(self.1);
            to[..2].copy_from_slice(&self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Stuck {}

    #[test]
    fn every_password_has_the_shape_and_pleases_aws() {
        let mut rng = SeededRng::new(1);
        // Without the rule, about one in 7,600 passwords would have no digit.
        for _ in 0..50_000 {
            let password = generate(&mut rng);
            let password = password.expose_secret();
            let groups = password.split('-').collect::<Vec<_>>();
            assert_eq!(groups.len(), 6, "{password}");
            for group in groups {
                assert_eq!(group.len(), 5, "{password}");
                assert!(group.bytes().all(|byte| ALPHABET.contains(&byte)), "{password}");
            }
            assert!((8..=128).contains(&password.len()));
            assert!(password.bytes().any(|byte| byte.is_ascii_lowercase()), "{password}");
            assert!(password.bytes().any(|byte| byte.is_ascii_digit()), "{password}");
        }
    }

    #[test]
    fn the_alphabet_has_no_character_twice_and_no_look_alikes() {
        let mut sorted = ALPHABET.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 31);
        assert!(!ALPHABET.iter().any(|character| b"ilo01".contains(character)));
        assert!(DRAWN as f64 * 31_f64.log2() > 148.0);
    }

    /// Chi-squared over the 31 characters, at each of the 30 places: 30 degrees of freedom each. A value above
    /// 75 has a probability below 0.00002. Mapping the 32nd value onto a character (instead of rejecting it) would
    /// double that character's share and give about 600.
    #[test]
    fn characters_are_drawn_evenly_at_every_place() {
        const PASSWORDS: usize = 20_000;
        let mut rng = SeededRng::new(2);
        let mut seen = [[0_u32; 31]; DRAWN];
        for _ in 0..PASSWORDS {
            let password = generate(&mut rng);
            let drawn = password.expose_secret().bytes().filter(|byte| *byte != b'-');
            for (place, character) in drawn.enumerate() {
                seen[place][ALPHABET.iter().position(|a| *a == character).unwrap()] += 1;
            }
        }
        let expected = PASSWORDS as f64 / 31.0;
        for (place, counts) in seen.iter().enumerate() {
            let chi_squared: f64 =
                counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
            assert!(chi_squared < 75.0, "place {place}: {chi_squared}");
            assert!(chi_squared > 5.0, "place {place} is too even to be random: {chi_squared}");
        }
    }

    #[test]
    fn the_generator_decides_the_password() {
        let of = |seed| generate(&mut SeededRng::new(seed)).expose_secret().to_owned();
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn a_broken_generator_gives_no_password_and_no_endless_loop() {
        // Letters only, digits only, nothing usable, and one letter and one digit with nothing usable behind.
        for (first, rest) in [([0; 2], 0), ([30; 2], 30), ([31; 2], 31), ([0, 30], 31)] {
            let made = std::panic::catch_unwind(|| generate(&mut Stuck(first, rest)));
            assert!(made.is_err(), "{first:?} {rest}");
        }
        assert!(std::panic::catch_unwind(|| generate(&mut Stuck([0, 0], 30))).is_ok());
    }

    #[test]
    fn a_generated_password_is_judged_strong() {
        let password = generate(&mut SeededRng::new(5));
        let judged = strength(password.expose_secret(), &["root@example.com"]);
        assert_eq!((judged.score, judged.weak, judged.warning), (4, false, None));
        assert!(judged.guesses_log10 > 15.0);
    }

    #[test]
    fn weak_passwords_are_told() {
        for password in ["", "password", "Password1!", "qwertyuiop", "correcthorse"] {
            let judged = strength(password, &[]);
            assert!(judged.weak && judged.score < 4, "{password}: {judged:?}");
            assert!(judged.guesses_log10.is_finite(), "{password}: {judged:?}");
        }
        assert!(strength("password", &[]).warning.unwrap().contains("common password"));
    }

    #[test]
    fn what_an_attacker_knows_weakens_a_password() {
        let password = "zyrkonbaltik";
        let unknown = strength(password, &[]).guesses_log10;
        for known in ["zyrkonbaltik", "root@zyrkonbaltik.example", "ZyrkonBaltik Ltd"] {
            let judged = strength(password, &[known]);
            assert!(judged.weak && judged.guesses_log10 < unknown - 2.0, "{known}: {judged:?}");
        }
    }

    /// `zxcvbn` keeps this limit itself; its cost grows faster than the length. An upgrade must keep it too.
    #[test]
    fn only_the_first_100_characters_are_judged_and_soon() {
        let hundred = "ä".repeat(100);
        let longer = format!("{hundred}{}", "Qx7-".repeat(100_000));
        let begun = Instant::now();
        assert_eq!(strength(&longer, &[]), strength(&hundred, &[]));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_passphrase_that_is_guessed_easily_is_refused_with_its_reason() {
        let refused =
            |passphrase: &str| refused_passphrase(passphrase, &["alice", "Alice Ng", "+1 555 0100"]);
        for (weak, why) in [
            ("short", "At least 12 characters"),
            ("aaaaaaaaaaaa", "Repeats like"),
            ("abcabcabcabcabc", "Repeats like"),
            ("passwordpassword", "Repeats like"),
            ("abcdefghijklmnop", "Sequences like"),
            ("qwertyuiop123", "10^"),
            ("alice-alice-ng", "10^"),
            ("breakglass-1", "10^"),
        ] {
            let said = refused(weak).unwrap_or_else(|| panic!("{weak} is taken"));
            assert!(said.contains(why) && said.contains("Four or five words"), "{weak}: {said}");
            assert!(!said.contains(weak), "{said}");
        }
        for strong in ["quiet-otter-lamp-velvet", "maple-rocket-daisy", "äöü-Straße-Öl-Mühle", "x8#kQz!mP2vL"]
        {
            assert_eq!(refused(strong), None, "{strong}");
        }
    }
}
