//! `docs/spec/grammar.md` against both readers: each kind is in it, and each value that it is compared on with the other
//! reader (`tests/independent/grammar.py`) has the same form here.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use breakglass::record::book::BookRecord;
use breakglass::record::card::Card;
use breakglass::record::kinds::{self, Record, RecordKind};
use breakglass::record::note::Note;
use breakglass::record::statement::{SignedStatement, StatementError, StatementKind};
use common::python_of_the_reader;
use data_encoding::BASE64;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/spec/grammar.md")).unwrap()
}

/// The names between the slashes of a rule of the grammar.
fn options(rule: &str) -> BTreeSet<String> {
    let page = page();
    let (_, rest) = page.split_once(&format!("\n{rule} = ")).unwrap();
    let rule = rest.split(" = ").next().unwrap().rsplit_once('\n').unwrap().0;
    rule.split('/').map(|name| name.trim().to_owned()).collect()
}

#[test]
fn every_kind_is_in_the_grammar() {
    let records: BTreeSet<String> = RecordKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(options("record"), records);
    let statements: BTreeSet<String> =
        StatementKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(options("statement"), statements);
    let page = page();
    for (frame, kind) in
        records.iter().map(|kind| ("framed", kind)).chain(statements.iter().map(|kind| ("stated", kind)))
    {
        let rule = format!("\n{kind} = {frame}<\"breakglass/v1/{kind}\", ");
        assert!(page.contains(&rule), "no rule of {kind}");
    }
    let said = page.split("\nbook = {").nth(1).unwrap().split("\n}").next().unwrap();
    for kind in &statements {
        assert!(said.contains(&format!("{{ {kind}: {kind}-says }}")), "no book says {kind}");
    }
}

/// The other reader's comparison of a page, which leaves each value that it compared in `into`.
fn compared(python: &Path, page: &Path, into: &Path) -> Output {
    let program = root().join("tests/independent/grammar.py");
    Command::new(python).arg("-B").arg(program).args([page, into]).output().unwrap()
}

#[test]
fn both_readers_take_what_the_grammar_takes() {
    let Some(python) = python_of_the_reader("both_readers_take_what_the_grammar_takes") else { return };
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("values");
    let output = compared(&python, &root().join("docs/spec/grammar.md"), &into);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let values = fs::read_to_string(into).unwrap();
    let mut wrong = Vec::new();
    let (mut good, mut bad) = (0, 0);
    for value in values.lines() {
        let mut parts = value.splitn(3, ' ');
        let (family, verdict, line) =
            (parts.next().unwrap(), parts.next().unwrap() == "good", parts.next().unwrap());
        *(if verdict { &mut good } else { &mut bad }) += 1;
        if is_of_its_form(family, line) != verdict {
            wrong.push(value);
        }
    }
    assert!(wrong.is_empty(), "{} differ, as {}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    assert!(good > 5_000 && bad > 30_000, "{good} good, {bad} bad");
}

/// Whether a line is what its kind says, whoever signed it and whatever it means.
fn is_of_its_form(family: &str, line: &str) -> bool {
    let signature = BASE64.encode(&[0; 68]);
    let note = Note::parse(format!("{line}\n\n\u{2014} alice {signature}\n").as_bytes()).unwrap();
    match family {
        "record" => kinds::read(&note)
            .is_ok_and(|(_, record)| !matches!(record, Record::Faulty(_) | Record::Unknown(_))),
        "statement" => {
            matches!(SignedStatement::parse(note), Ok(_) | Err(StatementError::NotOnePerson))
        }
        "card" => note.read::<Card>().is_ok(),
        "book" => note.read::<BookRecord>().is_ok(),
        other => panic!("{other}"),
    }
}

/// The control: a grammar with another bound, a field more or less, or a code point less is not that of the readers.
#[test]
fn another_grammar_is_noticed() {
    let Some(python) = python_of_the_reader("another_grammar_is_noticed") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (page_of, into) = (folder.path().join("grammar.md"), folder.path().join("values"));
    let mut changed = page();
    for (from, to, _) in PLANTED {
        assert_eq!(changed.matches(from).count(), 1, "{from}");
        changed = changed.replace(from, to);
    }
    fs::write(&page_of, changed).unwrap();
    let output = compared(&python, &page_of, &into);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.stderr.is_empty(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{told}");
    for (_, to, noticed) in PLANTED {
        assert!(told.contains(noticed), "{to}: {told}");
    }
}

/// What is changed in the grammar, and how a line of the complaint begins.
const PLANTED: [(&str, &str, &str); 6] = [
    ("attempt: u32,", "attempt: u8,", "record release: the reader says True of"),
    ("? title: free-text,", "title: free-text,", "record seal: the reader says True of"),
    ("\\u{34f}", "", "record retire: the reader says False of"),
    ("denial-says = { request: digest,", "denial-says = {", "statement denial: the reader says True of"),
    ("? keeps: ", "? holds: ", "book book: the reader says "),
    ("%s\"index \" decimal LF", "%s\"index \" *DIGIT LF", "share-text: the reader says False of"),
];
