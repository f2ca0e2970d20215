//! `docs/json.md`, taken apart: its sections, and the rows of their tables.

use std::fs;
use std::path::{Path, PathBuf};

/// How the block of an example begins.
pub const FENCE: &str = "```console answer=";

/// What a section says where its command answers no JSON.
const NO_JSON: &str = "**No JSON.**";

/// A row of a table: one key.
pub struct Row {
    /// Where the key stands: `vaults[].checks[].due`.
    pub key: String,
    pub kind: String,
    /// Whether it is always there, in every object that can hold it.
    pub is_always: bool,
    /// The words in backticks that the row says, itself or by a link.
    pub words: Vec<String>,
}

impl Row {
    /// The object that holds the key.
    pub fn parent(&self) -> &str {
        self.key.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// The key alone.
    pub fn name(&self) -> &str {
        self.key.rsplit_once('.').map_or(&self.key, |(_, name)| name)
    }
}

/// A section of the page.
pub struct Section {
    /// Its heading, as links name it.
    pub anchor: String,
    /// Whether the heading is a command's: it is in backticks.
    pub is_command: bool,
    /// Whether it says that there is no JSON.
    pub is_silent: bool,
    pub rows: Vec<Row>,
    /// The names of its blocks.
    pub blocks: Vec<String>,
}

pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md")
}

/// The sections of a page, in its order.
pub fn sections(page: &str) -> Vec<Section> {
    let texts: Vec<&str> = page.split("\n## ").skip(1).collect();
    let read = |text: &&str| {
        let heading = text.lines().next().unwrap_or_default();
        Section {
            anchor: anchor(heading),
            is_command: heading.starts_with('`'),
            is_silent: text.contains(NO_JSON),
            rows: text.lines().filter_map(|line| row(line, &texts)).collect(),
            blocks: text.lines().filter_map(|line| line.strip_prefix(FENCE)).map(str::to_owned).collect(),
        }
    };
    texts.iter().map(read).collect()
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('`', "").replace(' ', "-")
}

/// A line that is a row: "| `key` | type | meaning | absent |".
fn row(line: &str, sections: &[&str]) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [key, kind, meaning, absent] = cells[..] else { return None };
    let key = key.strip_prefix('`')?.strip_suffix('`')?;
    let mut words = in_backticks(meaning);
    for link in meaning.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
        words.extend(in_backticks(&linked(link, sections)));
    }
    Some(Row { key: key.to_owned(), kind: kind.to_owned(), is_always: absent == "never", words })
}

fn in_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a link leads to: a section of this page, or another page.
fn linked(link: &str, sections: &[&str]) -> String {
    match link.strip_prefix('#') {
        Some(name) => {
            let found = sections.iter().find(|text| anchor(text.lines().next().unwrap_or_default()) == name);
            found.unwrap_or_else(|| panic!("there is no section {link}")).to_string()
        }
        None => {
            let file = path().with_file_name(link.split('#').next().unwrap_or_default());
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{link}: {error}"))
        }
    }
}
