//! No circle of files: what imports each other can only be understood, tested and changed as one. A name that
//! comes through a re-export is imported from the file that it is in, so that a façade makes no circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::house::{Harmless, Planted};
use crate::modules::{Import, Modules};

type Imports = BTreeMap<String, Vec<Import>>;

/// Who imports whom.
type Steps<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The shortest circle first, then the shortest that has no step in common with those before it, and so on.
pub fn check(modules: &Modules, imports: &Imports, found: &mut Vec<String>) {
    let mut left = steps(imports);
    while let Some(circle) = shortest(&left) {
        for (from, to) in circle.iter().zip(circle.iter().skip(1)) {
            left.get_mut(from).expect("a step").remove(to);
        }
        found.push(told(modules, imports, &circle));
    }
}

fn steps<'a>(imports: &'a Imports) -> Steps<'a> {
    let to = |all: &'a [Import]| all.iter().map(|import| import.to.as_str()).collect();
    imports.iter().map(|(from, all)| (from.as_str(), to(all))).collect()
}

/// The shortest circle; the first by name of those of one length. Its first module stands at its end again.
fn shortest<'a>(steps: &Steps<'a>) -> Option<Vec<&'a str>> {
    steps.keys().filter_map(|from| circle_through(from, steps)).min_by_key(Vec::len)
}

fn circle_through<'a>(start: &'a str, steps: &Steps<'a>) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for to in steps.get(module).into_iter().flatten() {
            if *to == start {
                let mut circle = vec![start, module];
                while let Some(earlier) = before.get(circle[circle.len() - 1]) {
                    circle.push(earlier);
                }
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(to) {
                before.insert(to, module);
                next.push_back(to);
            }
        }
    }
    None
}

fn told(modules: &Modules, imports: &Imports, circle: &[&str]) -> String {
    let step = |(from, to): (&&str, &&str)| {
        let import = imports[*from].iter().find(|import| import.to == *to).expect("a step");
        (&modules.file(from).expect("a file").path, import)
    };
    let steps: Vec<_> = circle.iter().zip(circle.iter().skip(1)).map(step).collect();
    let (first, import) = &steps[0];
    let told: Vec<_> =
        steps.iter().map(|(path, import)| format!("{path}:{}: `{}`", import.line, import.text)).collect();
    format!("{first}:{}: a circle of {} files: {}", import.line, steps.len(), told.join(", then "))
}

pub const PLANTED: &[Planted] = &[
    (
        "record/note.rs",
        "use super::statement::Stated;\n",
        "src/record/note.rs:2: a circle of 2 files: src/record/note.rs:2: `super::statement::Stated`, then \
         src/record/statement.rs:1: `crate::record::note::Note`",
    ),
    (
        "record/note.rs",
        "use crate::escrow::Vault;\n",
        "src/escrow/seals.rs:2: a circle of 3 files: src/escrow/seals.rs:2: `crate::record::statement::Stated`, then \
         src/record/statement.rs:1: `crate::record::note::Note`, then src/record/note.rs:2: `crate::escrow::Vault`",
    ),
    // Siblings that meet in a façade: both names lead through it to the files.
    (
        "escrow/state.rs",
        "fn f(_: super::Vault) {}\n",
        "src/escrow/seals.rs:1: a circle of 2 files: src/escrow/seals.rs:1: `super::Broken`, then \
         src/escrow/state.rs:3: `super::Vault`",
    ),
    (
        "escrow/state.rs",
        "use crate::escrow::{Vault as Other};\n",
        "src/escrow/seals.rs:1: a circle of 2 files",
    ),
    // All of a façade is more than any of its files may have.
    ("escrow/seals.rs", "use super::*;\n", "src/escrow/mod.rs:3: a circle of 2 files: src/escrow/mod.rs:3"),
    // A child and its parent, however the child is named.
    (
        "audit/status/facts.rs",
        "use super::Status;\n",
        "src/audit/status.rs:4: a circle of 2 files: src/audit/status.rs:4: `facts::gather`, then \
         src/audit/status/facts.rs:1: `super::Status`",
    ),
    ("audit/status.rs", "use alone::Thing;\n", "src/audit/status.rs:5: a circle of 2 files"),
    ("audit/status.rs", "pub use alone::{Thing, Other};\n", "src/audit/status.rs:5: a circle of 2 files"),
    ("audit/status.rs", "use alone as harmless;\n", "src/audit/status.rs:5: a circle of 2 files"),
    ("audit/status.rs", "use self::alone::Thing;\n", "src/audit/status.rs:5: a circle of 2 files"),
    ("audit/status.rs", "fn f() { alone::f() }\n", "src/audit/status.rs:5: a circle of 2 files"),
    // A name that a `use` brought in, and what is named from there.
    (
        "record/note.rs",
        "use crate::record as all;\nfn f() { all::statement::f() }\n",
        "src/record/note.rs:3: a circle of 2 files: src/record/note.rs:3: `crate::record::statement::f`",
    ),
    (
        "record/note.rs",
        "use super::super::record;\nuse record::statement::Stated;\n",
        "src/record/note.rs:3: a circle of 2 files",
    ),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "#[cfg(test)]\nmod tests {\n    use super::super::statement::Stated;\n}\n"),
    ("record/note.rs", "// use super::statement::Stated;\n"),
    // A module that is declared and not named, and a variable of its name.
    ("audit/status.rs", "fn f(alone: u8) -> u8 { alone + 1 }\n"),
    ("audit/status/facts.rs", "use crate::escrow::{Broken, Vault};\n"),
];
