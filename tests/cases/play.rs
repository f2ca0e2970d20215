//! Plays a case: does what it says, and compares what is shown with what it says is shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::case::{self, Command, EndOutcome, Step};
use crate::disk::{Disk, PASSWORD, Run, SEED, Tree, code_now};
use crate::expected::{fits, general};

/// Set, it has the cases written with what the program shows now.
const UPDATE: &str = "UPDATE_CASES";

/// Where the cases are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Plays the case in a file of the folder.
pub fn play(file: &str) {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    let mut steps = case::read(&text).unwrap_or_else(|why| panic!("tests/cases/{file}, {why}"));
    assert_eq!(case::write(&steps), text, "tests/cases/{file}: a line is written otherwise than it is read");
    let mut scene = Scene { disk: Disk::empty(), never: Vec::new(), known: BTreeMap::new() };
    let mut wrong = String::new();
    for step in &mut steps {
        let Step::Command(command) = step else {
            scene.prepare(step);
            continue;
        };
        let shown = scene.play(command);
        if let Some(difference) = difference(&command.outcome, &shown) {
            wrong.push_str(&format!("\n$ {}\n{difference}", command.line));
            command.outcome = updated(&command.outcome, shown);
        }
    }
    if wrong.is_empty() {
        return;
    }
    if std::env::var_os(UPDATE).is_some() {
        fs::write(folder().join(file), case::write(&steps)).unwrap();
        return;
    }
    panic!(
        "tests/cases/{file}: the lines with < are expected and not shown, those with > are shown and not expected.\n\
         {wrong}\n`{UPDATE}=1 cargo test --test cases` writes into the cases what is shown now: look at the changes."
    );
}

/// Where a case is played.
struct Scene {
    disk: Disk,
    /// What no screen may hold, in whatever case it is written.
    never: Vec<String>,
    /// What is known of this run, by the name that stands for it in braces.
    known: BTreeMap<&'static str, String>,
}

impl Scene {
    /// Does what a case says before a command.
    fn prepare(&mut self, step: &Step) {
        match step {
            Step::Start(name) => self.start(name),
            Step::File(path, content) => self.disk.write(path, self.filled(content)),
            Step::Do(what, line) if what == "run" => {
                let run = self.disk.run(&self.filled(line)).ok();
                self.learn(&run);
            }
            Step::Do(what, text) if what == "never" => self.never.push(text.to_lowercase()),
            Step::Do(what, rest) => self.act(what, &self.filled(rest)),
            Step::Remark(_) | Step::Command(_) => {}
        }
    }

    fn start(&mut self, name: &str) {
        let (disk, asked) = match name {
            "empty" => (Disk::empty(), None),
            "people" => (Disk::people(), None),
            "begun" => (Disk::begun(), None),
            "sealed" => (Disk::sealed(), None),
            "asked" => Some(Disk::asked()).map(|(disk, asked)| (disk, Some(asked))).unwrap(),
            "approved" => Some(Disk::approved()).map(|(disk, asked)| (disk, Some(asked))).unwrap(),
            other => panic!("`start {other}`: there are empty, people, begun, sealed, asked and approved"),
        };
        self.disk = disk;
        self.known = BTreeMap::from([("password", PASSWORD.to_owned()), ("seed", SEED.to_owned())]);
        if let Some(asked) = asked {
            self.knows_request(&asked.id, &asked.words);
        }
        self.knows_canary();
    }

    fn knows_canary(&mut self) {
        let tree = self.disk.tree();
        let mut names = tree.keys().filter_map(|path| path.strip_prefix("escrow/vaults").ok()?.to_str());
        if let Some(name) = names.find(|name| name.starts_with("canary-")) {
            self.known.insert("canary", name.split('/').next().unwrap().to_owned());
        }
    }

    fn knows_request(&mut self, id: &str, words: &str) {
        self.known.insert("id", id.to_owned());
        self.known.insert("short-id", id[..8].to_owned());
        self.known.insert("words", words.to_owned());
    }

    fn act(&self, what: &str, rest: &str) {
        let words = crate::disk::split(rest);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (what, words.as_slice()) {
            ("copy", [from, to]) => self.disk.copy(from, to),
            ("remove", [path]) => self.disk.remove(path),
            ("replace", [path, from, to]) => self.disk.replace(path, from, to),
            ("link", [path, to]) => std::os::unix::fs::symlink(to, self.disk.path(path)).unwrap(),
            ("directory", [path]) => fs::create_dir_all(self.disk.path(path)).unwrap(),
            _ => panic!("`{what} {rest}`: it is given too little, or too much"),
        }
    }

    /// A text with what is known in the places of its braces.
    fn filled(&self, text: &str) -> String {
        let text = text.replace("{code}", &code_now());
        self.known.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A text with braces in the places of what is known.
    fn emptied(&self, text: &str) -> String {
        // In the order of their names: the `id` of a request before its beginning, the `short-id`.
        let named =
            |text: String, (name, value): (&&str, &String)| text.replace(value, &format!("{{{name}}}"));
        self.known.iter().fold(text.to_owned(), named)
    }

    /// Runs a command. What it shows has braces in the places of what is known.
    fn play(&mut self, command: &Command) -> EndOutcome {
        let (line, input) = match command.line.rsplit_once(" < ") {
            Some((line, file)) => (line, Some(self.disk.read(file.trim()))),
            None => (command.line.as_str(), None),
        };
        let before = self.disk.tree();
        let words = self.disk.line(&self.filled(line));
        let run = match input {
            Some(bytes) => words.stdin(bytes).run(),
            None => words.run(),
        };
        self.learn(&run);
        keeps_secrets(&run);
        let said = format!("{}{}", run.out, run.err).to_lowercase();
        for text in &self.never {
            assert!(!said.contains(text), "{}: never {text}, and it is in\n{said}", run.line);
        }
        assert!(
            run.out.is_empty() || run.out.ends_with('\n'),
            "{}: its last line is open: {}",
            run.line,
            run.out
        );
        let lines = |text: &str| -> Vec<String> { text.lines().map(|line| self.emptied(line)).collect() };
        let effects = effects(&before, &self.disk.tree());
        EndOutcome {
            out: lines(&run.out),
            err: lines(&run.err),
            exit: run.code,
            effects: effects.iter().map(|line| self.emptied(line)).collect(),
        }
    }

    /// Takes over what a command answers to a program: a request that it made; and the canary that it sealed.
    fn learn(&mut self, run: &Run) {
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        if let (Some(id), Some(words)) = (answer["request_id"].as_str(), answer["session_words"].as_str()) {
            self.knows_request(id, words);
        }
        self.knows_canary();
    }
}

/// Whatever a case expects: a failure shows no secret and says what to do next, and no error stream has a secret.
fn keeps_secrets(run: &Run) {
    let said = if run.code == 0 { run.err.clone() } else { format!("{}{}", run.out, run.err) };
    for secret in [PASSWORD, SEED, "AGE-SECRET-KEY", "panicked"] {
        assert!(!said.contains(secret), "{}: {secret} in\n{said}", run.line);
    }
}

/// The paths that are new, with their modes, gone, or not what they were.
fn effects(before: &Tree, after: &Tree) -> Vec<String> {
    let shown = |path: &Path, it: &(u32, Option<Vec<u8>>)| {
        let slash = if it.1.is_none() { "/" } else { "" };
        format!("{}{slash}", path.display())
    };
    let mut effects = Vec::new();
    for (path, it) in after {
        match before.get(path) {
            None => effects.push(format!("+ {:o} {}", it.0, shown(path, it))),
            Some(old) if old != it => effects.push(format!("~ {}", shown(path, it))),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
    effects.extend(gone.map(|(path, it)| format!("- {}", shown(path, it))));
    effects
}

/// What is to be seen of the difference, where there is one.
fn difference(expected: &EndOutcome, shown: &EndOutcome) -> Option<String> {
    let (expected, shown) = (expected.lines(), shown.lines());
    let mut text = String::new();
    let mut differs = false;
    let (mut here, mut there) = (expected.as_slice(), shown.as_slice());
    loop {
        match (here, there) {
            ([], []) => break,
            ([one, rest @ ..], [other, others @ ..]) if fits(one, other) => {
                text.push_str(&format!("  {other}\n"));
                (here, there) = (rest, others);
                continue;
            }
            // What comes again further down is not missing.
            ([one, rest @ ..], _) if !there.iter().any(|other| fits(one, other)) => {
                text.push_str(&format!("< {one}\n"));
                here = rest;
            }
            (_, [other, others @ ..]) => {
                text.push_str(&format!("> {other}\n"));
                there = others;
            }
            ([one, rest @ ..], []) => {
                text.push_str(&format!("< {one}\n"));
                here = rest;
            }
        }
        differs = true;
    }
    differs.then_some(text)
}

/// What is shown, in the form in which a case holds it: lines that fit are left as they were.
fn updated(old: &EndOutcome, shown: EndOutcome) -> EndOutcome {
    let lines = |old: &[String], shown: Vec<String>| -> Vec<String> {
        let kept = |line: &String| old.iter().find(|old| fits(old, line)).cloned();
        shown.into_iter().map(|line| kept(&line).unwrap_or_else(|| general(&line))).collect()
    };
    EndOutcome {
        out: lines(&old.out, shown.out),
        err: lines(&old.err, shown.err),
        exit: shown.exit,
        effects: lines(&old.effects, shown.effects),
    }
}
