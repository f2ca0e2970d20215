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
        "note.rs",
        "shamir.rs",
        "log/ledger.rs",
        "escrow/mod.rs",
        "ceremony/verify.rs",
        "crypto/sign.rs",
    ] {
        assert!(paths.contains(path), "{path} is not seen");
    }
    let imports = imports(&files);
    for (from, to) in [
        ("quorum", "shamir"),
        ("share", "shamir"),
        ("note", "crypto/sign"),
        ("escrow/seals", "log/chain"),
        ("escrow/genesis", "escrow"),
        ("escrow", "escrow/genesis"),
        ("ceremony/verify", "escrow"),
        ("ceremony/release", "quorum"),
        ("log/ledger", "escrow"),
    ] {
        assert!(imports[from].iter().any(|import| import.to == to), "{from} imports {to}, unseen");
    }
    assert!(imports.values().map(Vec::len).sum::<usize>() > 150);
    // Test code is left out: `password` measures time there, and has a seeded generator.
    assert!(!imports["password"].iter().any(|import| import.to == "testing"));
    assert!(!imports.contains_key("testing") && !imports.contains_key("payload/tests"));
    for path in paths.into_iter().filter(|path| !["lib.rs", "testing.rs", "payload/tests.rs"].contains(path))
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
                assert!(["cli/", "hands/", "main.rs", "cli/prompt.rs"].contains(home), "{home} is not there");
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
        ("lib.rs", "pub mod note;\n#[cfg(test)]\nmod testing;\n"),
        ("testing.rs", "use std::fs; use crate::cli::open;\n"),
        ("note.rs", "use crate::crypto::sign::SigningKey;\n"),
        ("shamir.rs", "use sharks::Share;\n"),
        ("crypto/mod.rs", "pub mod sign;\npub mod envelope;\n"),
        ("crypto/sign.rs", "use ed25519_dalek::SigningKey;\nuse hkdf::Hkdf;\n"),
        ("crypto/envelope.rs", "use std::io::{Read, Write};\nuse age::x25519;\n"),
        ("share.rs", "use crate::shamir::ShareValue;\n"),
        ("payload.rs", ""),
        ("quorum.rs", "use crate::share::Share;\n"),
        ("finding.rs", ""),
        ("statement.rs", "use crate::note::Note;\n"),
        ("log/mod.rs", "pub mod ledger;\n"),
        (
            "log/ledger.rs",
            "use std::io;\nuse crate::note::Note;\npub trait Medium { fn read(&self) -> io::Result<()>; }\n",
        ),
        ("escrow/mod.rs", "mod seals;\npub use seals::Vault;\nuse crate::finding::Finding;\n"),
        ("escrow/seals.rs", "use super::Broken;\nuse crate::statement::Stated;\n"),
        ("ceremony/mod.rs", "pub mod verify;\npub mod release;\n"),
        ("ceremony/verify.rs", "use crate::escrow::Escrow;\n"),
        ("ceremony/release.rs", "use crate::quorum::Quorum;\n"),
        (
            "cli/open.rs",
            "use breakglass::ceremony::release;\nuse std::{env, fs};\nfn main() { println!(\"{}\", 1) }\n",
        ),
        ("cli/prompt.rs", "use rpassword::read;\n"),
        ("hands/clock.rs", "use std::time::SystemTime;\n"),
        ("hands/store.rs", "use crate::log::ledger::Medium;\nimpl Medium for File {}\nunsafe fn lock() {}\n"),
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
            "note.rs",
            "use crate::share::Share;\n",
            "note.rs:2",
            "`crate::share::Share`: floor 1 does not import floor 2",
        ),
        (
            "note.rs",
            "use crate::{\n    crypto::sign::VerifyingKey,\n    ceremony::{\n        verify,\n    },\n};\n",
            "note.rs:5",
            "`crate::ceremony::verify`: floor 1 does not import floor 3",
        ),
        (
            "note.rs",
            "fn f() -> crate::quorum::Quorum { todo!() }\n",
            "note.rs:2",
            "`crate::quorum::Quorum`: floor 1",
        ),
        ("note.rs", "use super::quorum::Quorum;\n", "note.rs:2", "`super::quorum::Quorum`: floor 1"),
        ("note.rs", "use crate::quorum as harmless;\n", "note.rs:2", "`crate::quorum`: floor 1"),
        ("note.rs", "pub(crate) use breakglass::quorum;\n", "note.rs:2", "`breakglass::quorum`: floor 1"),
        (
            "crypto/sign.rs",
            "use super::super::quorum;\n",
            "crypto/sign.rs:3",
            "`super::super::quorum`: floor 1",
        ),
        (
            "share.rs",
            "use crate::ceremony::release;\n",
            "share.rs:2",
            "`crate::ceremony::release`: floor 2 does not import floor 3",
        ),
        (
            "ceremony/release.rs",
            "use crate::hands::store;\n",
            "ceremony/release.rs:2",
            "`crate::hands::store`: floor 3 does not import floor 4",
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
            "finding.rs",
            "use crate::shamir::Secret;\n",
            "finding.rs: ",
            "no door to `shamir`: finding:1: `crate::shamir::Secret`",
        ),
        (
            "ceremony/verify.rs",
            "use crate::{quorum, escrow};\n",
            "ceremony/verify.rs: ",
            "no door to `quorum`: ceremony/verify:2: `crate::quorum`",
        ),
        (
            "ceremony/verify.rs",
            "use super::release;\n",
            "ceremony/verify.rs: ",
            "no door to `quorum`: ceremony/verify:2: `super::release`, then ceremony/release:1: `crate::quorum::Quorum`",
        ),
        (
            "statement.rs",
            "use crate::share::Share;\n",
            "escrow/seals.rs: ",
            "no door to `share`: escrow/seals:2: `crate::statement::Stated`, then statement:2: `crate::share::Share`",
        ),
        ("statement.rs", "use crate::share::Share;\n", "ceremony/verify.rs: ", "no door to `share`"),
        (
            "log/ledger.rs",
            "use crate::crypto;\n",
            "log/ledger.rs: ",
            "no door to `crypto/envelope`: log/ledger:4: `crate::crypto`, then crypto:1: `mod crypto/envelope`",
        ),
        (
            "audit/report.rs",
            "use crate::crypto::envelope::Identity;\n",
            "audit/report.rs: ",
            "no door to `crypto/envelope`",
        ),
        (
            "approvers.rs",
            "use crate::payload::Fields;\n",
            "approvers.rs: ",
            "no door to `payload`: approvers:1",
        ),
        // Foreign crates.
        ("note.rs", "use age::x25519;\n", "note.rs:2", "`age::x25519`: only crypto/envelope.rs names `age`"),
        ("note.rs", "use {serde::Serialize, age::x25519};\n", "note.rs:2", "`age::x25519`"),
        ("note.rs", "use age as harmless;\n", "note.rs:2", "`age`: only"),
        ("note.rs", "fn f() { ::age::x25519::f() }\n", "note.rs:2", "`age::x25519::f`"),
        (
            "note.rs",
            "use ed25519_dalek::SigningKey;\n",
            "note.rs:2",
            "only crypto/sign.rs names `ed25519_dalek`",
        ),
        ("note.rs", "use hkdf::Hkdf;\n", "note.rs:2", "only crypto/sign.rs names `hkdf`"),
        ("share.rs", "use sharks::Share;\n", "share.rs:2", "only shamir.rs names `sharks`"),
        ("note.rs", "use sha2::Sha256;\n", "note.rs:2", "only crypto/digest.rs, crypto/sign.rs names `sha2`"),
        ("share.rs", "fn f() { totp_rs::f() }\n", "share.rs:2", "only totp.rs names `totp_rs`"),
        ("share.rs", "use zxcvbn::zxcvbn;\n", "share.rs:2", "only password.rs names `zxcvbn`"),
        ("cli/open.rs", "use rpassword::read;\n", "cli/open.rs:4", "only cli/prompt.rs names `rpassword`"),
        ("note.rs", "use jiff::Timestamp;\n", "note.rs:2", "only time.rs names `jiff`"),
        ("note.rs", "use clap::Parser;\n", "note.rs:2", "names `clap`"),
        ("note.rs", "extern crate age as harmless;\n", "note.rs:2", "crates are named by their paths"),
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
            "time.rs",
            "fn f() { jiff::Timestamp::now(); }\n",
            "time.rs:1",
            "`jiff::Timestamp::now`: below floor 4 nothing reads the clock",
        ),
        ("note.rs", "use std::fs;\n", "note.rs:2", "`std::fs`: below floor 4 nothing touches the world"),
        ("note.rs", "use std::{fmt, fs::File};\n", "note.rs:2", "`std::fs::File`"),
        ("note.rs", "use std::*;\n", "note.rs:2", "`std::*`"),
        ("note.rs", "use std as harmless;\n", "note.rs:2", "`std`"),
        ("note.rs", "use std::io;\n", "note.rs:2", "`std::io`"),
        ("log/ledger.rs", "fn f() { io::stdin(); }\n", "log/ledger.rs:4", "`io::stdin`"),
        ("log/ledger.rs", "use std::io::*;\n", "log/ledger.rs:4", "`std::io::*`"),
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
            "note.rs",
            "fn f() { println!(\"x\") }\n",
            "note.rs:2",
            "`println`: below floor 4 nothing is printed",
        ),
        ("note.rs", "fn f() { dbg!(1); }\n", "note.rs:2", "`dbg`"),
        ("ceremony/release.rs", "fn f() { eprintln!(\"x\") }\n", "ceremony/release.rs:2", "`eprintln`"),
        ("cli/open.rs", "impl Medium for Memory {}\n", "cli/open.rs:4", "only hands/store.rs implements it"),
        (
            "log/ledger.rs",
            "impl<T> super::ledger::Medium for T {}\n",
            "log/ledger.rs:4",
            "only hands/store.rs implements it",
        ),
        (
            "note.rs",
            "mod hidden {\n    use super::super::shamir;\n}\n",
            "note.rs:2",
            "a module is a file of its own",
        ),
        ("note.rs", "#[path = \"x.rs\"]\nmod hidden;\n", "note.rs:2", "a module lies where its name says"),
        ("note.rs", "include!(\"x.rs\");\n", "note.rs:2", "a module lies where its name says"),
        // Code that is not for tests, though it looks so; and what comes behind test code.
        ("note.rs", "#[cfg(not(test))]\nuse crate::share::Share;\n", "note.rs:3", "`crate::share::Share`"),
        (
            "note.rs",
            "#[cfg(test)]\nmod tests { fn f() {} }\nuse crate::share::Share;\n",
            "note.rs:4",
            "`crate::share::Share`",
        ),
        (
            "note.rs",
            "const A: &str = r#\"\" // \"#; use crate::share::A;\n",
            "note.rs:2",
            "`crate::share::A`",
        ),
        (
            "note.rs",
            "fn f<'a>(_: &'a str) -> char { '\"' } use crate::share::A; // \"\n",
            "note.rs:2",
            "`crate::share::A`",
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
        ("note.rs", "// use crate::share::Share; println!()\n"),
        ("note.rs", "/* use crate::share::Share; /* unsafe */ use age::x; */\n"),
        ("note.rs", "//! See [`crate::share`].\n"),
        ("note.rs", "const A: &str = \"use crate::share::Share; \\\" unsafe\";\n"),
        ("note.rs", "const A: &str = r##\"\"# use crate::share::A; \"##;\n"),
        ("note.rs", "#[cfg(test)]\nmod tests {\n    use crate::share::Share;\n    use std::fs;\n}\n"),
        ("note.rs", "#[cfg(test)]\nuse crate::share::Share;\n"),
        ("note.rs", "pub(crate) fn f() {}\npub(super) struct A;\n"),
        ("note.rs", "fn f() { let path = 1; }\n"),
        ("note.rs", "fn f(age: u8) -> u8 { age }\n"),
        ("note.rs", "struct A { age: u8, jiff: u8 }\n"),
        ("note.rs", "use crate::{crypto::sign, note};\n"),
        ("ceremony/release.rs", "use crate::escrow::{self, Escrow};\n"),
    ] {
        assert_eq!(planted(path, more), Vec::<String>::new(), "{more}");
    }
}

#[test]
fn a_file_that_is_too_long_is_found() {
    assert_eq!(planted("note.rs", &"\n".repeat(MAX_LINES - 1)), Vec::<String>::new());
    let found = planted("note.rs", &"\n".repeat(MAX_LINES));
    assert!(found[0].starts_with("note.rs:501: a file has at most 500 lines"), "{found:?}");
}

/// Not only in the small house: the real source with one import more is refused too.
#[test]
fn the_real_source_with_one_import_more_is_found() {
    for (path, more, expected) in [
        ("log/head.rs", "\nuse crate::share::Share;\n", "the auditor's rooms have no door to `share`"),
        ("policy.rs", "\nuse crate::payload::Fields;\n", "the auditor's rooms have no door to `payload`"),
        ("names.rs", "\nuse crate::log::head::Head;\n", "floor 1 does not import floor 2"),
        ("shamir.rs", "\nuse std::fs;\n", "touches the world"),
    ] {
        let mut files = the_source();
        files.iter_mut().find(|(one, _)| one == path).unwrap().1.push_str(more);
        let found = violations(&files);
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {found:?}");
    }
}
