//! A case that is a log, with what comes from outside, and what the library says of it when it is written.

use std::sync::Mutex;

use breakglass::audit::verify::{Evidence, verify};
use breakglass::escrow::Reading;
use breakglass::record::finding::Rule;
use breakglass::record::head::HeadFile;
use breakglass::record::statements::Statements;
use breakglass::value::time::Time;

use super::put::{base, put};
use crate::run::report_lines;
use crate::world::World;

/// Cases that are not what their writer thought, and were not written.
static SURPRISES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Fails where a case was not what its writer thought.
pub fn no_surprises() {
    let surprises = SURPRISES.lock().unwrap();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// A world that is ready; its log is kept once.
pub fn small() -> World {
    let world = World::ready();
    base(&world.bytes());
    world
}

/// A record that says nothing.
pub fn nothing() -> Statements {
    Statements { statements: Vec::new() }
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
        let report = verify(Reading::of(bytes.clone()), &self.evidence, now);
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
