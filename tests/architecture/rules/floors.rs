//! Imports only go down. A room is a folder of `src` and has a floor; rooms on one floor do not import each
//! other. Within `cli` the folders have floors too, and no verb imports another.

use crate::house::{Harmless, Planted};
use crate::modules::{Import, Parsed};
use crate::rooms::{cli_floor, cli_part, floor, room};

pub fn check(file: &Parsed, imports: &[Import], found: &mut Vec<String>) {
    let module = &file.module;
    let Some(own) = floor(module) else {
        found.push(match module.contains('/') {
            true => format!("{}:1: the room `{}` has no floor: give it one", file.path, room(module)),
            false => format!("{}:1: a loose module at the root: put it into a room", file.path),
        });
        return;
    };
    for import in imports {
        let said = format!("{}:{}: `{}`", file.path, import.line, import.text);
        match floor(&import.to) {
            Some(there) if there > own => {
                found.push(format!("{said}: floor {own} does not import floor {there}"));
            }
            Some(there) if there == own && room(&import.to) != room(module) => {
                let (here, other) = (room(module), room(&import.to));
                found.push(format!(
                    "{said}: `{here}` and `{other}` are on one floor, and do not import each other"
                ));
            }
            Some(_) => check_within_cli(module, import, &said, found),
            // `super::*` in a folder's own module, and the like, name the root and so everything.
            None => found.push(format!("{said} names the crate's root, or a module without a floor")),
        }
    }
    if let Some(part) = cli_part(module).filter(|part| cli_floor(part).is_none()) {
        found.push(format!("{}:1: `cli/{part}` has no floor within `cli`: give it one", file.path));
    }
}

/// Between parts of `cli`, and from above it.
fn check_within_cli(from: &str, import: &Import, said: &str, found: &mut Vec<String>) {
    let Some(there) = cli_part(&import.to) else { return };
    let here = cli_part(from);
    if here == Some("verb") && there == "verb" {
        let verb = |module: &str| module.split('/').nth(2).map(str::to_owned);
        if verb(from) != verb(&import.to) {
            found.push(format!("{said}: a verb does not import another"));
        }
    } else if let Some(here) = here.filter(|here| *here != there && cli_floor(here) <= cli_floor(there)) {
        found.push(format!("{said}: `cli/{here}` does not import `cli/{there}`, which is not below it"));
    } else if there == "verb" && here != Some("args") {
        found.push(format!("{said}: only cli/args.rs imports verbs"));
    }
}

pub const PLANTED: &[Planted] = &[
    (
        "record/note.rs",
        "use crate::secret::share::Share;\n",
        "src/record/note.rs:2: `crate::secret::share::Share`: floor 3 does not import floor 4",
    ),
    (
        "record/note.rs",
        "use crate::{\n    crypto::sign::VerifyingKey,\n    ceremony::{\n        verify,\n    },\n};\n",
        "src/record/note.rs:5: `crate::ceremony::verify`: floor 3 does not import floor 6",
    ),
    (
        "record/note.rs",
        "fn f() -> crate::secret::quorum::Quorum { todo!() }\n",
        "src/record/note.rs:2: `crate::secret::quorum::Quorum`: floor 3",
    ),
    (
        "record/note.rs",
        "use super::super::secret::quorum::Quorum;\n",
        "src/record/note.rs:2: `super::super::secret::quorum::Quorum`: floor 3",
    ),
    (
        "record/note.rs",
        "use crate::secret::quorum as harmless;\n",
        "src/record/note.rs:2: `crate::secret::quorum`: floor 3",
    ),
    (
        "record/note.rs",
        "pub(crate) use breakglass::secret::quorum;\n",
        "src/record/note.rs:2: `breakglass::secret::quorum`: floor 3",
    ),
    (
        "crypto/sign.rs",
        "use super::super::secret::quorum;\n",
        "src/crypto/sign.rs:3: `super::super::secret::quorum`: floor 1",
    ),
    (
        "secret/share.rs",
        "use crate::ceremony::release;\n",
        "src/secret/share.rs:2: `crate::ceremony::release`: floor 4 does not import floor 6",
    ),
    (
        "ceremony/release.rs",
        "use crate::hands::store;\n",
        "src/ceremony/release.rs:2: `crate::hands::store`: `ceremony` and `hands` are on one floor, and do not",
    ),
    (
        "ceremony/release.rs",
        "use crate::*;\n",
        "src/ceremony/release.rs:2: `crate::*` names the crate's root",
    ),
    (
        "ceremony/release.rs",
        "use crate::{self as all};\n",
        "src/ceremony/release.rs:2: `crate` names the crate's root",
    ),
    ("helpers.rs", "", "src/helpers.rs:1: a loose module at the root"),
    ("attic/helpers.rs", "", "src/attic/helpers.rs:1: the room `attic` has no floor"),
    ("record/note.rs", "use crate::attic::helpers;\n", "src/record/note.rs:2: `crate::attic::helpers` names"),
    // Verbs answer with values, and what is below them too: only `cli` draws.
    (
        "audit/verify.rs",
        "use crate::cli::say::painted::Painted;\n",
        "src/audit/verify.rs:2: `crate::cli::say::painted::Painted`: floor 5 does not import floor 7",
    ),
    (
        "hands/store.rs",
        "fn draw(_: &crate::cli::say::painted::Painted) {}\n",
        "src/hands/store.rs:8: `crate::cli::say::painted::Painted`: floor 6 does not import floor 7",
    ),
    // Within `cli`.
    (
        "cli/say/painted.rs",
        "use crate::cli::files::people;\n",
        "src/cli/say/painted.rs:2: `crate::cli::files::people`: `cli/say` does not import `cli/files`",
    ),
    (
        "cli/files/people.rs",
        "use super::super::verb::open;\n",
        "src/cli/files/people.rs:2: `super::super::verb::open`: `cli/files` does not import `cli/verb`",
    ),
    (
        "cli/flags.rs",
        "use crate::cli::say::painted::Painted;\n",
        "src/cli/flags.rs:1: `crate::cli::say::painted::Painted`: `cli/flags` does not import `cli/say`",
    ),
    (
        "cli/verb/seal.rs",
        "fn f() { super::open::run() }\n",
        "src/cli/verb/seal.rs:1: `super::open::run`: a verb does not import another",
    ),
    (
        "cli/verb/seal/asking.rs",
        "use crate::cli::verb::open::run;\n",
        "src/cli/verb/seal/asking.rs:1: `crate::cli::verb::open::run`: a verb does not import another",
    ),
    (
        "main.rs",
        "use breakglass::cli::verb::open;\n",
        "src/main.rs:3: `breakglass::cli::verb::open`: only cli/args.rs imports verbs",
    ),
    ("cli/wings/fly.rs", "", "src/cli/wings/fly.rs:1: `cli/wings` has no floor within `cli`"),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "//! See [`crate::share`].\n"),
    ("record/note.rs", "pub(crate) fn f() {}\npub(super) struct A;\npub(in crate::secret) fn g() {}\n"),
    ("record/note.rs", "use crate::{crypto::sign, value::names};\n"),
    ("ceremony/release.rs", "use crate::escrow::{self, Vault};\n"),
    ("cli/verb/open.rs", "mod asking;\nuse asking::ask;\nuse crate::cli::{files::people, say::painted};\n"),
    ("cli/verb/open/asking.rs", "use super::Opened;\n"),
];
