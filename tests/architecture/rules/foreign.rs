//! Each foreign crate that matters is named in its home and nowhere else, so that there is one place to look
//! when it changes.

use crate::house::{Harmless, Planted};
use crate::modules::Parsed;

/// Each foreign crate that matters, and the only files that name it. A `/` at the end means a folder.
pub const HOMES: [(&str, &[&str]); 20] = [
    ("age", &["crypto/envelope.rs"]),
    ("ed25519_dalek", &["crypto/sign.rs"]),
    ("hkdf", &["crypto/sign.rs"]),
    ("scrypt", &["crypto/stretch.rs"]),
    ("sharks", &["crypto/shamir.rs"]),
    ("totp_rs", &["secret/totp.rs"]),
    ("zxcvbn", &["secret/password.rs"]),
    ("rpassword", &["cli/terminal/prompt.rs"]),
    ("sha2", &["crypto/digest.rs", "crypto/sign.rs"]),
    ("flate2", &["record/gzip.rs"]),
    ("jiff", &["value/time.rs"]),
    ("bech32", &["crypto/envelope.rs", "crypto/recipient.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/verb/completions.rs"]),
    ("clap_mangen", &["cli/verb/man.rs"]),
    ("strsim", &["cli/say/nearest.rs"]),
    ("landlock", &["hands/sandbox.rs"]),
    ("seccompiler", &["hands/sandbox/calls.rs"]),
    ("libc", &["hands/memory/arena.rs", "hands/memory/linux.rs", "hands/sandbox/calls.rs"]),
    ("rustix", &["cli/", "hands/"]),
];

fn at_home(path: &str, homes: &[&str]) -> bool {
    homes.iter().any(|home| if home.ends_with('/') { path.starts_with(home) } else { path == *home })
}

pub fn check(file: &Parsed, found: &mut Vec<String>) {
    for named in &file.paths {
        let Some((name, homes)) = HOMES.iter().find(|(name, _)| named.parts[0] == *name) else { continue };
        // A name alone, outside of `use`, is a variable or a field.
        let is_path = named.parts.len() > 1 || named.name.is_some();
        if is_path && !at_home(file.below_src(), homes) {
            let homes = homes.join(", ");
            found.push(format!(
                "{}:{}: `{}`: only {homes} names `{name}`",
                file.path,
                named.line,
                named.text()
            ));
        }
    }
}

pub const PLANTED: &[Planted] = &[
    (
        "record/note.rs",
        "use age::x25519;\n",
        "src/record/note.rs:2: `age::x25519`: only crypto/envelope.rs names `age`",
    ),
    ("record/note.rs", "use {serde::Serialize, age::x25519};\n", "src/record/note.rs:2: `age::x25519`"),
    ("record/note.rs", "use age as harmless;\n", "src/record/note.rs:2: `age`: only"),
    ("record/note.rs", "fn f() { ::age::x25519::f() }\n", "src/record/note.rs:2: `age::x25519::f`"),
    (
        "record/note.rs",
        "use ed25519_dalek::SigningKey;\n",
        "src/record/note.rs:2: `ed25519_dalek::SigningKey`: only crypto/sign.rs names `ed25519_dalek`",
    ),
    (
        "record/note.rs",
        "use hkdf::Hkdf;\n",
        "src/record/note.rs:2: `hkdf::Hkdf`: only crypto/sign.rs names `hkdf`",
    ),
    (
        "value/fingerprint.rs",
        "use scrypt::scrypt;\n",
        "src/value/fingerprint.rs:1: `scrypt::scrypt`: only crypto/stretch.rs names `scrypt`",
    ),
    (
        "secret/share.rs",
        "use sharks::Share;\n",
        "src/secret/share.rs:2: `sharks::Share`: only crypto/shamir.rs names `sharks`",
    ),
    (
        "record/note.rs",
        "use sha2::Sha256;\n",
        "src/record/note.rs:2: `sha2::Sha256`: only crypto/digest.rs, crypto/sign.rs names `sha2`",
    ),
    (
        "secret/share.rs",
        "fn f() { totp_rs::f() }\n",
        "src/secret/share.rs:2: `totp_rs::f`: only secret/totp.rs names `totp_rs`",
    ),
    (
        "secret/share.rs",
        "use zxcvbn::zxcvbn;\n",
        "src/secret/share.rs:2: `zxcvbn::zxcvbn`: only secret/password.rs names `zxcvbn`",
    ),
    (
        "cli/verb/open.rs",
        "use rpassword::read;\n",
        "src/cli/verb/open.rs:4: `rpassword::read`: only cli/terminal/prompt.rs names `rpassword`",
    ),
    (
        "record/note.rs",
        "use jiff::Timestamp;\n",
        "src/record/note.rs:2: `jiff::Timestamp`: only value/time.rs names `jiff`",
    ),
    (
        "record/armour.rs",
        "use flate2::Crc;\n",
        "src/record/armour.rs:1: `flate2::Crc`: only record/gzip.rs names `flate2`",
    ),
    (
        "record/note.rs",
        "use clap::Parser;\n",
        "src/record/note.rs:2: `clap::Parser`: only cli/, main.rs names `clap`",
    ),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "fn f() { let age = 1; }\n"),
    ("record/note.rs", "fn f(age: u8) -> u8 { age }\n"),
    ("record/note.rs", "struct A { age: u8, jiff: u8 }\n"),
    ("record/note.rs", "use crate::crypto::{sign as age};\n"),
    ("cli/say/painted.rs", "use clap::Parser;\n"),
];
