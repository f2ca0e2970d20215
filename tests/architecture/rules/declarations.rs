//! A `mod.rs` declares modules and re-exports from them, and nothing else: whoever looks for code need not look
//! there. What it re-exports it names, so that a reader, and the rule about circles, see where a name comes from.

use crate::house::{Harmless, Planted};
use crate::modules::Parsed;
use crate::source::{Token, is_public};

pub fn check(file: &Parsed, found: &mut Vec<String>) {
    for named in file.paths.iter().filter(|named| named.public && named.name.as_deref() == Some("*")) {
        let said = format!("{}:{}: `{}`", file.path, named.line, named.text());
        found.push(format!("{said}: a re-export names what it is of"));
    }
    if !file.path.ends_with("/mod.rs") {
        return;
    }
    let (tokens, mut at) = (&file.whole, 0);
    while at < tokens.len() {
        at = past_attribute(tokens, at);
        let Some(item) = item(tokens, at) else { break };
        let (keyword, end) = (&tokens[item], past_item(tokens, item));
        let declares = match keyword.text.as_str() {
            "mod" => tokens[end - 1].text == ";",
            "use" => is_public(tokens, item),
            _ => false,
        };
        if !declares {
            let said = format!("{}:{}: `{}`", file.path, keyword.line, keyword.text);
            found.push(format!("{said}: a mod.rs declares modules and re-exports, and nothing else"));
        }
        at = end;
    }
}

/// Past the attributes that stand at `at`.
fn past_attribute(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| token.text == "#") {
        at += tokens[at..].iter().position(|token| token.text == "[").unwrap_or(0);
        at = past_group(tokens, at);
    }
    at
}

/// Past the bracket that is opened at `at`, and what is in it.
fn past_group(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (more, token) in tokens[at..].iter().enumerate() {
        match token.text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + more + 1;
        }
    }
    tokens.len()
}

/// The item that begins at `at`: its first word behind how far it is public.
fn item(tokens: &[Token], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    let next = if first.text == "pub" { at + 1 } else { at };
    match tokens.get(next)?.text.as_str() {
        "(" if next > at => Some(past_group(tokens, next)).filter(|item| *item < tokens.len()),
        _ => Some(next),
    }
}

/// Past the end of an item: its `;`, or the brace that closes its body. The braces of a `use` are no body.
fn past_item(tokens: &[Token], item: usize) -> usize {
    let mut at = item;
    while at < tokens.len() {
        let opens = ["{", "[", "("].contains(&tokens[at].text.as_str());
        let ends = tokens[at].text == ";" || (tokens[at].text == "{" && tokens[item].text != "use");
        at = if opens { past_group(tokens, at) } else { at + 1 };
        if ends {
            break;
        }
    }
    at
}

pub const PLANTED: &[Planted] = &[
    ("ledger/mod.rs", "fn f() {}\n", "src/ledger/mod.rs:2: `fn`: a mod.rs declares modules and re-exports"),
    ("ledger/mod.rs", "pub(crate) fn f() {}\npub mod book;\n", "src/ledger/mod.rs:2: `fn`: a mod.rs"),
    ("ledger/mod.rs", "\n#[derive(Debug)]\npub struct A {\n    b: u8,\n}\n", "src/ledger/mod.rs:4: `struct`"),
    ("ledger/mod.rs", "pub struct A(u8);\n", "src/ledger/mod.rs:2: `struct`: a mod.rs"),
    ("ledger/mod.rs", "impl A {}\n", "src/ledger/mod.rs:2: `impl`: a mod.rs"),
    ("ledger/mod.rs", "pub const A: [u8; 2] = [1, 2];\n", "src/ledger/mod.rs:2: `const`: a mod.rs"),
    ("ledger/mod.rs", "pub type A = u8;\n", "src/ledger/mod.rs:2: `type`: a mod.rs"),
    ("ledger/mod.rs", "macro_rules! a {\n    () => {};\n}\n", "src/ledger/mod.rs:2: `macro_rules`: a mod.rs"),
    ("ledger/mod.rs", "use log::{Log, Medium};\n", "src/ledger/mod.rs:2: `use`: a mod.rs"),
    ("ledger/mod.rs", "mod a {\n    fn f() {}\n}\n", "src/ledger/mod.rs:2: `mod`: a mod.rs"),
    ("ledger/mod.rs", "#[cfg(test)]\nmod tests {\n}\n", "src/ledger/mod.rs:3: `mod`: a mod.rs"),
    ("ledger/mod.rs", "pub mod a;\npub use a::{B, C};\nstatic A: u8 = 1;\n", "src/ledger/mod.rs:4: `static`"),
    ("ledger/mod.rs", "pub use log::*;\n", "src/ledger/mod.rs:2: `log::*`: a re-export names what it is of"),
    ("audit/status.rs", "pub(crate) use facts::*;\n", "src/audit/status.rs:5: `facts::*`: a re-export names"),
];

pub const HARMLESS: &[Harmless] = &[
    (
        "ledger/mod.rs",
        "/// A book.\n#[expect(\n    unsafe_code,\n    reason = \"it { is }\"\n)]\npub(crate) mod book;\n",
    ),
    ("ledger/mod.rs", "mod book;\npub use book::{Book, read as read_book};\npub(super) use log::Log;\n"),
    ("ledger/mod.rs", "#[cfg(test)]\nmod testing;\n// fn f() {}\n"),
    ("ledger/medium.rs", "fn f() {}\nconst A: u8 = 1;\n"),
];
