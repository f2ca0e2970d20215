//! The rules of statements: whoever carries them into the log, they are judged by their maker.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::escrow::requests::CloseState;
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::embedded;
use crate::record::card::Role;
use crate::record::chain::LogRecord;
use crate::record::closing::Obligation;
use crate::record::finding::{Broken, Rule};
use crate::record::request::Purpose;
use crate::record::statement::{Approval, Check, SignedStatement, Statement};
use crate::record::statements::Statements;
use crate::value::names::PersonId;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    collected: &Statements,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    // Whoever it is, is enrolled: the signature was verified with a key that the log brought in.
    if record.frame.by.len() != 1 {
        return Err((Rule::StatementsSigner, format!("{} signers", record.frame.by.len())));
    }
    // All or nothing: a record with one bad statement changes nothing.
    let mut good = Vec::new();
    for note in &collected.statements {
        let statement = embedded(escrow, note)?;
        check(escrow, &statement)?;
        good.push(statement);
    }
    for statement in good {
        let digest = statement.note.digest();
        if escrow.has_statement(&digest) {
            report(Rule::StatementTwice, format!("{} by `{}`", statement.note.kind(), statement.person));
            continue;
        }
        report_role(escrow, &statement, report);
        apply(escrow, &statement, report);
        escrow.keep(LoggedStatement { statement, seq: record.frame.seq, embedded: false }, report);
    }
    Ok(())
}

/// What has to hold of a statement by its kind.
fn check(escrow: &Escrow, signed: &SignedStatement) -> Result<(), Broken> {
    let whose = |what: &str| format!("a `{}` by `{}`: {what}", signed.note.kind(), signed.person);
    let request = |digest: &Digest| {
        let unknown = || (Rule::StatementRequest, whose(&format!("request {}", digest.short())));
        escrow.request(digest).ok_or_else(unknown)
    };
    match &signed.statement.says {
        Statement::Check(check) => check_check(escrow, &signed.person, check),
        Statement::Approval(approval) => {
            request(&approval.request)?;
            check_approval(escrow, &signed.person, approval)
        }
        Statement::Denial(denial) => request(&denial.request).map(|_| ()),
        Statement::Action(action) => request(&action.request).map(|_| ()),
        Statement::Close(close) => {
            request(&close.request)?;
            if close.items.iter().map(|item| &item.obligation).eq(Obligation::ALL) {
                Ok(())
            } else {
                Err((Rule::CloseItems, whose("the list")))
            }
        }
    }
}

fn check_check(escrow: &Escrow, person: &PersonId, check: &Check) -> Result<(), Broken> {
    let mut named = BTreeSet::new();
    for share in &check.shares {
        let sealed = escrow.generation(&share.vault, share.generation);
        let own = sealed.and_then(|one| one.seal.share_of(person));
        let holds = own.is_some_and(|own| own.index == share.index);
        if !holds || !named.insert((share.vault, share.generation)) {
            let why = format!("`{person}`, vault {} generation {}", share.vault.short(), share.generation);
            return Err((Rule::CheckShare, why));
        }
    }
    if check.shares.is_empty() { Err((Rule::CheckShare, format!("`{person}`, none"))) } else { Ok(()) }
}

/// Denials and closings are custodians' to state, actions theirs or the requester's. Whoever states one
/// anyway is heard, since what was done is better known than not. For checks and approvals the share decides.
fn report_role(escrow: &Escrow, signed: &SignedStatement, report: &mut impl FnMut(Rule, String)) {
    let custodian = || escrow.people.get(&signed.person).is_some_and(|person| person.is(Role::Custodian));
    let requester = |request: &Digest| {
        escrow.request(request).is_some_and(|asked| asked.request.requester == signed.person)
    };
    let may = match &signed.statement.says {
        Statement::Denial(_) | Statement::Close(_) => custodian(),
        Statement::Action(action) => custodian() || requester(&action.request),
        Statement::Check(_) | Statement::Approval(_) => true,
    };
    if !may {
        report(Rule::StatementRole, format!("a `{}` by `{}`", signed.note.kind(), signed.person));
    }
}

fn apply(escrow: &mut Escrow, signed: &SignedStatement, report: &mut impl FnMut(Rule, String)) {
    let time = signed.statement.time;
    match &signed.statement.says {
        Statement::Check(check) => {
            for share in &check.shares {
                if let Some(generation) = escrow.generation_mut(&share.vault, share.generation) {
                    let last = generation.checks.entry(signed.person.clone()).or_insert(time);
                    *last = time.max(*last);
                }
            }
        }
        Statement::Close(close) => {
            if let Some(asked) = escrow.request_mut(&close.request) {
                let by = signed.person.clone();
                if by == asked.request.requester && asked.request.purpose != Purpose::Drill {
                    report(Rule::ClosedByRequester, format!("`{by}`, request {}", close.request.short()));
                }
                asked.closed.get_or_insert(CloseState { by, time, close: close.clone() });
            }
        }
        // Approvals, denials and actions change nothing by themselves; they are kept and counted.
        Statement::Approval(_) | Statement::Denial(_) | Statement::Action(_) => {}
    }
}

impl Escrow {
    /// Keeps a statement that was verified, and reports where it contradicts an earlier one about its
    /// maker's book.
    pub(super) fn keep(&mut self, collected: LoggedStatement, report: &mut impl FnMut(Rule, String)) {
        let book = collected.statement.statement.book;
        let person = &collected.statement.person;
        let first = self.books.entry((person.clone(), book.number)).or_insert((book.hash, collected.seq));
        if first.0 != book.hash {
            let why = format!("`{person}`, record {} of the book, see also entry {}", book.number, first.1);
            report(Rule::BookForked, why);
        }
        if let Statement::Approval(approval) = &collected.statement.statement.says {
            for deviation in &approval.deviations {
                report(Rule::RequestDeviation, format!("{deviation}, in the approval by `{person}`"));
            }
        }
        self.seen.insert(collected.statement.note.digest());
        self.statements.push(collected);
    }
}

/// An approval is of the maker's own share in the generation that was asked for.
pub(super) fn check_approval(escrow: &Escrow, person: &PersonId, approval: &Approval) -> Result<(), Broken> {
    let asked = escrow.request(&approval.request);
    let same = asked.is_some_and(|asked| {
        asked.request.vault == approval.vault && asked.request.generation == approval.generation
    });
    let sealed = escrow.generation(&approval.vault, approval.generation);
    let own = sealed.and_then(|one| one.seal.share_of(person));
    if same && own.is_some_and(|own| own.index == approval.index) {
        return Ok(());
    }
    let what = format!("vault {} generation {}", approval.vault.short(), approval.generation);
    Err((Rule::ApprovalShare, format!("`{person}`, {what}, index {}", approval.index)))
}
