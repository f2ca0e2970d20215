//! The page against the program.

use std::fs;

use breakglass::cli::args::Cli;
use breakglass::cli::say::exit::Exit;
use clap::CommandFactory as _;
use serde_json::json;

use crate::blocks::compare;
use crate::shape::Reader;
use crate::table::{FENCE, Section, path, sections};
use crate::told::Answers;
use crate::{story, table};

fn page() -> String {
    fs::read_to_string(path()).unwrap()
}

fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn every_command_answers_what_the_page_says() {
    let mut answers = story::play();
    let page = page();
    let sections = sections(&page);
    let mut wrong = compare_commands(&answers, &sections);
    let mut reader = Reader::new(&sections);
    for told in &answers.all {
        let Some(json) = told.json() else { continue };
        reader.answer(&told.section, &json);
        let exit = json.get("exit").or_else(|| json.get("error")?.get("exit"));
        if told.code != 0 && exit != Some(&json!(told.code)) {
            wrong.push(format!("{}: it ends with {}, and says {exit:?}", told.line, told.code));
        }
    }
    wrong.extend(reader.unseen());
    wrong.append(&mut reader.wrong);
    wrong.sort();
    wrong.dedup();
    compare(&[path()], FENCE, &answers.blocks());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every command has a section, and an answer that is JSON where the section does not say that there is none.
fn compare_commands(answers: &Answers, sections: &[Section]) -> Vec<String> {
    let mut wrong = Vec::new();
    for command in commands() {
        let Some(section) = sections.iter().find(|section| section.is_command && section.anchor == command)
        else {
            wrong.push(format!("the page has no section for `{command}`"));
            continue;
        };
        let told: Vec<_> = answers.all.iter().filter(|told| told.section == command).collect();
        if told.is_empty() {
            wrong.push(format!("the story has no `{command}`"));
        }
        if told.iter().any(|told| told.json().is_none() != section.is_silent) {
            wrong.push(format!("{command}: it answers JSON where the page says no, or the other way round"));
        }
        if section.is_silent != section.blocks.is_empty() || section.is_silent != section.rows.is_empty() {
            wrong.push(format!("{command}: a section has a table and an example, or no JSON"));
        }
    }
    wrong
}

#[test]
fn the_sections_stand_in_the_order_of_help() {
    let sections = sections(&page());
    let headings: Vec<&str> =
        sections.iter().filter(|section| section.is_command).map(|section| &*section.anchor).collect();
    assert_eq!(headings, commands());
    for section in &sections {
        let strange = section.blocks.iter().find(|name| name.split('-').next() != Some(&*section.anchor));
        assert_eq!(strange, None, "a block in the section `{}`", section.anchor);
    }
}

#[test]
fn the_page_has_every_exit_code() {
    let page = page();
    for exit in Exit::ALL {
        let row = format!("| {} | `{}` |", *exit as u8, exit.code());
        assert!(page.contains(&row), "no row {row}");
    }
}

/// What each of these answers breaks is found, and nothing in the first.
#[test]
fn an_answer_of_another_shape_is_found() {
    let page = "\n## `x`\n\n| `time` | time | When. | never |\n| `kind` | word | `one` or `two`. | never |\n\
                | `head` | [head](#a-head) or null | The end. | never |\n| `more` | object | More. | if there is |\n\
                | `more.many[].who` | array of name | Who. | never |\n| `more.many` | array of object | Many. | never |\n\
                \n## A head\n\n| `size` | number | Bytes. | never |\n";
    let sections = table::sections(page);
    let wrong = |value| {
        let mut reader = Reader::new(&sections);
        reader.answer("x", &value);
        let unseen = reader.unseen();
        (reader.wrong, unseen)
    };
    let good = json!({ "time": "2026-11-23T01:02:03Z", "kind": "two", "head": { "size": 1 } });
    assert_eq!(wrong(good.clone()), (vec![], vec![]));
    let mut null = good.clone();
    null["head"] = json!(null);
    assert_eq!(wrong(null), (vec![], vec!["a-head: no answer has `size`".to_owned()]));
    for (key, value, found) in [
        ("time", json!("2026-11-23"), "x: `time` is \"2026-11-23\", and no time"),
        ("kind", json!("three"), "x: `kind` is \"three\", and no word"),
        ("head", json!({ "size": "1" }), "a-head: `size` is \"1\", and no number"),
        ("head", json!({}), "a-head: `size` is absent from {}"),
        ("other", json!(1), "x: no row for this key: | `other` |"),
        ("more", json!({}), "x: `more.many` is absent from {}"),
        ("more", json!({ "many": [{}] }), "x: `more.many[].who` is absent from {}"),
        (
            "more",
            json!({ "many": [{ "who": ["A B"] }] }),
            "x: `more.many[].who` is [\"A B\"], and no array of name",
        ),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        let (wrong, _) = wrong(bad);
        assert!(wrong.len() == 1 && wrong[0].starts_with(found), "{wrong:?}");
    }
}
