//! The table in `docs/spec/verify-rules.md`, the rules in the code and the tests in `tests/verify_rules/` say
//! the same: every rule has its row and its test, and there is no row and no test without a rule.

#[path = "corpus/musts.rs"]
mod musts;

use std::collections::BTreeSet;
use std::path::Path;

use breakglass::record::finding::{Particulars, Rule};
use breakglass::value::text::is_hostile;
use musts::{Must, severity};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The specification: the rules, and what their findings tell besides the sentence.
fn page() -> (String, String) {
    let text = std::fs::read_to_string(root().join("docs/spec/verify-rules.md")).unwrap();
    let (rules, particulars) = text.split_once("\n## Particulars\n").unwrap();
    (rules.to_owned(), particulars.to_owned())
}

fn rows(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("| `")).collect()
}

/// The name of the test of a rule.
fn test_name(rule: Rule) -> String {
    rule.code().to_ascii_lowercase().replace('-', "_")
}

/// The names of the functions that are tests, in every file of `tests/verify_rules/`.
fn tests() -> Vec<String> {
    let mut names = Vec::new();
    for file in std::fs::read_dir(root().join("tests/verify_rules")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("fn ").filter(|_| is_test) {
                names.push(name.split('(').next().unwrap().to_owned());
            }
            // Other attributes may stand between; a test that is ignored is none.
            assert!(!line.starts_with("#[ignore"), "an ignored test");
            is_test = line == "#[test]" || (is_test && line.starts_with("#["));
        }
    }
    names
}

#[test]
fn the_table_says_what_the_code_says() {
    let (text, _) = page();
    let rows = rows(&text);
    let expected: Vec<String> = Rule::ALL
        .iter()
        .map(|rule| {
            let (word, exit) = severity(rule.severity());
            format!("| `{rule}` | {word} | {exit} | {} | `{}` |", rule.meaning(), test_name(*rule))
        })
        .collect();
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(row, expected);
    }
    assert_eq!(rows.len(), expected.len(), "one row for each rule");
    assert!(!rows.is_empty());
}

#[test]
fn every_rule_has_its_test_and_every_test_its_rule() {
    let tests = tests();
    let names: BTreeSet<&str> = tests.iter().map(String::as_str).collect();
    assert_eq!(names.len(), tests.len(), "no two tests have one name: {tests:?}");
    let rules: Vec<String> = Rule::ALL.iter().map(|rule| test_name(*rule)).collect();
    let rules: BTreeSet<&str> = rules.iter().map(String::as_str).collect();
    let untested: Vec<_> = rules.difference(&names).collect();
    assert!(untested.is_empty(), "rules without a test: {untested:?}");
    let unruly: Vec<_> = names.difference(&rules).collect();
    assert!(unruly.is_empty(), "tests without a rule: {unruly:?}");
    assert_eq!(rules.len(), Rule::ALL.len(), "no two rules have one code");
}

/// The first table of the section; `tests/corpus/particulars.rs` compares the second one with what is found.
#[test]
fn the_particulars_are_those_of_the_code() {
    let (_, section) = page();
    let (table, _) = section.split_once("\n### ").unwrap();
    let expected: Vec<String> = Particulars::ALL
        .iter()
        .map(|(name, form, meaning)| format!("| `{name}` | {form} | {meaning} |"))
        .collect();
    assert_eq!(rows(table), expected);
    // A field of each finding's own would hide a particular of the same name.
    let own = ["code", "severity", "seq", "offset", "meaning", "detail"];
    assert!(Particulars::ALL.iter().all(|(name, ..)| !own.contains(name)));
}

#[test]
fn every_rule_has_its_sentences() {
    let musts = Must::all();
    let mut last = (0, 0);
    for must in &musts {
        let place = Rule::ALL.iter().position(|rule| *rule == must.rule).unwrap();
        let count: usize = must.number.rsplit('-').next().unwrap().parse().unwrap();
        assert!((place, count) > last || last == (0, 0), "{} is out of order", must.number);
        last = (place, count);
        let (word, exit) = severity(must.rule.severity());
        assert_eq!(must.severity, (word.to_owned(), exit), "{}", must.number);
        let sentence = &must.sentence;
        let is_one = sentence.ends_with('.') && !sentence.contains(". ") && sentence.contains(" MUST ");
        assert!(is_one, "{}: {sentence}", must.number);
        let readings = ["ends", "refused", "stands", "outside"];
        assert!(readings.contains(&must.reading.as_str()), "{}: {}", must.number, must.reading);
    }
    let said: BTreeSet<Rule> = musts.iter().map(|must| must.rule).collect();
    let silent: Vec<_> = Rule::ALL.iter().filter(|rule| !said.contains(rule)).collect();
    assert!(silent.is_empty(), "no sentence says what breaks {silent:?}");
}

/// The pages of the specification, by name.
fn pages() -> Vec<(String, String)> {
    let pages = std::fs::read_dir(root().join("docs/spec")).unwrap().map(|entry| entry.unwrap().path());
    let read =
        |path: std::path::PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    pages.map(read).collect()
}

#[test]
fn what_is_cited_is_a_sentence() {
    let musts = Must::all();
    let mut count = 0;
    for (page, text) in pages() {
        let words = text.split(|one: char| !(one.is_ascii_uppercase() || one.is_ascii_digit() || one == '-'));
        let numbered =
            |word: &&str| word.starts_with("R-") && word.ends_with(|one: char| one.is_ascii_digit());
        for cited in words.filter(numbered) {
            assert!(musts.iter().any(|must| must.number == cited), "{page}: nothing is {cited}");
            count += 1;
        }
    }
    assert!(count > 2 * musts.len(), "{count}: the citations were not found");
}

#[test]
fn the_order_has_every_rule_that_refuses() {
    let (text, _) = page();
    let (_, order) = text.split_once("\n## Order of the rules\n").unwrap();
    let (order, _) = order.split_once("\n## The table\n").unwrap();
    for must in Must::all() {
        let refuses = must.reading == "refused" || must.reading == "ends";
        let is_there = order.contains(&format!("`{}`", must.rule));
        assert!(is_there || !refuses || must.rule == Rule::Torn, "{} has no place in the order", must.number);
    }
}

#[test]
fn codes_are_words_in_capitals() {
    for rule in Rule::ALL {
        let good = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
        assert!(rule.code().bytes().all(good) && !rule.code().starts_with('-'), "{rule}");
        assert!(rule.meaning().ends_with('.') && !rule.meaning().contains('|'), "{rule}");
    }
}

/// The ranges of code points in the first cells of the table of refused ones, in the specification.
fn refused_code_points() -> BTreeSet<char> {
    let page = std::fs::read_to_string(root().join("docs/spec/note.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| U+")?.split(" |").next());
    let ranges =
        cells.flat_map(|cell| cell.split(", ").map(|range| range.trim_start_matches("U+").to_owned()));
    let code = |hex: &str| u32::from_str_radix(hex.trim_start_matches("U+"), 16).unwrap();
    ranges
        .flat_map(|range| {
            let (first, last) = range.split_once(" to ").unwrap_or((&range, &range));
            code(first)..=code(last)
        })
        .filter_map(char::from_u32)
        .collect()
}

#[test]
fn the_code_points_that_are_refused_are_those_that_are_listed() {
    let listed = refused_code_points();
    assert!(listed.len() > 4000, "{}: the table was not found", listed.len());
    for character in '\0'..=char::MAX {
        assert_eq!(is_hostile(character), listed.contains(&character), "U+{:04X}", u32::from(character));
    }
}
