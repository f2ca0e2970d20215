//! What commands answered, and how the page shows it.

use std::collections::BTreeMap;

use breakglass::value::fingerprint::Words;
use serde_json::{Value, json};

use crate::disk::Disk;
use crate::timeless::{SIZE, Timeless};

/// How many columns a command line takes on the page.
const COLUMNS: usize = 110;

/// What a command answered.
pub struct Told {
    /// The heading of the page that it belongs below.
    pub section: String,
    /// The name of its block on the page; what has none is compared with the tables, and not shown.
    pub name: Option<String>,
    pub line: String,
    pub code: i32,
    /// Standard output.
    pub out: String,
}

impl Told {
    /// The answer as JSON, where it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.out).ok()
    }
}

/// Everything that was answered.
pub struct Answers {
    timeless: Timeless,
    pub all: Vec<Told>,
}

impl Answers {
    pub fn new() -> Answers {
        Answers { timeless: Timeless::new(), all: Vec::new() }
    }

    /// Runs a command, and keeps what it answered as the block `name`: a section, or a section and more.
    #[track_caller]
    pub fn show(&mut self, disk: &Disk, name: &str, code: i32, line: &str) -> Value {
        self.keep(name, line, code, disk.run(&format!("{line} --json")).exits(code).out);
        self.all.last().unwrap().json().unwrap_or_default()
    }

    /// The same, of a command that ran in another way.
    pub fn keep(&mut self, name: &str, line: &str, code: i32, out: String) {
        let section = name.split('-').next().unwrap_or_default().to_owned();
        self.all.push(Told { section, name: Some(name.to_owned()), line: line.to_owned(), code, out });
    }

    /// Runs a command whose answer has to have the shape that `section` says, and is not shown.
    #[track_caller]
    pub fn check(&mut self, disk: &Disk, section: &str, code: i32, line: &str) {
        let out = disk.run(&format!("{line} --json")).exits(code).out;
        self.all.push(Told { section: section.to_owned(), name: None, line: line.to_owned(), code, out });
    }

    /// The blocks of the page, by name.
    pub fn blocks(&mut self) -> BTreeMap<String, String> {
        let mut blocks = BTreeMap::new();
        for told in &self.all {
            let (Some(name), Some(mut json)) = (&told.name, told.json()) else { continue };
            words_in(&json, &mut self.timeless.words);
            settle(&mut json, &self.timeless);
            let typed = wrapped(&self.timeless.text(&told.line.replace('\'', "\"")));
            let text = format!("{typed}\n{json:#}\n");
            assert!(blocks.insert(name.clone(), text).is_none(), "{name} is told twice");
        }
        blocks
    }
}

/// Every text in a value that is the words of a digest.
fn words_in(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) if text.parse::<Words>().is_ok() => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| words_in(item, words)),
        Value::Object(map) => map.values().for_each(|item| words_in(item, words)),
        _ => {}
    }
}

/// A command line as it is typed, on lines that a page has room for.
fn wrapped(line: &str) -> String {
    let mut typed = "$ breakglass".to_owned();
    let mut columns = typed.len();
    for (at, part) in format!("{line} --json").split(" -").enumerate() {
        let part = if at == 0 { format!(" {part}") } else { format!(" -{part}") };
        if columns + part.len() > COLUMNS {
            typed.push_str(" \\\n   ");
            columns = 4;
        }
        typed.push_str(&part);
        columns += part.len();
    }
    typed
}

/// Puts what is the same in every run in the place of what is different in each: times and keys, sizes, and the
/// machine itself.
fn settle(value: &mut Value, timeless: &Timeless) {
    match value {
        Value::String(text) => *text = sizeless(&timeless.text(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, timeless)),
        Value::Object(map) => {
            for (key, inner) in map {
                match key.as_str() {
                    "size" | "offset" if inner.is_u64() => *inner = SIZE.into(),
                    "environment" => settle_environment(inner),
                    "machine" => inner.as_array_mut().unwrap().iter_mut().for_each(settle_machine),
                    _ => {}
                }
                settle(inner, timeless);
            }
        }
        _ => {}
    }
}

/// A text whose numbers of bytes are [`SIZE`].
fn sizeless(text: &str) -> String {
    let mut parts = text.split(" bytes").peekable();
    let mut out = String::new();
    while let Some(part) = parts.next() {
        let before = part.trim_end_matches(|one: char| one.is_ascii_digit());
        match parts.peek() {
            Some(_) if before.len() < part.len() => out.push_str(&format!("{before}{SIZE} bytes")),
            Some(_) => out.push_str(&format!("{part} bytes")),
            None => out.push_str(part),
        }
    }
    out
}

fn settle_environment(environment: &mut Value) {
    environment["tool"] = json!("breakglass 0.1.0");
    environment["system"] = json!("linux x86_64");
    environment["kernel"] = json!("6.12.0");
    environment["memory"] = json!("secret");
    environment["core_dumps"] = json!("off");
    for list in ["swap", "interfaces", "recorders"] {
        environment[list] = json!([]);
    }
}

/// What depends on the machine is as on one that is fit.
fn settle_machine(line: &mut Value) {
    let seen = match line["what"].as_str().unwrap() {
        "memory" => "locked, and hidden from the kernel itself",
        "core dumps" | "swap" => "off",
        "network" => "no interface is up",
        "recording" => "nothing is seen that records this terminal",
        "kernel" => "6.12.0",
        _ => return,
    };
    *line = json!({ "what": line["what"], "state": "ok", "seen": seen });
}
