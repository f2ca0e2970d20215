//! The house holds: imports only go down, the auditor's rooms have no door to secrets, and each thing that
//! matters has one place. `tests/architecture/rules.rs` says the rules; each is tried here on a planted file
//! that breaks it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rules::{File, HOMES, MAX_LINES, floor, imports, module_of, violations};
use source::{paths, tokens, without_tests};

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

fn read(folder: &Path, below: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn the_source() -> Vec<File> {
    let mut files = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files.sort();
    files
}

// ── The source as it is ──

#[test]
fn the_source_keeps_the_rules() {
    let found = violations(&the_source());
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// What the rules are tried on is there, and its imports are seen: the test above does not pass on nothing.
#[test]
fn the_source_is_seen() {
    let files = the_source();
    let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    for path in [
        "lib.rs",
        "record/note.rs",
        "crypto/shamir.rs",
        "ledger/log.rs",
        "escrow/mod.rs",
        "audit/verify.rs",
        "crypto/sign.rs",
    ] {
        assert!(paths.contains(path), "{path} is not seen");
    }
    let imports = imports(&files);
    for (from, to) in [
        ("secret/quorum", "crypto/shamir"),
        ("secret/share", "crypto/shamir"),
        ("record/note", "crypto/sign"),
        ("escrow/seals", "record/chain"),
        ("escrow/genesis", "escrow"),
        ("escrow", "escrow/genesis"),
        ("audit/verify", "escrow"),
        ("ceremony/release", "secret/quorum"),
        ("ledger/log", "escrow"),
    ] {
        assert!(imports[from].iter().any(|import| import.to == to), "{from} imports {to}, unseen");
    }
    assert!(imports.values().map(Vec::len).sum::<usize>() > 150);
    // Test code is left out: `password` measures time there, and has a seeded generator.
    assert!(!imports["secret/password"].iter().any(|import| import.to == "crypto/testing"));
    assert!(!imports.contains_key("crypto/testing") && !imports.contains_key("secret/payload/tests"));
    for path in paths
        .into_iter()
        .filter(|path| !["lib.rs", "crypto/testing.rs", "secret/payload/tests.rs"].contains(path))
    {
        assert!(floor(&module_of(path)).is_some(), "{path} has no floor");
    }
}

#[test]
fn each_foreign_crate_is_named_in_its_home() {
    let files = the_source();
    for (name, homes) in HOMES {
        for home in homes {
            let Some((_, text)) = files.iter().find(|(path, _)| path == home) else {
                // A folder, or a file that is to come: none of those that are there today.
                assert!(
                    ["cli/", "hands/", "main.rs", "cli/terminal/prompt.rs"].contains(home),
                    "{home} is not there"
                );
                continue;
            };
            let named = paths(&without_tests(&tokens(text)).0);
            let names_it = named.iter().any(|path| path.parts[0] == name);
            assert!(names_it || *home == "main.rs", "{home} does not name `{name}`: the rule would be empty");
        }
    }
}

// ── Planted violations ──

/// A small house that keeps the rules.
fn house() -> Vec<File> {
    [
        ("lib.rs", "pub mod record;\n"),
        ("record/mod.rs", "pub mod note;\n#[cfg(test)]\nmod testing;\n"),
        ("record/testing.rs", "use std::fs; use crate::cli::open;\n"),
        ("record/note.rs", "use crate::crypto::sign::SigningKey;\n"),
        ("crypto/shamir.rs", "use sharks::Share;\n"),
        ("crypto/mod.rs", "pub mod sign;\npub mod envelope;\n"),
        ("crypto/sign.rs", "use ed25519_dalek::SigningKey;\nuse hkdf::Hkdf;\n"),
        ("crypto/envelope.rs", "use std::io::{Read, Write};\nuse age::x25519;\n"),
        ("secret/share.rs", "use crate::crypto::shamir::ShareValue;\n"),
        ("secret/payload.rs", ""),
        ("secret/quorum.rs", "use crate::secret::share::Share;\n"),
        ("record/finding.rs", ""),
        ("record/statement.rs", "use crate::record::note::Note;\n"),
        ("ledger/mod.rs", "pub mod log;\n"),
        (
            "ledger/log.rs",
            "use std::io;\nuse crate::record::note::Note;\npub trait Medium { fn read(&self) -> io::Result<()>; }\n",
        ),
        ("escrow/mod.rs", "mod seals;\npub use seals::Vault;\nuse crate::record::finding::Finding;\n"),
        ("escrow/seals.rs", "use super::Broken;\nuse crate::record::statement::Stated;\n"),
        ("ceremony/mod.rs", "pub mod release;\n"),
        ("audit/verify.rs", "use crate::escrow::Escrow;\n"),
        ("ceremony/release.rs", "use crate::secret::quorum::Quorum;\n"),
        (
            "cli/open.rs",
            "use breakglass::ceremony::release;\nuse std::{env, fs};\nfn main() { println!(\"{}\", 1) }\n",
        ),
        ("cli/terminal/prompt.rs", "use rpassword::read;\n"),
        ("hands/clock.rs", "use std::time::SystemTime;\n"),
        ("hands/store.rs", "use crate::ledger::log::Medium;\nimpl Medium for File {}\nunsafe fn lock() {}\n"),
        ("main.rs", "fn main() {}\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .to_vec()
}

/// What is found when `more` is written at the end of `path`.
fn planted(path: &str, more: &str) -> Vec<String> {
    let mut files = house();
    match files.iter_mut().find(|(one, _)| one == path) {
        Some((_, text)) => text.push_str(more),
        None => files.push((path.to_owned(), more.to_owned())),
    }
    violations(&files)
}

#[test]
fn a_house_that_keeps_the_rules_passes() {
    assert_eq!(violations(&house()), Vec::<String>::new());
}

#[test]
fn each_planted_violation_is_found_with_file_line_and_import() {
    for (path, more, place, named) in [
        // Floors.
        (
            "record/note.rs",
            "use crate::secret::share::Share;\n",
            "record/note.rs:2",
            "`crate::secret::share::Share`: floor 3 does not import floor 4",
        ),
        (
            "record/note.rs",
            "use crate::{\n    crypto::sign::VerifyingKey,\n    ceremony::{\n        verify,\n    },\n};\n",
            "record/note.rs:5",
            "`crate::ceremony::verify`: floor 3 does not import floor 6",
        ),
        (
            "record/note.rs",
            "fn f() -> crate::secret::quorum::Quorum { todo!() }\n",
            "record/note.rs:2",
            "`crate::secret::quorum::Quorum`: floor 3",
        ),
        (
            "record/note.rs",
            "use super::super::secret::quorum::Quorum;\n",
            "record/note.rs:2",
            "`super::super::secret::quorum::Quorum`: floor 3",
        ),
        (
            "record/note.rs",
            "use crate::secret::quorum as harmless;\n",
            "record/note.rs:2",
            "`crate::secret::quorum`: floor 3",
        ),
        (
            "record/note.rs",
            "pub(crate) use breakglass::secret::quorum;\n",
            "record/note.rs:2",
            "`breakglass::secret::quorum`: floor 3",
        ),
        (
            "crypto/sign.rs",
            "use super::super::secret::quorum;\n",
            "crypto/sign.rs:3",
            "`super::super::secret::quorum`: floor 1",
        ),
        (
            "secret/share.rs",
            "use crate::ceremony::release;\n",
            "secret/share.rs:2",
            "`crate::ceremony::release`: floor 4 does not import floor 6",
        ),
        (
            "ceremony/release.rs",
            "use crate::hands::store;\n",
            "ceremony/release.rs:2",
            "`crate::hands::store`: `ceremony` and `hands` are on one floor, and do not import each other",
        ),
        (
            "ceremony/release.rs",
            "use crate::*;\n",
            "ceremony/release.rs:2",
            "`crate::*` names the crate's root",
        ),
        (
            "ceremony/release.rs",
            "use crate::{self as all};\n",
            "ceremony/release.rs:2",
            "`crate` names the crate's root",
        ),
        ("helpers.rs", "", "helpers.rs:1", "`helpers` has no floor"),
        // The auditor's rooms.
        (
            "record/finding.rs",
            "use crate::crypto::shamir::Secret;\n",
            "record/finding.rs: ",
            "no door to `crypto/shamir`: record/finding:1: `crate::crypto::shamir::Secret`",
        ),
        (
            "audit/verify.rs",
            "use crate::{secret::quorum, escrow};\n",
            "audit/verify.rs: ",
            "no door to `secret/quorum`: audit/verify:2: `crate::secret::quorum`",
        ),
        (
            "audit/verify.rs",
            "use super::super::ceremony::release;\n",
            "audit/verify.rs: ",
            "no door to `secret/quorum`: audit/verify:2: `super::super::ceremony::release`, then ceremony/release:1: `crate::secret::quorum::Quorum`",
        ),
        (
            "record/statement.rs",
            "use crate::secret::share::Share;\n",
            "escrow/seals.rs: ",
            "no door to `secret/share`: escrow/seals:2: `crate::record::statement::Stated`, then record/statement:2: `crate::secret::share::Share`",
        ),
        (
            "record/statement.rs",
            "use crate::secret::share::Share;\n",
            "audit/verify.rs: ",
            "no door to `secret/share`",
        ),
        (
            "ledger/log.rs",
            "use crate::crypto;\n",
            "ledger/log.rs: ",
            "no door to `crypto/envelope`: ledger/log:4: `crate::crypto`, then crypto:1: `mod crypto/envelope`",
        ),
        (
            "audit/report.rs",
            "use crate::crypto::envelope::Identity;\n",
            "audit/report.rs: ",
            "no door to `crypto/envelope`",
        ),
        (
            "record/approvers.rs",
            "use crate::secret::payload::Fields;\n",
            "record/approvers.rs: ",
            "no door to `secret/payload`: record/approvers:1",
        ),
        // Foreign crates.
        (
            "record/note.rs",
            "use age::x25519;\n",
            "record/note.rs:2",
            "`age::x25519`: only crypto/envelope.rs names `age`",
        ),
        ("record/note.rs", "use {serde::Serialize, age::x25519};\n", "record/note.rs:2", "`age::x25519`"),
        ("record/note.rs", "use age as harmless;\n", "record/note.rs:2", "`age`: only"),
        ("record/note.rs", "fn f() { ::age::x25519::f() }\n", "record/note.rs:2", "`age::x25519::f`"),
        (
            "record/note.rs",
            "use ed25519_dalek::SigningKey;\n",
            "record/note.rs:2",
            "only crypto/sign.rs names `ed25519_dalek`",
        ),
        ("record/note.rs", "use hkdf::Hkdf;\n", "record/note.rs:2", "only crypto/sign.rs names `hkdf`"),
        (
            "secret/share.rs",
            "use sharks::Share;\n",
            "secret/share.rs:2",
            "only crypto/shamir.rs names `sharks`",
        ),
        (
            "record/note.rs",
            "use sha2::Sha256;\n",
            "record/note.rs:2",
            "only crypto/digest.rs, crypto/sign.rs names `sha2`",
        ),
        (
            "secret/share.rs",
            "fn f() { totp_rs::f() }\n",
            "secret/share.rs:2",
            "only secret/totp.rs names `totp_rs`",
        ),
        (
            "secret/share.rs",
            "use zxcvbn::zxcvbn;\n",
            "secret/share.rs:2",
            "only secret/password.rs names `zxcvbn`",
        ),
        (
            "cli/open.rs",
            "use rpassword::read;\n",
            "cli/open.rs:4",
            "only cli/terminal/prompt.rs names `rpassword`",
        ),
        ("record/note.rs", "use jiff::Timestamp;\n", "record/note.rs:2", "only value/time.rs names `jiff`"),
        ("record/note.rs", "use clap::Parser;\n", "record/note.rs:2", "names `clap`"),
        (
            "record/note.rs",
            "extern crate age as harmless;\n",
            "record/note.rs:2",
            "crates are named by their paths",
        ),
        // The clock and the world.
        (
            "cli/open.rs",
            "use std::time::SystemTime;\n",
            "cli/open.rs:4",
            "`std::time::SystemTime`: only hands/clock.rs",
        ),
        (
            "ceremony/release.rs",
            "fn f() { std::time::Instant::now(); }\n",
            "ceremony/release.rs:2",
            "only hands/clock.rs",
        ),
        (
            "value/time.rs",
            "fn f() { jiff::Timestamp::now(); }\n",
            "value/time.rs:1",
            "`jiff::Timestamp::now`: outside of cli and hands nothing reads the clock",
        ),
        (
            "record/note.rs",
            "use std::fs;\n",
            "record/note.rs:2",
            "`std::fs`: outside of cli and hands nothing touches the world",
        ),
        ("record/note.rs", "use std::{fmt, fs::File};\n", "record/note.rs:2", "`std::fs::File`"),
        ("record/note.rs", "use std::*;\n", "record/note.rs:2", "`std::*`"),
        ("record/note.rs", "use std as harmless;\n", "record/note.rs:2", "`std`"),
        ("record/note.rs", "use std::io;\n", "record/note.rs:2", "`std::io`"),
        ("ledger/log.rs", "fn f() { io::stdin(); }\n", "ledger/log.rs:4", "`io::stdin`"),
        ("ledger/log.rs", "use std::io::*;\n", "ledger/log.rs:4", "`std::io::*`"),
        ("crypto/envelope.rs", "use std::io::{self, stdin};\n", "crypto/envelope.rs:3", "`std::io::stdin`"),
        (
            "ceremony/release.rs",
            "fn f() { std::env::var(\"A\"); }\n",
            "ceremony/release.rs:2",
            "`std::env::var`",
        ),
        // Words.
        ("cli/open.rs", "unsafe fn f() {}\n", "cli/open.rs:4", "`unsafe`: only hands/"),
        (
            "record/note.rs",
            "fn f() { println!(\"x\") }\n",
            "record/note.rs:2",
            "`println`: outside of cli and hands nothing is printed",
        ),
        ("record/note.rs", "fn f() { dbg!(1); }\n", "record/note.rs:2", "`dbg`"),
        ("ceremony/release.rs", "fn f() { eprintln!(\"x\") }\n", "ceremony/release.rs:2", "`eprintln`"),
        ("cli/open.rs", "impl Medium for Memory {}\n", "cli/open.rs:4", "only hands/store.rs implements it"),
        (
            "ledger/log.rs",
            "impl<T> super::log::Medium for T {}\n",
            "ledger/log.rs:4",
            "only hands/store.rs implements it",
        ),
        (
            "record/note.rs",
            "mod hidden {\n    use super::super::shamir;\n}\n",
            "record/note.rs:2",
            "a module is a file of its own",
        ),
        (
            "record/note.rs",
            "#[path = \"x.rs\"]\nmod hidden;\n",
            "record/note.rs:2",
            "a module lies where its name says",
        ),
        ("record/note.rs", "include!(\"x.rs\");\n", "record/note.rs:2", "a module lies where its name says"),
        // Code that is not for tests, though it looks so; and what comes behind test code.
        (
            "record/note.rs",
            "#[cfg(not(test))]\nuse crate::secret::share::Share;\n",
            "record/note.rs:3",
            "`crate::secret::share::Share`",
        ),
        (
            "record/note.rs",
            "#[cfg(test)]\nmod tests { fn f() {} }\nuse crate::secret::share::Share;\n",
            "record/note.rs:4",
            "`crate::secret::share::Share`",
        ),
        (
            "record/note.rs",
            "const A: &str = r#\"\" // \"#; use crate::secret::share::A;\n",
            "record/note.rs:2",
            "`crate::secret::share::A`",
        ),
        (
            "record/note.rs",
            "fn f<'a>(_: &'a str) -> char { '\"' } use crate::secret::share::A; // \"\n",
            "record/note.rs:2",
            "`crate::secret::share::A`",
        ),
    ] {
        let found = planted(path, more);
        let hit = found.iter().any(|one| one.starts_with(place) && one.contains(named));
        assert!(hit, "in {path}:\n{more}\nis not found as {place} … {named}, but:\n{}", found.join("\n"));
    }
}

#[test]
fn what_only_looks_like_a_violation_is_none() {
    for (path, more) in [
        ("record/note.rs", "// use crate::secret::share::Share; println!()\n"),
        ("record/note.rs", "/* use crate::secret::share::Share; /* unsafe */ use age::x; */\n"),
        ("record/note.rs", "//! See [`crate::share`].\n"),
        ("record/note.rs", "const A: &str = \"use crate::secret::share::Share; \\\" unsafe\";\n"),
        ("record/note.rs", "const A: &str = r##\"\"# use crate::secret::share::A; \"##;\n"),
        (
            "record/note.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::secret::share::Share;\n    use std::fs;\n}\n",
        ),
        ("record/note.rs", "#[cfg(test)]\nuse crate::secret::share::Share;\n"),
        ("record/note.rs", "pub(crate) fn f() {}\npub(super) struct A;\n"),
        ("record/note.rs", "fn f() { let path = 1; }\n"),
        ("record/note.rs", "fn f(age: u8) -> u8 { age }\n"),
        ("record/note.rs", "struct A { age: u8, jiff: u8 }\n"),
        ("record/note.rs", "use crate::{crypto::sign, record::note};\n"),
        ("ceremony/release.rs", "use crate::escrow::{self, Escrow};\n"),
    ] {
        assert_eq!(planted(path, more), Vec::<String>::new(), "{more}");
    }
}

#[test]
fn a_file_that_is_too_long_is_found() {
    assert_eq!(planted("record/note.rs", &"\n".repeat(MAX_LINES - 1)), Vec::<String>::new());
    let found = planted("record/note.rs", &"\n".repeat(MAX_LINES));
    assert!(found[0].starts_with("record/note.rs:501: a file has at most 500 lines"), "{found:?}");
}

/// Not only in the small house: the real source with one import more is refused too.
#[test]
fn the_real_source_with_one_import_more_is_found() {
    for (path, more, expected) in [
        (
            "record/head.rs",
            "\nuse crate::secret::share::Share;\n",
            "the auditor's rooms have no door to `secret/share`",
        ),
        (
            "record/policy.rs",
            "\nuse crate::secret::payload::Fields;\n",
            "the auditor's rooms have no door to `secret/payload`",
        ),
        ("value/names.rs", "\nuse crate::record::head::Head;\n", "floor 2 does not import floor 3"),
        ("crypto/shamir.rs", "\nuse std::fs;\n", "touches the world"),
    ] {
        let mut files = the_source();
        files.iter_mut().find(|(one, _)| one == path).unwrap().1.push_str(more);
        let found = violations(&files);
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {found:?}");
    }
}
