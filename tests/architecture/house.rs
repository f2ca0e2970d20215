//! The source and the tests as they are, and a small house that keeps the rules, in which the tests plant what
//! breaks one.

use std::fs;
use std::path::Path;

use crate::modules::File;

/// A violation that is planted: the end of this file, what is written there, and how what is found begins.
pub type Planted = (&'static str, &'static str, &'static str);

/// What only looks like a violation: the end of this file, and what is written there.
pub type Harmless = (&'static str, &'static str);

fn read(folder: &Path, below: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &name, files);
        } else if name.ends_with(".rs") {
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every Rust file in a folder of the repository.
pub fn files_of(folder: &str) -> Vec<File> {
    let mut files = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), folder, &mut files);
    files.sort();
    files
}

/// A small house that keeps the rules.
const HOUSE: &[(&str, &str)] = &[
    ("lib.rs", "pub mod record;\n"),
    ("main.rs", "use breakglass::cli;\nfn main() {}\n"),
    ("crypto/mod.rs", "//! Primitives.\n\npub mod sign;\npub mod envelope;\n"),
    ("crypto/shamir.rs", "use sharks::Share;\n"),
    ("crypto/sign.rs", "use ed25519_dalek::SigningKey;\nuse hkdf::Hkdf;\n"),
    ("crypto/envelope.rs", "use std::io::{Read, Write};\nuse age::x25519;\n"),
    ("value/names.rs", "pub struct PersonId;\n"),
    ("record/mod.rs", "#![allow(unused)]\npub mod note;\n#[cfg(test)]\nmod testing;\n"),
    ("record/testing.rs", "use std::fs; use crate::cli::verb::open;\n"),
    ("record/note.rs", "use crate::crypto::sign::SigningKey;\n"),
    ("record/finding.rs", "pub enum Rule { One }\n"),
    ("record/statement.rs", "use crate::record::note::Note;\nstruct Private;\n"),
    // A façade: who imports `super::Broken` imports the file that it is in.
    (
        "escrow/mod.rs",
        "mod seals;\nmod state;\npub use seals::Vault;\npub(crate) use state::{Broken, Escrow};\n",
    ),
    ("escrow/state.rs", "use crate::record::finding::Rule;\npub struct Escrow;\n"),
    ("escrow/seals.rs", "use super::Broken;\nuse crate::record::statement::Stated;\n"),
    ("secret/share.rs", "use crate::crypto::shamir::ShareValue;\n"),
    ("secret/payload.rs", ""),
    ("secret/quorum.rs", "use crate::secret::share::Share;\n"),
    ("ledger/mod.rs", "pub mod medium;\n"),
    (
        "ledger/medium.rs",
        "use std::io;\nuse crate::record::note::Note;\npub trait Medium { fn read(&self) -> io::Result<()>; }\n",
    ),
    ("audit/verify.rs", "use crate::escrow::{Escrow, Vault};\n"),
    ("audit/status.rs", "mod alone;\nmod facts;\npub struct Status;\nfn f() { facts::gather() }\n"),
    ("audit/status/facts.rs", ""),
    ("audit/status/alone.rs", "use super::Status;\n"),
    ("ceremony/mod.rs", "pub mod release;\n"),
    ("ceremony/release.rs", "use crate::secret::quorum::Quorum;\n"),
    ("hands/clock.rs", "use std::time::SystemTime;\n"),
    (
        "hands/store.rs",
        "use crate::ledger::medium::Medium;\nimpl Medium for File {}\nunsafe fn lock() {}\n#[cfg(unix)]\nmod unix;\n#[cfg(not(unix))]\nmod elsewhere;\n",
    ),
    ("hands/store/unix.rs", "pub struct Lock;\n"),
    ("cli/say/painted.rs", "pub struct Painted;\n"),
    ("cli/terminal/prompt.rs", "use rpassword::read;\n"),
    ("cli/files/people.rs", "use crate::cli::say::painted::Painted;\n"),
    (
        "cli/verb/open.rs",
        "use crate::ceremony::release;\nuse std::{env, fs};\nfn run() { println!(\"{}\", 1) }\n",
    ),
    ("cli/args.rs", "use super::verb::open;\n"),
];

/// The small house.
pub fn house() -> Vec<File> {
    HOUSE.iter().map(|(path, text)| (format!("src/{path}"), (*text).to_owned())).collect()
}

/// The files with `more` written at the end of one of them, which is made where it is not there.
pub fn with(mut files: Vec<File>, path: &str, more: &str) -> Vec<File> {
    let path = format!("src/{path}");
    match files.iter_mut().find(|(one, _)| *one == path) {
        Some((_, text)) => text.push_str(more),
        None => files.push((path, more.to_owned())),
    }
    files
}
