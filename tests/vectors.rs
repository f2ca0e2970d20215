//! The corpus under `tests/vectors/`: artifacts of every kind, good and bad, each with what is expected of it.
//!
//! The files were written once and are never written again without need: what was sealed and logged then
//! must be read as it was then, by every later version. `tests/independent.rs` reads the same files with
//! another program.

#[path = "corpus/case.rs"]
mod case;
#[path = "corpus/index.rs"]
mod index;
#[path = "corpus/musts.rs"]
mod musts;
#[path = "corpus/particulars.rs"]
mod particulars;
#[path = "corpus/run.rs"]
mod run;
#[path = "fixtures/world/mod.rs"]
mod world;
#[path = "corpus/write/mod.rs"]
mod write;

use std::collections::BTreeSet;

use breakglass::record::finding::Rule;
use case::Case;

#[test]
fn every_case_is_read_as_it_was_written() {
    let cases = Case::all();
    assert!(cases.len() >= 400, "only {} cases are there", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let found = run::run(case);
        if found != case.expected() {
            wrong.push(format!("{}\n  expected {:?}\n  found    {found:?}", case.name(), case.expected()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case() {
    let met: BTreeSet<String> =
        Case::all().iter().flat_map(|case| case.values("finding")).filter_map(first_word).collect();
    let missing: Vec<_> = Rule::ALL.iter().filter(|rule| !met.contains(rule.code())).collect();
    assert!(missing.is_empty(), "no case breaks {missing:?}");
}

fn first_word(value: String) -> Option<String> {
    value.split(' ').next().map(str::to_owned)
}

/// What is wrong in each case is a sentence of `docs/spec/musts.md`, and the reading ends or goes on as it says there.
#[test]
fn the_index_says_what_each_case_rests_on() {
    let (path, page) = (concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spec/vectors.md"), index::page());
    if std::env::var_os("BREAKGLASS_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "{path} is stale: BREAKGLASS_BLESS=1 cargo test --test vectors writes it");
    let uncited = index::uncited(&page);
    assert!(uncited.is_empty(), "no case rests on {uncited:?}");
}

#[test]
fn the_corpus_is_small() {
    let bytes: u64 = Case::files().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes < 6_000_000, "{bytes} bytes");
}

/// Writes the cases that are not there yet; those that are there stay as they are.
#[test]
#[ignore = "the corpus is written once: cargo test --test vectors -- --ignored"]
fn write_the_corpus() {
    write::everything();
}
