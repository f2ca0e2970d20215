//! What holds for every command: help, JSON, the demonstration.
//!
//! Exit codes that these tests see: 0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14 and 15. 130 needs a terminal,
//! and no command gives 16 yet.

use breakglass::cli::args::Cli;
use clap::CommandFactory as _;

use crate::disk::{Disk, row};

/// Every command, in the order of `--help`: those that the parser takes.
pub fn commands() -> Vec<String> {
    let names: Vec<_> = Cli::command().get_subcommands().map(|one| one.get_name().to_owned()).collect();
    assert!(names.len() > 20, "only {names:?} are seen");
    names
}

#[test]
fn every_command_has_help_with_an_example() {
    let disk = Disk::empty();
    let all = disk.run("--help").ok();
    let listed = all.out.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed: Vec<_> = listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, commands(), "a command that `--help` does not list");
    for command in commands() {
        let run = disk.run(&format!("{command} --help")).ok();
        let example = run.out.split_once("Example").unwrap_or_else(|| panic!("{command} has no example")).1;
        assert!(example.contains(&format!("breakglass {command}")), "{command}: {example}");
    }
    disk.run("--version").ok().shows("breakglass ");
}

#[test]
fn every_json_answer_parses() {
    let (disk, asked) = Disk::asked();
    let id = &asked.id[..8];
    disk.line("approve req.bgr --as alice/alice -o alice.bga --json --session-words")
        .arg(&asked.words)
        .run()
        .ok()
        .json();
    for line in [
        "keygen --no-passphrase -o x/x.key",
        "enroll x --name X --contact x --role auditor -i x/x.key -o x",
        "init other --name N --cards-compared --card dan/dan.card --as dan/dan",
        "check --as alice/alice",
        "check --as alice/alice -o check.bgs",
        "deny req.bgr --as bob/bob --because no -o bob.bgd",
        "collect check.bgs bob.bgd --as bob/bob",
        &format!("action x --request {id} --as carol/carol"),
        "release req.bgr alice.bga --as carol/carol --withdraw",
        "status",
        "log",
        "head",
        "verify",
    ] {
        let run = disk.run(&format!("{line} --json")).ok();
        let json = run.json();
        assert!(json.is_object() || json.is_array(), "{line}: {json}");
    }
    disk.seal(&row("later").replace(crate::disk::PASSWORD, "another-Vumble!rast-9931"), "--json").ok().json();
}

#[test]
fn the_demonstration_tells_its_story_on_one_screen_and_leaves_nothing() {
    let disk = Disk::empty();
    let run = disk.line("demo").env("TMPDIR", disk.path("").to_str().unwrap()).run().ok();
    assert_eq!(run.err, "");
    let lines: Vec<_> = run.out.lines().collect();
    assert!(lines.len() <= 36, "{} lines\n{}", lines.len(), run.out);
    for line in lines {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for part in
        ["enroll", "seal", "approve", "release", "password: ", "HOLDS", "attack 1", "attack 2", "TRUNCATED"]
    {
        assert!(run.out.contains(part), "no {part} in\n{}", run.out);
    }
    assert!(disk.tree().is_empty(), "it left {:?}", disk.tree().keys());
    // Kept where that is wanted, and a failure where there is no room for it.
    let run = disk.line("demo --keep").env("TMPDIR", disk.path("").to_str().unwrap()).run().ok();
    let place = run.out.lines().find_map(|line| line.strip_prefix("everything is in ")).unwrap();
    assert!(std::path::Path::new(place).join("escrow/log").is_file());
    std::fs::remove_dir_all(place).unwrap();
    let words = disk.line("demo").env("TMPDIR", disk.path("nowhere").to_str().unwrap());
    disk.refuses_line(1, words).what("cannot be written").at("nowhere/breakglass-demo-");
    let words = disk.line("demo").env("TMPDIR", disk.path("").to_str().unwrap()).file_limit(4);
    let run = words.run().exits(1);
    assert!(disk.tree().is_empty(), "it left {:?}\n{}", disk.tree().keys(), run.err);
}

#[test]
fn a_line_that_makes_no_sense_is_not_repeated() {
    let disk = Disk::people();
    let key = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    for line in [
        format!("enroll zoe {key}"),
        key.to_owned(),
        format!("check --{key}"),
        format!("seal prod --threshold {key} --as dan/dan"),
        format!("release req.bgr --accept-deviation {key} --as dan/dan"),
        "keygen \u{1b}[2J".to_owned(),
    ] {
        for json in ["", " --json"] {
            let run = disk.line(&format!("{line}{json}")).run().exits(2);
            let said = format!("{}{}", run.out, run.err);
            assert!(!said.contains("GQ9778VQX") && !said.contains('\u{1b}'), "{said}");
            assert!(said.contains("--help"), "{said}");
            if !json.is_empty() {
                let object: serde_json::Value = serde_json::from_str(&run.out).unwrap();
                assert_eq!(object["error"]["code"], "usage");
            }
        }
    }
}
