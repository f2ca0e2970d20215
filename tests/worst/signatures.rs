//! Signatures: malleable, under another type, unknown, doubled, and too many.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::record::armour::{Label, wrap};
use breakglass::record::card::Role;
use breakglass::record::chain::LogRecord;
use breakglass::record::note::Note;
use breakglass::record::statement::{Action, Denial};
use breakglass::record::statements::Statements;

use ed25519_dalek::Verifier as _;
use sha2::{Digest as _, Sha512};

use crate::forge::{entry, first_line, honest_line, line_of, signature_line, swapped};
use crate::laid::Laid;
use crate::world::{actor, text};

/// The order of the curve's prime subgroup, little endian (RFC 8032, section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The signature with the group's order added to its S: the same equation, other bytes.
fn plus_order(mut signature: [u8; 64]) -> [u8; 64] {
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    signature
}

/// A record of nothing by alice, with these signature lines under it in place of hers.
fn record_with(laid: &Laid, lines: impl FnOnce(&str) -> String) -> Vec<u8> {
    let alice = [laid.world.signs("alice")];
    let nothing = Statements { statements: Vec::new() };
    let text = format!("{}\n", line_of(&entry(&laid.world, nothing, &alice), &alice));
    format!("{text}\n{}\n", lines(&text)).into_bytes()
}

/// Alice's card, with these signature lines in place of hers.
fn card_with(laid: &Laid, lines: impl FnOnce(&str) -> String) -> Vec<u8> {
    let text = format!("{}\n", first_line(laid.world.person("alice").card.note().as_bytes()));
    format!("{text}\n{}", lines(&text)).into_bytes()
}

/// Lines that alice's own record and card do not hold with, and why.
#[track_caller]
fn lines_are_refused(laid: &Laid, rule: &str, why: &str, lines: impl Fn(&str) -> String) {
    laid.is_no_record(rule, &record_with(laid, &lines));
    laid.is_no_card(&card_with(laid, &lines)).what("the card does not verify").what(why);
}

#[test]
fn the_lines_that_alice_signs_are_taken() {
    let laid = Laid::ready();
    let honest = |text: &str| honest_line(&laid.world.signs("alice"), text);
    laid.restore([laid.world.bytes(), record_with(&laid, honest)].concat());
    laid.disk.write("good.card", card_with(&laid, honest));
    laid.begins("good.card", None);
}

#[test]
fn a_signature_with_s_plus_l_is_refused() {
    let laid = Laid::ready();
    let (_, key) = laid.world.signs("alice");
    let malleable = |text: &str| {
        let signature = plus_order(key.sign(text.as_bytes()));
        signature_line("alice", key.verifying_key().as_bytes(), &signature)
    };
    lines_are_refused(&laid, "RECORD-SIGNATURE", "the signature of `alice` does not verify", malleable);
    // In a statement too.
    let asking = laid.emergency();
    let action = Action { request: asking.record, done: text("repaired it") };
    let statement = laid.world.state("alice", action);
    let line = format!("{}\n", first_line(statement.note.as_bytes()));
    let run = laid.is_not_collected(10, format!("{line}\n{}\n", malleable(&line)).as_bytes());
    run.what("STATEMENT-SIGNATURE").what("`alice`").next("nothing was collected");
    laid.is_collected(&LogRecord::bytes_of(&statement.note));
}

/// The sum of two numbers below the group's order, little endian, below it again.
fn sum(one: [u8; 32], other: [u8; 32]) -> [u8; 32] {
    let (mut sum, mut carry) = ([0; 32], 0);
    for at in 0..32 {
        let digit = u16::from(one[at]) + u16::from(other[at]) + carry;
        sum[at] = digit as u8;
        carry = digit >> 8;
    }
    if sum.iter().rev().lt(ORDER.iter().rev()) {
        return sum;
    }
    let mut borrow = 0;
    for at in 0..32 {
        let digit = i16::from(sum[at]) - i16::from(ORDER[at]) - borrow;
        sum[at] = digit.rem_euclid(256) as u8;
        borrow = i16::from(digit < 0);
    }
    sum
}

/// `number` times `times`, modulo the group's order; both little endian, and `times` of any length.
fn product(number: [u8; 32], times: &[u8]) -> [u8; 32] {
    let bits = times.iter().rev().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1));
    bits.fold([0; 32], |product, bit| {
        let double = sum(product, product);
        if bit == 1 { sum(double, number) } else { double }
    })
}

/// Only the key's own holder can make such a signature, and a later quarrel about it would be theirs to win:
/// other programs accept it.
#[test]
fn a_signature_whose_r_is_of_small_order_is_refused() {
    let laid = Laid::ready();
    let (_, key) = laid.world.signs("alice");
    let public = *key.verifying_key().as_bytes();
    let with_r_of_order_1 = |text: &str| {
        let mut scalar = Sha512::digest(key.seed().as_slice())[..32].to_vec();
        (scalar[0], scalar[31]) = (scalar[0] & 0xf8, scalar[31] & 0x7f | 0x40);
        let mut one = [0; 32];
        one[0] = 1;
        let hash = Sha512::digest([&one[..], &public, text.as_bytes()].concat());
        let s = product(product(one, &scalar), &hash);
        let signature: [u8; 64] = [one, s].concat().try_into().unwrap();
        // It fulfils the equation.
        let lenient = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
        lenient.verify(text.as_bytes(), &ed25519_dalek::Signature::from_bytes(&signature)).unwrap();
        signature_line("alice", &public, &signature)
    };
    let why = "the signature of `alice` does not verify";
    lines_are_refused(&laid, "RECORD-SIGNATURE", why, with_r_of_order_1);
}

#[test]
fn a_right_signature_under_another_type_is_refused() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    // Alice's denial, passed off as something else with her signature left as it is.
    let denial = laid.world.state("alice", Denial { request: asking.record, because: text("no") });
    let note = String::from_utf8(denial.note.as_bytes().to_vec()).unwrap();
    for (kind, rule) in [("action", "RECORD-FIELD"), ("confirm", "RECORD-FIELD")] {
        let other = swapped(&note, "breakglass/v1/denial", &format!("breakglass/v1/{kind}"));
        laid.is_not_collected(10, format!("{other}\n").as_bytes()).what(rule);
    }
    // Hers to sign, and genuine: her book's record and her card are no statements, and no cards or approvals.
    let book = laid.world.person("alice").book_bytes.borrow().clone();
    let book = Note::take(&book).unwrap().0;
    let card = laid.world.person("alice").card.note();
    let record = &laid.world.records()[1].note;
    for (note, kind) in [(&book, "book"), (card, "card"), (record, "seal")] {
        let run = laid.is_not_collected(10, &LogRecord::bytes_of(note));
        run.what(&format!("a `{kind}` is no statement that this version knows"));
    }
    for (note, kind) in [(&book, "book"), (record, "seal"), (&denial.note, "denial")] {
        let run = laid.is_no_card(note.as_bytes());
        run.what(&format!("it is a `{kind}`, and a `card` is expected"));
    }
    // A denial in the place of an approval, with a ciphertext behind it.
    let approval = laid.world.approve("bob", &asking);
    let ciphertext = ApprovalFile::parse(&approval).unwrap().ciphertext.into_bytes();
    let bad = wrap(Label::Approval, &[LogRecord::bytes_of(&denial.note), ciphertext].concat());
    let run = laid.releases_nothing(5, &[("bad", bad), ("bob", approval)]);
    run.at("approval by `alice`: the statement by `alice` is not an approval");
    // A statement in the place of a record.
    laid.is_faulty("RECORD-MALFORMED", &LogRecord::bytes_of(card));
    laid.is_collected(&LogRecord::bytes_of(&denial.note));
}

#[test]
fn two_fields_that_say_the_same_in_another_kind_do_not_make_it_that_kind() {
    // An action and a denial differ in one field's name; whoever signs one has not signed the other.
    let laid = Laid::ready();
    let asking = laid.emergency();
    let action = laid.world.state("alice", Action { request: asking.record, done: text("x") });
    let note = String::from_utf8(action.note.as_bytes().to_vec()).unwrap();
    let denial = swapped(&swapped(&note, "v1/action", "v1/denial"), r#""done":"#, r#""because":"#);
    let run = laid.is_not_collected(10, format!("{denial}\n").as_bytes());
    run.what("STATEMENT-SIGNATURE").what("a `denial` by `alice`");
}

#[test]
fn an_unknown_signature_line_is_refused() {
    let laid = Laid::ready();
    let alice = |text: &str| honest_line(&laid.world.signs("alice"), text);
    let mallory = actor("mallory", &[Role::Custodian]);
    let beside = |text: &str| alice(text) + &honest_line(&mallory.signs(), text);
    lines_are_refused(&laid, "RECORD-SIGNERS", r#"signatures of ["alice", "mallory"]"#, beside);
    let before = |text: &str| honest_line(&mallory.signs(), text) + &alice(text);
    lines_are_refused(&laid, "RECORD-SIGNERS", r#"signatures of ["mallory", "alice"]"#, before);
    let instead = |text: &str| honest_line(&mallory.signs(), text);
    lines_are_refused(&laid, "RECORD-SIGNERS", r#"signatures of ["mallory"]"#, instead);
    // A line of an algorithm that is not known here: C2SP would ignore it, and this profile does not.
    let foreign = |text: &str| alice(text) + "\u{2014} alice2 AAAAAAAA\n";
    lines_are_refused(&laid, "RECORD-MALFORMED", "line 4 is not a signature line", foreign);
}

#[test]
fn a_signature_line_twice_is_refused() {
    let laid = Laid::ready();
    let twice = |text: &str| honest_line(&laid.world.signs("alice"), text).repeat(2);
    lines_are_refused(&laid, "RECORD-MALFORMED", "`alice` signed twice", twice);
}

#[test]
fn seventeen_signature_lines_are_refused() {
    let laid = Laid::ready();
    let (_, key) = laid.world.signs("alice");
    let lines = |text: &str, count: usize| -> String {
        let name = |at: usize| if at == 0 { text_of("alice") } else { text_of(&format!("person-{at}")) };
        (0..count).map(|at| honest_line(&(name(at), key), text)).collect()
    };
    let seventeen = |text: &str| lines(text, 17);
    lines_are_refused(&laid, "RECORD-MALFORMED", "there are more than 16 signatures", seventeen);
    // Sixteen are a note, though not one that alice alone may carry.
    let sixteen = |text: &str| lines(text, 16);
    lines_are_refused(&laid, "RECORD-SIGNERS", r#"it names ["alice"] as its signers"#, sixteen);
}

fn text_of(name: &str) -> breakglass::value::names::KeyName {
    text(name)
}
