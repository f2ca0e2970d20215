//! Writes the corpus: each case from a world in memory, with what the library says of it when it is written.

mod genesis;
mod grown;
mod outside;
mod parts;
mod records;
mod releases;
mod repairs;
mod requests;
mod seals;
mod statements;

use std::fs;
use std::sync::Mutex;

use breakglass::audit::verify::{Evidence, verify};
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::head::HeadFile;
use breakglass::record::statements::Statements;
use breakglass::value::time::Time;

use crate::case::root;
use crate::run::report_lines;
use crate::world::World;

/// Cases that are not what their writer thought, and were not written.
static SURPRISES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Writes every case that is not there yet.
pub fn everything() {
    genesis::write();
    records::write();
    seals::write();
    requests::write();
    releases::write();
    statements::write();
    outside::write();
    repairs::write();
    grown::write();
    parts::write();
    let surprises = SURPRISES.lock().unwrap();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// A record that says nothing.
pub fn nothing() -> Statements {
    Statements { statements: Vec::new() }
}

/// Logs that others begin with. They are kept once.
static BASES: Mutex<Vec<(String, Vec<u8>)>> = Mutex::new(Vec::new());

/// From now on a log that begins with this one is written without it.
pub fn base(log: &[u8]) {
    let mut bases = BASES.lock().unwrap();
    let name = format!("{}.log", &Digest::of(log).to_string()[..12]);
    bases.push((name, log.to_vec()));
}

/// The longest log that this one begins with, and how it goes on.
fn based(log: &[u8]) -> Option<(String, &[u8])> {
    let bases = BASES.lock().unwrap();
    let longest =
        bases.iter().filter(|(_, base)| log.starts_with(base)).max_by_key(|(_, base)| base.len())?;
    Some((longest.0.clone(), &log[longest.1.len()..]))
}

/// Files of a case, and its lines.
pub fn put(name: &str, about: &str, lines: &[String], files: &[(&str, &[u8])]) {
    let folder = root().join(name);
    if folder.exists() {
        return;
    }
    fs::create_dir_all(&folder).unwrap();
    let mut begins = String::new();
    for (file, bytes) in files {
        let mut bytes = *bytes;
        if *file == "log"
            && let Some((base, rest)) = based(bytes)
        {
            fs::create_dir_all(root().join("base")).unwrap();
            fs::write(root().join("base").join(&base), &bytes[..bytes.len() - rest.len()]).unwrap();
            (begins, bytes) = (format!("base: {base}\n"), rest);
        }
        fs::write(folder.join(file), bytes).unwrap();
    }
    let expect =
        [format!("about: {about}\n"), begins, lines.iter().map(|line| format!("{line}\n")).collect()];
    fs::write(folder.join("expect"), expect.concat()).unwrap();
}

/// A log, and what there is besides.
pub struct LogCase<'a> {
    /// Its name, without `log/`.
    pub name: &'a str,
    /// What is wrong with it, in one sentence.
    pub about: &'a str,
    /// The rule that has to be among the findings; `None` where the verdict has to be `done`.
    pub rule: Option<Rule>,
    /// What comes from outside.
    pub evidence: Evidence,
    /// The fingerprint given, as it is written in the case.
    pub anchor: Option<String>,
}

impl<'a> LogCase<'a> {
    /// A log alone.
    pub fn of(name: &'a str, about: &'a str, rule: impl Into<Option<Rule>>) -> LogCase<'a> {
        LogCase { name, about, rule: rule.into(), evidence: Evidence::default(), anchor: None }
    }

    /// With these heads.
    pub fn heads(mut self, heads: &[HeadFile]) -> LogCase<'a> {
        self.evidence.heads =
            heads.iter().enumerate().map(|(at, head)| (format!("{at}.head"), *head)).collect();
        self
    }

    /// With the books of these people, as they are now.
    pub fn books(mut self, world: &World, who: &[&str]) -> LogCase<'a> {
        self.evidence.books = who.iter().map(|who| world.person(who).book_evidence()).collect();
        self
    }

    /// Writes it down.
    #[track_caller]
    pub fn write(mut self, bytes: Vec<u8>, now: Time) {
        self.evidence.anchor = self.anchor.as_ref().map(|anchor| anchor.parse().unwrap());
        let report = verify(bytes.clone(), &self.evidence, now);
        let lines = report_lines(&report);
        let met = match self.rule {
            Some(rule) => report.findings.iter().any(|one| one.rule == rule),
            None => lines[0] == "expect: done",
        };
        if !met {
            let wanted = self.rule.map_or("done", Rule::code);
            SURPRISES.lock().unwrap().push(format!("{}: {wanted} is not among {lines:?}", self.name));
            return;
        }
        let mut all = vec![format!("time: {now}")];
        all.extend(self.anchor.iter().map(|anchor| format!("anchor: {anchor}")));
        all.extend(self.evidence.require_head.then(|| "require-head: yes".to_owned()));
        all.extend(lines);
        let heads =
            self.evidence.heads.iter().map(|(name, head)| (name.clone(), head.to_line().into_bytes()));
        let books = self.evidence.books.iter().map(|(who, book)| (format!("{who}.book"), book.clone()));
        let files: Vec<_> = heads.chain(books).chain([("log".to_owned(), bytes)]).collect();
        let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        put(&format!("log/{}", self.name), self.about, &all, &files);
    }

    /// Writes a world's log down, as it is now.
    #[track_caller]
    pub fn of_world(self, world: &World) {
        self.write(world.bytes(), world.now());
    }
}

/// Spoils a world, writes its log down, and restores it.
#[track_caller]
pub fn spoiled<T>(
    world: &World,
    name: &str,
    about: &str,
    rule: impl Into<Option<Rule>>,
    spoil: impl FnOnce(&World) -> T,
) {
    let bytes = world.bytes();
    spoil(world);
    LogCase::of(name, about, rule).of_world(world);
    world.set_bytes(bytes);
}
