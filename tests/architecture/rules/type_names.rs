//! A public type name exists once: whoever reads it knows what it is, without looking up where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::{Harmless, Planted};
use crate::modules::{Modules, below};
use crate::source::is_public;

const TYPES: [&str; 5] = ["struct", "enum", "trait", "type", "union"];

pub fn check(modules: &Modules, found: &mut Vec<String>) {
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    let stand_ins = stand_ins(modules);
    for file in modules.code().filter(|file| !stand_ins.contains(&file.module)) {
        for (at, pair) in file.tokens.windows(2).enumerate() {
            let [keyword, name] = pair else { unreachable!() };
            let unsafely = at > 0 && file.tokens[at - 1].text == "unsafe";
            if !TYPES.contains(&keyword.text.as_str()) || !is_public(&file.tokens, at - usize::from(unsafely))
            {
                continue;
            }
            // A macro's own `$name` is not the name of a type.
            if !name.text.starts_with(|first: char| first.is_alphabetic()) {
                continue;
            }
            let here = format!("{}:{}", file.path, name.line);
            if let Some(there) = places.get(name.text.as_str()) {
                found.push(format!("{here}: `{}`: {there} has a public type of this name too", name.text));
            } else {
                places.insert(&name.text, here);
            }
        }
    }
}

/// Modules that stand in for others where those cannot be compiled, as `#[cfg(not(unix))]`: never both are there.
fn stand_ins(modules: &Modules) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in modules.code() {
        let texts: Vec<&str> = file.tokens.iter().map(|token| token.text.as_str()).collect();
        for at in 0..texts.len() {
            if let ["cfg", "(", "not", "(", _, ")", ")", "]", "mod", name, ";", ..] = texts[at..] {
                found.insert(below(&file.module, name));
            }
        }
    }
    found
}

pub const PLANTED: &[Planted] = &[
    (
        "record/note.rs",
        "\npub struct PersonId;\n",
        "src/record/note.rs:3: `PersonId`: src/value/names.rs:1 has a public type of this name too",
    ),
    (
        "secret/share.rs",
        "pub(crate) enum Rule {}\n",
        "src/secret/share.rs:2: `Rule`: src/record/finding.rs:1",
    ),
    (
        "secret/share.rs",
        "pub(super) trait Medium {}\n",
        "src/ledger/medium.rs:3: `Medium`: src/secret/share.rs:2",
    ),
    (
        "secret/share.rs",
        "pub type Painted = u8;\n",
        "src/cli/say/painted.rs:1: `Painted`: src/secret/share.rs:2",
    ),
    (
        "secret/share.rs",
        "pub unsafe trait Rule {}\n",
        "src/secret/share.rs:2: `Rule`: src/record/finding.rs:1",
    ),
    ("secret/share.rs", "pub(in crate::secret) union Rule {}\n", "src/secret/share.rs:2: `Rule`"),
];

pub const HARMLESS: &[Harmless] = &[
    // Private ones do not leave their file.
    ("secret/share.rs", "struct Private;\nenum Rule {}\n"),
    ("secret/share.rs", "#[cfg(test)]\npub struct Rule;\n"),
    ("secret/share.rs", "macro_rules! a { ($name:ident) => { pub struct $name; pub enum $name {} }; }\n"),
    ("secret/share.rs", "impl A for B { type Rule = u8; }\npub fn rule() {}\n"),
    ("secret/share.rs", "pub use crate::record::finding::Rule;\n"),
    ("hands/store/elsewhere.rs", "pub struct Lock;\n"),
];
