//! Records as lines of the timeline.

use std::iter::once;

use data_encoding::BASE64;

use crate::cli::say::layout::counted;
use crate::cli::say::timeline::Line;
use crate::record::agree::Agree;
use crate::record::chain::LogRecord;
use crate::record::closing::{Item, Standing};
use crate::record::confirm::{Confirm, SignIn};
use crate::record::custody::{Custody, InCustody};
use crate::record::disavow::Disavow;
use crate::record::kinds::Record;
use crate::record::note::Note;
use crate::record::repair::{Began, Recovered};
use crate::record::request::{End, Release, Request};
use crate::record::retire::Retire;
use crate::record::seal::Seal;
use crate::record::statement::{Reviewed, SignedStatement, Statement};

/// A record on one line, with its hash.
pub(crate) fn line_of(record: &LogRecord) -> String {
    let lines = lines(record);
    let what: Vec<_> = lines.iter().map(|line| format!("{} {} {}", line.kind, line.by, line.what)).collect();
    format!(
        "record {}, {}, {}: {}",
        record.frame.seq,
        record.frame.time,
        record.hash.short(),
        what.join("; ")
    )
}

/// What a record says: one line, or one for each statement in it.
pub(crate) fn lines(record: &LogRecord) -> Vec<Line> {
    let frame = &record.frame;
    let people: Vec<_> = frame.by.iter().filter_map(|name| name.person()).map(ToString::to_string).collect();
    let by = if people.is_empty() { frame.by[0].to_string() } else { people.join(" ") };
    let line = |what: String, request| Line {
        seq: frame.seq,
        time: frame.time.to_string(),
        kind: record.says.kind().to_owned(),
        by: by.clone(),
        is_by_keys: people.is_empty(),
        key_owner: None,
        what,
        deviations: Vec::new(),
        request,
    };
    vec![match &record.says {
        Record::Genesis(genesis) => {
            line(format!("{} with {} cards", genesis.name, genesis.cards.len()), None)
        }
        Record::Seal(seal) => line(sealed(seal), None),
        Record::Request(request) => {
            let what = format!("{} {}", record.hash.short(), asked(request));
            Line { deviations: request.deviations.clone(), ..line(what, Some(record.hash)) }
        }
        Record::Release(release) => {
            Line { deviations: release.deviations.clone(), ..line(released(release), Some(release.request)) }
        }
        Record::End(end) => line(ended(end), Some(end.request)),
        // Each statement is shown for itself, not the record that brought them.
        Record::Statements(says) => return statements(record, &says.statements),
        Record::Recovered(says) => line(recovered(says), None),
        Record::Continue(says) => {
            line(format!("continues here after record {}, {}", says.from.seq, says.from.hash.short()), None)
        }
        Record::Adopt(says) => {
            line(format!("a branch from record {}, {}", says.from.seq, says.from.hash.short()), None)
        }
        Record::AdoptPart(says) => {
            line(format!("a part of a branch, {} characters of base64", says.records.len()), None)
        }
        Record::Retire(says) => line(retired(says), None),
        Record::Custody(says) => line(kept(says), None),
        Record::Decommission(says) => line(format!("vault {}: {}", says.vault.short(), says.because), None),
        Record::Succeeded(says) => {
            let successor = &says.successor;
            line(format!("by escrow {}, record {}", successor.escrow.short(), successor.seq), None)
        }
        Record::Disavow(says) => line(disavowed(says), None),
        Record::Unknown(_) => line("a kind that this version does not know".to_owned(), None),
        Record::Faulty(_) => line("it does not say what its kind says".to_owned(), None),
    }]
}

fn sealed(seal: &Seal) -> String {
    let people: Vec<_> = seal.shares.iter().map(|share| share.custodian.as_str()).collect();
    format!(
        "{} ({}), account {}, {} of {}: {}",
        seal.title(),
        seal.kind,
        seal.account,
        seal.threshold,
        seal.total_shares,
        people.join(" ")
    )
}

fn asked(request: &Request) -> String {
    format!(
        "{} generation {}: {}, {}, {}: {}{}",
        request.name,
        request.generation,
        request.purpose,
        request.reason,
        request.ticket,
        request.justification,
        match request.renews.len() {
            0 => String::new(),
            cards => format!("; renews to {}", counted(cards as u64, "card")),
        }
    )
}

fn released(release: &Release) -> String {
    let approvers: Vec<_> = release.approvals.iter().filter_map(|one| statement(one)).collect();
    let approvers: Vec<_> = approvers.iter().map(|signed| signed.person.as_str()).collect();
    format!(
        "{} attempt {} on the approvals of {}",
        release.request.short(),
        release.attempt,
        approvers.join(" and ")
    )
}

fn ended(end: &End) -> String {
    let shown: Vec<_> = end.shown.iter().map(|field| field.as_str()).collect();
    let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") };
    format!("{} {}; shown: {shown}", end.request.short(), end.outcome)
}

fn recovered(says: &Recovered) -> String {
    let began = match says.began {
        Some(Began::Release(request)) => format!(", which began a release of {}", request.short()),
        Some(Began::Unknown) => ", which may have begun a release".to_owned(),
        None => String::new(),
    };
    format!("a damaged tail of {}{began}", counted(says.damage.size, "byte"))
}

fn retired(says: &Retire) -> String {
    let Retire { person, because, vault, .. } = says;
    let place = vault.map_or(String::new(), |vault| format!(" for vault {} alone", vault.short()));
    format!("{person}{place}: {because}")
}

fn kept(says: &Custody) -> String {
    let what = match &says.what {
        InCustody::Share(share) => {
            format!("share {} of vault {} generation {}", share.index, share.vault.short(), share.generation)
        }
        InCustody::Medium(medium) => medium.to_string(),
    };
    let bag = says.bag.as_ref().map_or(String::new(), |bag| format!(", in {bag}"));
    let because = says.because.as_ref().map_or(String::new(), |because| format!(": {because}"));
    format!("{what} at {}{bag}{because}", says.place)
}

fn disavowed(says: &Disavow) -> String {
    format!("the record {}: {}", says.record.short(), says.because)
}

fn confirmed(says: &Confirm) -> String {
    let what = match &says.outcome {
        SignIn::SignedIn(time) => format!("signed in at {time}"),
        SignIn::NotTested(because) => format!("confirmed untested: {because}"),
        SignIn::Failed(because) => format!("given up: {because}"),
    };
    format!("vault {} generation {}: {what}", says.vault.short(), says.generation)
}

fn agreed(says: &Agree) -> String {
    match says {
        Agree::Record(record) => format!("to the record {}", record.short()),
        Agree::Statement(statement) => format!("with the statement {}", statement.short()),
        Agree::Proposal(proposal) => {
            let kind = proposal.kind.as_str();
            let retired = proposal.read().as_ref().map(retired);
            match retired.or_else(|| proposal.read().as_ref().map(disavowed)) {
                Some(what) => format!("to `{kind}` {what}"),
                None => format!("to a `{kind}`"),
            }
        }
    }
}

fn reviewed(says: &Reviewed) -> String {
    let found = says.found.as_ref().map_or(String::new(), |found| format!(": {found}"));
    let evidence = says.evidence.map_or(String::new(), |digest| format!("; document {}", digest.short()));
    format!("{}{found}{evidence}", says.review.as_str())
}

fn statement(base64: &str) -> Option<SignedStatement> {
    let bytes = BASE64.decode(base64.as_bytes()).ok()?;
    SignedStatement::parse(Note::parse(&bytes).ok()?).ok()
}

/// What a closing says of its obligations: how many were done, and why each of the others was not.
fn answers(items: &[Item]) -> String {
    let done = items.iter().filter(|item| item.answer == Standing::Done).count();
    let not = items.iter().filter_map(|item| match &item.answer {
        Standing::Done => None,
        Standing::NotApplicable(because) => {
            Some(format!("; {} not applicable: {because}", item.obligation.as_str()))
        }
    });
    once(format!("{done} of {} obligations done", items.len())).chain(not).collect()
}

/// Statements, each with who made it and when: one that was collected is older than its record.
fn statements(record: &LogRecord, statements: &[String]) -> Vec<Line> {
    let line = |base64: &String| {
        let Some(signed) = statement(base64) else {
            return Line {
                seq: record.frame.seq,
                time: record.frame.time.to_string(),
                kind: "statements".to_owned(),
                by: String::new(),
                is_by_keys: false,
                key_owner: None,
                what: "a statement that cannot be read".to_owned(),
                deviations: Vec::new(),
                request: None,
            };
        };
        let mut deviations = Vec::new();
        let (what, request) = match &signed.statement.says {
            Statement::Check(check) => (
                match check.shares.len() {
                    1 => "1 share is sound".to_owned(),
                    many => format!("{many} shares are sound"),
                },
                None,
            ),
            Statement::Approval(approval) => {
                deviations.clone_from(&approval.deviations);
                (approval.request.short(), Some(approval.request))
            }
            Statement::Denial(denial) => {
                (format!("{}: {}", denial.request.short(), denial.because), Some(denial.request))
            }
            Statement::Action(action) => {
                (format!("{}: {}", action.request.short(), action.done), Some(action.request))
            }
            Statement::Close(close) => {
                (format!("{}: {}", close.request.short(), answers(&close.items)), Some(close.request))
            }
            Statement::Confirm(confirm) => (confirmed(confirm), None),
            Statement::Agree(agree) => (agreed(agree), None),
            Statement::Reviewed(review) => (reviewed(review), None),
        };
        Line {
            seq: record.frame.seq,
            time: signed.statement.time.to_string(),
            kind: signed.statement.says.kind().to_string(),
            by: signed.person.to_string(),
            is_by_keys: false,
            key_owner: None,
            what,
            deviations,
            request,
        }
    };
    statements.iter().map(line).collect()
}
