//! What CONTRIBUTING.md promises can be found: its paths exist, each command is one file, and the kinds of records
//! and statements are the same in the code, in the specification and in the second reader.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use breakglass::cli::args::Cli;
use breakglass::record::kinds::RecordKind;
use breakglass::record::statement::StatementKind;
use clap::CommandFactory as _;

type Names = BTreeSet<String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The paths that a page names, in backticks or in links, outside of its blocks of code.
pub fn paths(page: &str) -> Names {
    let outside = page.split("```").step_by(2);
    let links =
        outside.clone().flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    let links = links.filter(|link| !link.contains("://")).filter_map(|link| link.split('#').next());
    let code = outside.flat_map(|part| part.split('`').skip(1).step_by(2)).filter(|code| is_path(code));
    links.chain(code).filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

/// Whether code in backticks is a path: it begins in a folder of the repository, or ends as a file does. A name
/// alone that ends in `.rs` is one of many files.
fn is_path(code: &str) -> bool {
    let folders = ["src/", "tests/", "docs/", "fuzz/", ".ci/"];
    let files = [".md", ".toml", ".py", ".sh"];
    let ends = files.iter().any(|one| code.ends_with(one)) || (code.ends_with(".rs") && code.contains('/'));
    !code.contains(' ') && (ends || folders.iter().any(|one| code.starts_with(one)))
}

/// Whether there is such a path. `<verb>` stands for any name, of which there has to be one.
pub fn exists(path: &str) -> bool {
    let mut places = vec![root().to_owned()];
    for part in path.trim_end_matches('/').split('/') {
        let Some((before, after)) =
            part.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?.1)))
        else {
            places = places.iter().map(|place| place.join(part)).filter(|place| place.exists()).collect();
            continue;
        };
        let entries = places.iter().filter_map(|place| fs::read_dir(place).ok()).flatten();
        let fitting = entries.map(|entry| entry.unwrap().path()).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        });
        places = fitting.collect();
    }
    !places.is_empty()
}

/// Everything that a newcomer would look for in vain.
pub fn check() -> Vec<String> {
    let page = text("CONTRIBUTING.md");
    let missing = paths(&page).into_iter().filter(|path| !exists(path));
    let mut found: Vec<_> = missing.map(|path| format!("CONTRIBUTING.md: `{path}` is not there")).collect();
    compare("src/cli/verb", &verbs(), "the commands", &commands(), &mut found);
    let log = text("docs/spec/log.md");
    let others =
        ["repairs", "generations"].map(|page| headings(&text(&format!("docs/spec/{page}.md")), "## "));
    let spec = [headings(&log, "### "), others.concat()].concat();
    let spec: Names = spec.into_iter().collect();
    let reader = text("tests/independent/kinds.py");
    let kinds = words(RecordKind::ALL.iter().map(|kind| kind.as_str()));
    compare("the sections of docs/spec", &spec, "RecordKind", &kinds, &mut found);
    compare("RECORDS in kinds.py", &keys(&reader, "RECORDS"), "RecordKind", &kinds, &mut found);
    let kinds = words(StatementKind::ALL.iter().map(|kind| kind.as_str()));
    compare("the table of statements in docs/spec", &statements(&log), "StatementKind", &kinds, &mut found);
    compare("STATEMENTS in kinds.py", &keys(&reader, "STATEMENTS"), "StatementKind", &kinds, &mut found);
    found
}

/// What one of two places has and the other has not.
pub fn compare(place: &str, there: &Names, of: &str, expected: &Names, found: &mut Vec<String>) {
    let missing = expected.difference(there).map(|name| format!("{place}: `{name}` is missing, of {of}"));
    let extra = there.difference(expected).map(|name| format!("{place}: `{name}` is not among {of}"));
    found.extend(missing.chain(extra));
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> Names {
    words.map(str::to_owned).collect()
}

/// The files in `src/cli/verb`.
fn verbs() -> Names {
    let entries = fs::read_dir(root().join("src/cli/verb")).unwrap().map(|entry| entry.unwrap().path());
    let names = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| name != "mod").collect()
}

fn commands() -> Names {
    words(Cli::command().get_subcommands().map(|command| command.get_name()))
}

/// The kinds that sections are of: "### `seal`, by one administrator".
fn headings(page: &str, level: &str) -> Vec<String> {
    let sections = page.lines().filter_map(|line| line.strip_prefix(level)?.strip_prefix('`'));
    sections.filter_map(|line| Some(line.split_once("`, by ")?.0.to_owned())).collect()
}

/// The first cells of the table of statements' kinds.
fn statements(page: &str) -> Names {
    let rows = page.lines().skip_while(|line| !line.starts_with("| KIND |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect()
}

/// The keys of a dictionary of the second reader.
fn keys(python: &str, name: &str) -> Names {
    let begin = format!("{name} = {{");
    let lines = python.lines().skip_while(|line| *line != begin).skip(1).take_while(|line| *line != "}");
    lines.filter_map(|line| Some(line.strip_prefix("    \"")?.split_once('"')?.0.to_owned())).collect()
}
