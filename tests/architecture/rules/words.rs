//! Words that may stand in one place only, or nowhere.

use crate::house::{Harmless, Planted};
use crate::modules::Parsed;
use crate::rooms::is_pure;

pub fn check(file: &Parsed, found: &mut Vec<String>) {
    let hands = file.below_src().starts_with("hands/");
    let top = !is_pure(&file.module);
    for (at, token) in file.tokens.iter().enumerate() {
        let next = |more: usize| file.tokens.get(at + more).map_or("", |token| token.text.as_str());
        let mut wrong = |rule: &str| {
            found.push(format!("{}:{}: `{}`: {rule}", file.path, token.line, token.text));
        };
        match token.text.as_str() {
            "unsafe" if !hands => wrong("only hands/ may be unsafe"),
            "println" | "eprintln" | "print" | "eprint" | "dbg" if next(1) == "!" && !top => {
                wrong("outside of cli and hands nothing is printed");
            }
            "Medium" if next(1) == "for" && file.below_src() != "hands/store.rs" => {
                wrong("only hands/store.rs implements it");
            }
            "extern" if next(1) == "crate" => wrong("crates are named by their paths"),
            // Within a second module of one file, `super` would mean another place than these rules think.
            "mod" if next(2) == "{" => wrong("a module is a file of its own"),
            "path" if next(1) == "=" && at > 0 && file.tokens[at - 1].text == "[" => {
                wrong("a module lies where its name says");
            }
            "include" if next(1) == "!" => {
                wrong("a module lies where its name says");
            }
            _ => {}
        }
    }
}

pub const PLANTED: &[Planted] = &[
    ("cli/verb/open.rs", "unsafe fn f() {}\n", "src/cli/verb/open.rs:4: `unsafe`: only hands/"),
    (
        "record/note.rs",
        "fn f() { println!(\"x\") }\n",
        "src/record/note.rs:2: `println`: outside of cli and hands nothing",
    ),
    ("record/note.rs", "fn f() { dbg!(1); }\n", "src/record/note.rs:2: `dbg`: outside"),
    (
        "ceremony/release.rs",
        "fn f() { eprintln!(\"x\") }\n",
        "src/ceremony/release.rs:2: `eprintln`: outside",
    ),
    (
        "cli/verb/open.rs",
        "impl Medium for Memory {}\n",
        "src/cli/verb/open.rs:4: `Medium`: only hands/store.rs implements",
    ),
    (
        "ledger/medium.rs",
        "impl<T> super::medium::Medium for T {}\n",
        "src/ledger/medium.rs:4: `Medium`: only hands/store.rs",
    ),
    (
        "record/note.rs",
        "extern crate age as harmless;\n",
        "src/record/note.rs:2: `extern`: crates are named by their paths",
    ),
    (
        "record/note.rs",
        "mod hidden {\n    use super::super::shamir;\n}\n",
        "src/record/note.rs:2: `mod`: a module is a file of its own",
    ),
    (
        "record/note.rs",
        "#[path = \"x.rs\"]\nmod hidden;\n",
        "src/record/note.rs:2: `path`: a module lies where its name says",
    ),
    (
        "record/note.rs",
        "include!(\"x.rs\");\n",
        "src/record/note.rs:2: `include`: a module lies where its name says",
    ),
    // Code that is not for tests, though it looks so; and what comes behind test code.
    ("record/note.rs", "#[cfg(not(test))]\nunsafe fn f() {}\n", "src/record/note.rs:3: `unsafe`"),
    (
        "record/note.rs",
        "#[cfg(test)]\nmod tests { fn f() {} }\nunsafe fn f() {}\n",
        "src/record/note.rs:4: `unsafe`",
    ),
    ("record/note.rs", "const A: &str = r#\"\" // \"#; unsafe fn f() {}\n", "src/record/note.rs:2: `unsafe`"),
    (
        "record/note.rs",
        "fn f<'a>(_: &'a str) -> char { '\"' } unsafe fn f() {} // \"\n",
        "src/record/note.rs:2: `unsafe`",
    ),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "// unsafe println!()\n"),
    ("record/note.rs", "/* println!() /* unsafe */ unsafe */\n"),
    ("record/note.rs", "const A: &str = \"use crate::secret::share::Share; \\\" unsafe\";\n"),
    ("record/note.rs", "const A: &str = r##\"\"# unsafe \"##;\n"),
    ("record/note.rs", "#[cfg(test)]\nmod tests {\n    unsafe fn f() {}\n}\n"),
    ("record/note.rs", "fn f() { let path = 1; }\n"),
];
