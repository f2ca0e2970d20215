//! The timeline: one line a record for programs, columns for people.

use serde::Serialize;

use crate::audit::status::Status;
use crate::cli::say::painted::{Painted, Tone};
use crate::crypto::digest::Digest;
use crate::record::deviation::Deviation;

/// The columns that the signers may always take. If they take more, the text stands below them.
const BY: usize = 12;

/// The columns that a text is left before the signers may take more than [`BY`].
const ROOM: usize = 36;

/// The fewest columns in which a text can be read beside the others; with fewer, it stands below them.
const LEAST: usize = 24;

/// The indent of a text that stands below the other columns.
const BELOW: usize = 4;

/// One line of the timeline. Programs get its fields.
#[derive(Serialize)]
pub(crate) struct Line {
    /// The record's number in the log.
    pub(crate) seq: u64,
    /// When it was written, or stated.
    pub(crate) time: String,
    /// What kind of record or statement it is.
    pub(crate) kind: String,
    /// Who signed it, or which keys.
    pub(crate) by: String,
    /// Whether the keys of a release or a session signed it, and not a person.
    #[serde(skip)]
    pub(crate) is_by_keys: bool,
    /// Whose keys those are. People are shown this in place of the keys.
    #[serde(skip)]
    pub(crate) key_owner: Option<String>,
    /// What it says, without hostile characters and on one line.
    pub(crate) what: String,
    /// The deviations that the signers confirmed.
    pub(crate) deviations: Vec<Deviation>,
    /// The request that it belongs to.
    #[serde(rename = "request_id")]
    pub(crate) request: Option<Digest>,
}

impl Line {
    /// Who signed it, for people.
    fn signers(&self) -> &str {
        self.key_owner.as_deref().unwrap_or(&self.by)
    }

    /// What it says, and its deviations.
    fn text(&self) -> Painted {
        let mut text = Painted::from(self.what.as_str());
        if !self.deviations.is_empty() {
            let codes: Vec<&str> = self.deviations.iter().map(|one| one.as_str()).collect();
            text.push(Tone::Due, format!("; deviations: {}", codes.join(" ")));
        }
        text
    }

    fn tone(&self) -> Tone {
        match self.kind.as_str() {
            "release" => Tone::Bad,
            "end" | "close" => Tone::Good,
            "request" | "approval" => Tone::Due,
            "genesis" | "seal" => Tone::Strong,
            _ => Tone::Plain,
        }
    }
}

fn widest<'a>(lines: &'a [Line], cell: impl Fn(&'a Line) -> usize) -> usize {
    lines.iter().map(cell).max().unwrap_or(0)
}

/// Each record on a line of its own, however long: scripts take these apart.
pub(crate) fn listed(lines: &[Line]) -> Painted {
    let width = widest(lines, |line| line.kind.len());
    let listed = lines.iter().map(|line| {
        let Line { seq, time, kind, by, .. } = line;
        let mut listed = Painted::from(format!("{seq:>5}  {time}  {kind:width$}  {by:<12}  "));
        listed.append(line.text());
        listed
    });
    Painted::lines(listed)
}

/// In columns, for a terminal that has so many: what a record says stands beside it and never below its
/// neighbours, so that the eye finds where the next one begins.
pub(crate) fn in_columns(lines: &[Line], columns: usize) -> Painted {
    let seq = widest(lines, |line| line.seq.to_string().len());
    let kind = widest(lines, |line| line.kind.len());
    let time = widest(lines, |line| line.time.len());
    let others = seq + time + kind + 4 * 2;
    let most = columns.saturating_sub(others + ROOM).max(BY);
    let by =
        lines.iter().map(|line| line.signers().chars().count()).filter(|by| *by <= most).max().unwrap_or(0);
    let before = others + by;
    let beside = columns >= before + LEAST;
    let hang = if beside { before } else { BELOW };
    let mut all = Vec::new();
    for line in lines {
        let head = Painted::of(Tone::Quiet, format!("{:>seq$}  {:time$}  ", line.seq, line.time));
        let mut head = head.and(line.tone(), format!("{:kind$}", line.kind)).and(Tone::Plain, "  ");
        let wrapped = |text: Painted| text.wrapped(columns.saturating_sub(hang).max(1));
        let mut what = wrapped(line.text()).into_iter();
        let mut people = Vec::new();
        match line.signers().chars().count() {
            short if beside && short <= by => {
                head.push(Tone::Plain, format!("{:by$}  ", line.signers()));
                head.append(what.next().unwrap_or_default());
            }
            fits if others + fits <= columns => head.push(Tone::Plain, line.signers()),
            _ => people = wrapped(line.signers().into()),
        }
        all.push(head);
        all.extend(people.into_iter().chain(what).map(|further| {
            let mut below: Painted = " ".repeat(hang).into();
            below.append(further);
            below
        }));
    }
    Painted::lines(all)
}

/// What is not settled, and on a line below it what to type; `None` if everything is settled. `place` are the flags
/// with which the command finds this log, and `columns` those of the terminal.
pub(crate) fn unsettled(status: &Status, place: &str, columns: usize) -> Option<Painted> {
    let requests: Vec<String> = status.requests.iter().map(|open| open.request_id.short()).collect();
    let exposed = status.vaults.iter().filter(|vault| !vault.exposed.is_empty());
    let exposed: Vec<String> = exposed.map(|vault| vault.name.to_string()).collect();
    let request = if requests.len() == 1 { "request" } else { "requests" };
    let mut text = Painted::new();
    for (tone, label, what) in [(Tone::Bad, "exposed:", exposed), (Tone::Due, "open:", requests)] {
        if what.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push(Tone::Plain, "; ");
        }
        text.push(tone, label);
        let noun = if tone == Tone::Due { format!(" {request}") } else { String::new() };
        text.push(Tone::Plain, format!("{noun} {}", what.join(", ")));
    }
    if text.is_empty() {
        return None;
    }
    // What is typed stays whole, whatever the terminal's width.
    let next = Painted::of(Tone::Strong, format!("next: `breakglass status{place}`"));
    let mut lines = text.wrapped(columns);
    lines.push(next.and(Tone::Plain, " says what is due"));
    Some(Painted::lines(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: u64, kind: &str, by: &str, what: &str) -> Line {
        let time = "2026-11-23T01:02:03Z".to_owned();
        let (kind, by, what) = (kind.to_owned(), by.to_owned(), what.to_owned());
        Line {
            seq,
            time,
            kind,
            by,
            is_by_keys: false,
            key_owner: None,
            what,
            deviations: Vec::new(),
            request: None,
        }
    }

    #[test]
    fn what_a_record_says_hangs_beside_it() {
        let lines = [
            line(9, "genesis", "dan and alice", "one two three four five six seven eight nine"),
            line(10, "end", "carol", "short"),
        ];
        let shown = |columns| in_columns(&lines, columns).to_string();
        let expected = "
 9  2026-11-23T01:02:03Z  genesis  dan and alice  one two three four five six seven
                                                  eight nine
10  2026-11-23T01:02:03Z  end      carol          short";
        assert_eq!(shown(86), expected[1..]);
        // If the signers take more columns than there are, the text stands below them.
        let expected = "
 9  2026-11-23T01:02:03Z  genesis  dan and alice
                                          one two three four five six seven
                                          eight nine
10  2026-11-23T01:02:03Z  end      carol  short";
        assert_eq!(shown(80), expected[1..]);
        // Without room beside the columns, every text stands below.
        let expected = "
 9  2026-11-23T01:02:03Z  genesis  dan and alice
    one two three four five six seven eight nine
10  2026-11-23T01:02:03Z  end      carol
    short";
        assert_eq!(shown(65), expected[1..]);
        // So do signers who do not fit into the line.
        let expected = "
 9  2026-11-23T01:02:03Z  genesis  \n    dan and alice
    one two three four five six seven eight
    nine
10  2026-11-23T01:02:03Z  end      carol
    short";
        assert_eq!(shown(47), expected[1..]);
        assert!(shown(0).ends_with("\n    h\n    o\n    r\n    t"));
        // Programs get a line for each, at any width.
        let expected = "
    9  2026-11-23T01:02:03Z  genesis  dan and alice  one two three four five six seven eight nine
   10  2026-11-23T01:02:03Z  end      carol         short";
        assert_eq!(listed(&lines).to_string(), expected[1..]);
    }

    #[test]
    fn each_kind_has_its_tone() {
        let toned = |tone, kind: &str| {
            let shown = in_columns(&[line(0, kind, "dan", "what")], 80).shown(true);
            let kind = Painted::of(tone, kind).shown(true);
            let expected = format!(
                "{}{kind}  dan  what",
                Painted::of(Tone::Quiet, "0  2026-11-23T01:02:03Z  ").shown(true)
            );
            assert_eq!(shown, expected);
        };
        toned(Tone::Bad, "release");
        for kind in ["end", "close"] {
            toned(Tone::Good, kind);
        }
        for kind in ["request", "approval"] {
            toned(Tone::Due, kind);
        }
        for kind in ["genesis", "seal"] {
            toned(Tone::Strong, kind);
        }
        for kind in ["check", "denial", "action", "retire"] {
            toned(Tone::Plain, kind);
        }
    }
}
