//! The sentences of `docs/spec/musts.md`, each with its number.
#![allow(dead_code, reason = "each test crate uses its own part")]

use breakglass::record::finding::{Rule, Severity};

/// A sentence, and what follows where it is broken.
pub struct Must {
    /// Its number, as `R-SEAL-SHARES-1`.
    pub number: String,
    /// The code in it.
    pub rule: Rule,
    /// The sentence.
    pub sentence: String,
    /// The severity's word, and the exit code.
    pub severity: (String, u8),
    /// `ends`, `refused`, `stands` or `outside`.
    pub reading: String,
}

impl Must {
    /// Every sentence, in the order of the page.
    pub fn all() -> Vec<Must> {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spec/musts.md");
        let page = std::fs::read_to_string(page).unwrap();
        page.lines().filter(|line| line.starts_with("| `R-")).map(Must::read).collect()
    }

    fn read(row: &str) -> Must {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, number, sentence, severity, exit, reading, _] = cells[..] else { panic!("{row}") };
        let number = number.trim_matches('`').to_owned();
        let code = number.strip_prefix("R-").and_then(|rest| rest.rsplit_once('-')).unwrap().0;
        let rule = Rule::ALL.iter().find(|rule| rule.code() == code);
        let rule = *rule.unwrap_or_else(|| panic!("{number} is of no rule"));
        let severity = (severity.to_owned(), exit.parse().unwrap());
        Must { number, rule, sentence: sentence.to_owned(), severity, reading: reading.to_owned() }
    }
}

/// The severity's word, and the exit code that stands for it.
pub fn severity(severity: Severity) -> (&'static str, u8) {
    match severity {
        Severity::Note => ("note", 0),
        Severity::Warning => ("warning", 0),
        Severity::Finding => ("finding", 14),
        Severity::Torn => ("torn", 11),
        Severity::Truncated => ("truncated", 12),
        Severity::Fork => ("fork", 13),
        Severity::Tampered => ("tampered", 10),
    }
}
