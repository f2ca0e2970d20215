//! The rules of statements. A statement is judged by who signed it, not by who brought it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::requests::CloseState;
use crate::escrow::rules::{agree, confirm};
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::{Collected, collected};
use crate::record::card::Role;
use crate::record::chain::LogRecord;
use crate::record::closing::Obligation;
use crate::record::finding::{Broken, Rule};
use crate::record::request::Purpose;
use crate::record::statement::{Approval, Check, SignedStatement, Statement};
use crate::record::statements::Statements;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Statements,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    // The signer is enrolled: the signature was verified with a key that the log introduced.
    if record.frame.by.len() != 1 {
        let by = &record.frame.by;
        return Err(Broken::new(Rule::StatementsSigner, format!("{} signers", by.len())).signers(by));
    }
    // All or nothing: a record with one bad statement changes nothing.
    let (mut good, mut before) = (Vec::new(), BTreeSet::new());
    for (at, note) in says.statements.iter().enumerate() {
        let in_place = |broken: Broken| broken.statement(at as u64 + 1);
        let statement = collected(escrow, note).map_err(in_place)?;
        if let Collected::Known(statement) = &statement {
            check(escrow, statement, &before).map_err(in_place)?;
            before.insert(statement.note.digest());
        }
        good.push(statement);
    }
    let seq = record.frame.seq;
    for (at, statement) in good.into_iter().enumerate() {
        let statement = match statement {
            Collected::Known(statement) => *statement,
            Collected::Newer(kind) => {
                let newer = Broken::new(Rule::UnknownKind, format!("a statement, `{kind}`")).kind(kind);
                report(newer.statement(at as u64 + 1));
                continue;
            }
        };
        let digest = statement.note.digest();
        if escrow.has_statement(&digest) {
            let what = format!("{} by `{}`", statement.note.kind(), statement.person);
            report(Broken::new(Rule::StatementTwice, what).by(&statement).statement(at as u64 + 1));
            continue;
        }
        let may = has_role(escrow, &statement) & apply(escrow, &statement, seq, report);
        if !may {
            let what = format!("a `{}` by `{}`", statement.note.kind(), statement.person);
            report(Broken::new(Rule::StatementRole, what).by(&statement));
        }
        escrow.keep(LoggedStatement { statement, seq, embedded: false }, report);
    }
    Ok(())
}

/// The rules that depend on a statement's kind. The statements `before` it stand in the same record.
fn check(escrow: &Escrow, signed: &SignedStatement, before: &BTreeSet<Digest>) -> Result<(), Broken> {
    let whose = |what: &str| format!("a `{}` by `{}`: {what}", signed.note.kind(), signed.person);
    let request = |digest: &Digest| {
        let why = || whose(&format!("request {}", digest.short()));
        let unknown = || Broken::new(Rule::StatementRequest, why()).by(signed).names_what_is_not_here();
        escrow.request(digest).ok_or_else(unknown)
    };
    match &signed.statement.says {
        Statement::Check(check) => check_check(escrow, signed, check),
        Statement::Approval(approval) => {
            request(&approval.request)?;
            check_approval(escrow, signed, approval)
        }
        Statement::Denial(denial) => request(&denial.request).map(|_| ()),
        Statement::Action(action) => request(&action.request).map(|_| ()),
        Statement::Confirm(confirm) => confirm::check(escrow, signed, confirm),
        Statement::Agree(agree) => agree::check(escrow, signed, agree, before),
        // Whatever was reviewed, and whatever word a later version has for it.
        Statement::Reviewed(_) => Ok(()),
        Statement::Close(close) => {
            request(&close.request)?;
            if close.items.iter().map(|item| &item.obligation).eq(Obligation::ALL) {
                Ok(())
            } else {
                let broken = Broken::new(Rule::CloseItems, whose("the list")).by(signed);
                let words = |obligation: &Obligation| obligation.to_string();
                let found: Vec<_> = close.items.iter().map(|item| words(&item.obligation)).collect();
                let expected: Vec<_> = Obligation::ALL.iter().map(words).collect();
                Err(broken.expected(expected).found(found))
            }
        }
    }
}

fn check_check(escrow: &Escrow, signed: &SignedStatement, check: &Check) -> Result<(), Broken> {
    let person = &signed.person;
    let mut named = BTreeSet::new();
    for share in &check.shares {
        let sealed = escrow.generation_of(share, &signed.statement.head);
        let own = sealed.and_then(|one| one.seal.share_of(person));
        let holds = own.is_some_and(|own| own.index == share.index);
        if !holds || !named.insert(sealed.map(|one| one.record)) {
            let why = format!("`{person}`, vault {} generation {}", share.vault.short(), share.generation);
            let broken = Broken::new(Rule::CheckShare, why).by(signed);
            let broken = of_generation(escrow, broken, &share.vault, share.generation).share(share.index);
            let other = own.map(|own| own.index).filter(|own| *own != share.index);
            let broken = broken.where_known(other, Broken::expected);
            return Err(if sealed.is_none() { broken.names_what_is_not_here() } else { broken });
        }
    }
    if check.shares.is_empty() {
        return Err(Broken::new(Rule::CheckShare, format!("`{person}`, none")).by(signed));
    }
    Ok(())
}

/// Denials and closings are for custodians to state, actions for them or the requester, reviews for everybody who has not
/// retired. One by anybody else is reported
/// but kept: it is better to know what was done. For checks and approvals the share decides, and for confirmations and
/// agreements the vault.
fn has_role(escrow: &Escrow, signed: &SignedStatement) -> bool {
    let custodian = || escrow.people.get(&signed.person).is_some_and(|person| person.is(Role::Custodian));
    let requester = |request: &Digest| {
        escrow.request(request).is_some_and(|asked| asked.request.requester == signed.person)
    };
    match &signed.statement.says {
        Statement::Denial(_) | Statement::Close(_) => custodian(),
        Statement::Action(action) => custodian() || requester(&action.request),
        Statement::Reviewed(_) => !escrow.has_retired(&signed.person),
        Statement::Check(_) | Statement::Approval(_) | Statement::Confirm(_) | Statement::Agree(_) => true,
    }
}

/// Does what a statement does; whether its maker has a say in it.
fn apply(escrow: &mut Escrow, signed: &SignedStatement, seq: u64, report: &mut impl FnMut(Broken)) -> bool {
    let time = signed.statement.time;
    match &signed.statement.says {
        Statement::Check(check) => {
            for share in &check.shares {
                let seal = escrow.generation_of(share, &signed.statement.head).map(|one| one.record);
                let Some(seal) = seal else { continue };
                if let Some(generation) = escrow.sealed_mut(&share.vault, &seal) {
                    let last = generation.checks.get_or_insert(signed.person.clone(), time);
                    *last = time.max(*last);
                }
                escrow.begin_vote(&share.vault, &seal, false);
            }
        }
        Statement::Close(close) => {
            if let Some(asked) = escrow.request_mut(&close.request) {
                let by = signed.person.clone();
                if by == asked.request.requester && asked.request.purpose != Purpose::Drill {
                    let what = format!("`{by}`, request {}", close.request.short());
                    report(asked.broken(Rule::ClosedByRequester, what).person(&by));
                }
                asked.closed.get_or_insert(Arc::new(CloseState { by, time, close: close.clone() }));
            }
        }
        // These change nothing by themselves; they are kept and counted.
        Statement::Approval(_) | Statement::Denial(_) | Statement::Action(_) | Statement::Reviewed(_) => {}
        Statement::Confirm(confirm) => return confirm::apply(escrow, signed, confirm, seq),
        Statement::Agree(agree) => return agree::apply(escrow, signed, agree, seq),
    }
    true
}

impl Escrow {
    /// Keeps a statement that was verified, and reports where it contradicts an earlier one about its
    /// maker's book.
    pub(super) fn keep(&mut self, collected: LoggedStatement, report: &mut impl FnMut(Broken)) {
        let book = collected.statement.statement.book;
        let person = &collected.statement.person;
        let first = self.books.get_or_insert((person.clone(), book.number), (book.hash, collected.seq));
        if first.0 != book.hash {
            let (expected, seq) = *first;
            let what = format!("`{person}`, record {} of the book, see also record {seq}", book.number);
            let broken = Broken::new(Rule::BookForked, what).by(&collected.statement).record(seq);
            report(broken.book_record(book.number).expected(expected).found(book.hash));
        }
        if let Statement::Approval(approval) = &collected.statement.statement.says {
            for deviation in &approval.deviations {
                let what = format!("{deviation}, in the approval by `{person}`");
                let broken = Broken::new(Rule::RequestDeviation, what).by(&collected.statement);
                let broken = of_generation(self, broken, &approval.vault, approval.generation);
                report(broken.deviation(*deviation));
            }
            self.report_undeclared(&collected.statement, approval, report);
        }
        self.see_repairs(&collected.statement);
        self.seen.insert(collected.statement.note.digest(), ());
        self.statements.push(collected);
    }
}

impl Escrow {
    /// Reports what an approval had to list, and does not.
    fn report_undeclared(
        &self,
        signed: &SignedStatement,
        approval: &Approval,
        report: &mut impl FnMut(Broken),
    ) {
        let Some(asked) = self.request(&approval.request) else { return };
        let (person, time) = (&signed.person, signed.statement.time);
        for deviation in asked.deviations_of_approval(person, time) {
            if !approval.deviations.contains(&deviation) {
                let what = format!("{deviation}, not listed in the approval by `{person}`");
                report(asked.unlisted(deviation, person, "approval", what));
            }
        }
    }
}

/// An approval is of the maker's own share in the generation that was asked for.
pub(super) fn check_approval(
    escrow: &Escrow,
    signed: &SignedStatement,
    approval: &Approval,
) -> Result<(), Broken> {
    let person = &signed.person;
    let asked = escrow.request(&approval.request);
    let same = asked.is_some_and(|asked| {
        asked.request.vault == approval.vault && asked.request.generation == approval.generation
    });
    let sealed = asked.and_then(|asked| escrow.asked_for(&asked.request));
    let own = sealed.and_then(|one| one.seal.share_of(person));
    if same && own.is_some_and(|own| own.index == approval.index) {
        return Ok(());
    }
    let what = format!("vault {} generation {}", approval.vault.short(), approval.generation);
    let why = format!("`{person}`, {what}, index {}", approval.index);
    let broken = Broken::new(Rule::ApprovalShare, why).by(signed);
    let broken = of_generation(escrow, broken, &approval.vault, approval.generation).share(approval.index);
    let other = own.map(|own| own.index).filter(|own| *own != approval.index);
    Err(broken.where_known(other, Broken::expected))
}

/// The generation that a statement names by the vault's id, which may be one that the log does not hold.
fn of_generation(escrow: &Escrow, broken: Broken, vault: &Digest, generation: u32) -> Broken {
    let name = escrow.vault(vault).map(|vault| &vault.name);
    broken.vault_id(*vault).generation(generation).where_known(name, Broken::vault)
}
