//! Every command that stands in the documents is one that the program takes.

use std::fs;
use std::path::{Path, PathBuf};

use breakglass::cli::args::Cli;
use clap::Parser as _;

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("SECURITY.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The commands of a page: lines of its fenced blocks, and code within its sentences that has arguments.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut within = false;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") {
            within = !within;
        } else if within && line.trim_start().starts_with("breakglass ") {
            // Behind three blanks stands what the command is for.
            let mut command = line.trim().split("   ").next().unwrap_or_default().to_owned();
            while let Some(begun) = command.strip_suffix('\\') {
                command = format!("{begun} {}", lines.next().unwrap().trim());
            }
            found.push(command);
        } else if !within {
            let code = line.split('`').skip(1).step_by(2);
            found.extend(code.filter(|code| code.starts_with("breakglass ")).map(str::to_owned));
        }
    }
    found
}

/// Splits as a shell does, with double quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for character in command.chars() {
        match character {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => word.push(other),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

#[test]
fn every_documented_command_is_taken() {
    let (mut tried, mut refused) = (0, Vec::new());
    for page in pages() {
        for command in commands(&fs::read_to_string(&page).unwrap()) {
            let words = words(&command);
            // `breakglass approve` alone, in a sentence, names a command and is not one.
            if words.len() < 3 {
                let known = Cli::try_parse_from(&words).err().map(|error| error.kind());
                assert_ne!(
                    known,
                    Some(clap::error::ErrorKind::InvalidSubcommand),
                    "{}: {command}",
                    page.display()
                );
                continue;
            }
            tried += 1;
            if let Err(error) = Cli::try_parse_from(&words) {
                let why = error.to_string().lines().take(2).collect::<Vec<_>>().join(" ");
                refused.push(format!("{}: {command}: {why}", page.display()));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(tried >= 20, "only {tried} commands were found");
}

#[test]
fn a_wrong_command_is_found() {
    let page =
        "Say `breakglass head -o x.json`.\n```text\nbreakglass frobnicate \\\n    --hard \"a b\"\n```\n";
    let found = commands(page);
    assert_eq!(found, ["breakglass head -o x.json", "breakglass frobnicate  --hard \"a b\""]);
    assert_eq!(words(&found[1]), ["breakglass", "frobnicate", "--hard", "a b"]);
    assert!(Cli::try_parse_from(words(&found[1])).is_err());
}

/// A word that stood in the glossary twice would mean two things.
#[test]
fn the_glossary_has_each_word_once_and_in_order() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/glossary.md")).unwrap();
    let words = page.lines().filter_map(|line| Some(line.strip_prefix("| **")?.split_once("**")?.0));
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    assert!(words.len() > 50, "{words:?}");
    let wrong = words.windows(2).find(|pair| pair[0] >= pair[1]);
    assert_eq!(wrong, None, "each word stands once, in alphabetical order");
}
