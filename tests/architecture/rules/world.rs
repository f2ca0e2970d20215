//! Only `cli` and `hands` touch disk, terminal and kernel, and one file reads the clock.

use crate::house::{Harmless, Planted};
use crate::modules::Parsed;
use crate::rooms::is_pure;

/// What of the standard library touches the world: only cli and hands may.
const WORLD: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::thread",
    "std::io",
];

/// The files elsewhere that may name the types of `std::io`: the medium's errors, and the reading
/// and writing of memory that age asks for.
const IO_TYPES: [&str; 4] =
    ["ledger/bookkeeping.rs", "ledger/error.rs", "ledger/medium.rs", "crypto/envelope.rs"];

pub fn check(file: &Parsed, found: &mut Vec<String>) {
    let below = is_pure(&file.module);
    for named in &file.paths {
        let text = named.text();
        let mut wrong = |rule: &str| found.push(format!("{}:{}: `{text}`: {rule}", file.path, named.line));
        let clock = named.parts.iter().any(|part| part == "SystemTime" || part == "Instant");
        if clock && file.below_src() != "hands/clock.rs" {
            wrong("only hands/clock.rs reads the clock");
        }
        if !below {
            continue;
        }
        if named.parts.len() > 1 && named.parts.ends_with(&["now".to_owned()]) {
            wrong("outside of cli and hands nothing reads the clock");
        }
        let world = WORLD.iter().find(|world| text == **world || text.starts_with(&format!("{world}::")));
        let stream = named.parts.len() > 1
            && ["stdin", "stdout", "stderr"].iter().any(|name| named.parts.ends_with(&[(*name).to_owned()]));
        let types = world == Some(&"std::io") && IO_TYPES.contains(&file.below_src()) && !text.ends_with('*');
        let whole = text == "std" || text == "std::*";
        if stream || whole || (world.is_some() && !types) {
            wrong("outside of cli and hands nothing touches the world");
        }
    }
}

pub const PLANTED: &[Planted] = &[
    (
        "cli/verb/open.rs",
        "use std::time::SystemTime;\n",
        "src/cli/verb/open.rs:4: `std::time::SystemTime`: only hands/clock.rs",
    ),
    (
        "ceremony/release.rs",
        "fn f() { std::time::Instant::now(); }\n",
        "src/ceremony/release.rs:2: `std::time::Instant::now`: only hands/clock.rs",
    ),
    (
        "value/time.rs",
        "fn f() { jiff::Timestamp::now(); }\n",
        "src/value/time.rs:1: `jiff::Timestamp::now`: outside of cli and hands nothing reads the clock",
    ),
    (
        "record/note.rs",
        "use std::fs;\n",
        "src/record/note.rs:2: `std::fs`: outside of cli and hands nothing touches the world",
    ),
    ("record/note.rs", "use std::{fmt, fs::File};\n", "src/record/note.rs:2: `std::fs::File`"),
    ("record/note.rs", "use std::*;\n", "src/record/note.rs:2: `std::*`"),
    ("record/note.rs", "use std as harmless;\n", "src/record/note.rs:2: `std`"),
    ("record/note.rs", "use std::io;\n", "src/record/note.rs:2: `std::io`"),
    ("ledger/medium.rs", "fn f() { io::stdin(); }\n", "src/ledger/medium.rs:4: `io::stdin`"),
    ("ledger/medium.rs", "use std::io::*;\n", "src/ledger/medium.rs:4: `std::io::*`"),
    ("crypto/envelope.rs", "use std::io::{self, stdin};\n", "src/crypto/envelope.rs:3: `std::io::stdin`"),
    (
        "ceremony/release.rs",
        "fn f() { std::env::var(\"A\"); }\n",
        "src/ceremony/release.rs:2: `std::env::var`",
    ),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n    use std::time::Instant;\n}\n"),
    ("record/note.rs", "use std::{fmt, collections::BTreeMap};\nfn f() { let now = 1; }\n"),
    ("hands/store.rs", "use std::fs::File;\nfn f() { std::io::stdin(); }\n"),
];
