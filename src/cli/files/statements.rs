//! Statements, on their way into the log.

use std::fmt::Display;
use std::path::Path;

use data_encoding::BASE64;

use crate::ceremony::approve::ApprovalFile;
use crate::cli::context::Context;
use crate::cli::files::output::write_output;
use crate::cli::files::people::LocalPerson;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, VerifiedStatement};
use crate::hands::store::ChainFile;
use crate::hands::{clock, files};
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::armour::{self, Label};
use crate::record::book::StatementDraft;
use crate::record::chain::LogRecord;
use crate::record::note::Note;
use crate::record::statement::{self, HeadFrom, SignedStatement, Statement};
use crate::record::statements::Statements;
use crate::value::text::FreeText;

/// How a statement gets into the log.
pub(crate) enum Carrier<'a> {
    /// It is appended at once; the path is the log's.
    Log(&'a mut Ledger<ChainFile>, &'a Path),
    /// It is written to a file, for `collect`.
    File(&'a Path),
}

/// A statement's file: its record, in armour.
pub(crate) fn statement_file(statement: &SignedStatement) -> Vec<u8> {
    armour::wrap(Label::Statement, &LogRecord::bytes_of(&statement.note))
}

/// Appends a statement to the log, or writes it to a file.
pub(crate) fn carry(
    statement: &SignedStatement,
    who: &LocalPerson,
    how: Carrier<'_>,
) -> Result<StatementPlace, Failure> {
    match how {
        Carrier::Log(ledger, path) => {
            let seq = append(ledger, path, std::slice::from_ref(statement), who)?;
            Ok(StatementPlace::Log(seq))
        }
        Carrier::File(path) => {
            write_output(path, &statement_file(statement))?;
            Ok(StatementPlace::File(path.to_owned()))
        }
    }
}

/// Appends statements, in a record that `who` signs and whoever made them; returns its number.
pub(crate) fn append(
    ledger: &mut Ledger<ChainFile>,
    path: &Path,
    statements: &[SignedStatement],
    who: &LocalPerson,
) -> Result<u64, Failure> {
    let statements = statements.iter().map(|one| BASE64.encode(one.note.as_bytes())).collect();
    let signers = vec![(who.signer.key_name(), who.signer.key())];
    let draft = Draft { time: clock::now(), says: Statements { statements }, signers };
    let appended = ledger.append(draft).map_err(|error| failures::ledger(path, &error))?;
    Ok(appended.head().seq)
}

/// Reads a statement, or the statement in an approval file.
pub(crate) fn read_statement(path: &Path) -> Result<Note, Failure> {
    let bytes = files::read_public(path, Label::Statement.file_limit())
        .map_err(|error| failures::not_read(path, &error))?;
    let not_one = |error: &dyn Display| {
        Failure::new(Exit::BadInput, format!("not a statement: {error}"))
            .at(path.display())
            .next("give a file that check, action, close, confirm, deny or approve wrote with -o")
    };
    let (label, content) = armour::unwrap(&bytes).map_err(|error| not_one(&error))?;
    match label {
        Label::Approval => Ok(ApprovalFile::of(&content).map_err(|error| not_one(&error))?.note),
        // A lone statement is one record: a note and an empty line.
        Label::Statement => {
            Note::parse(content.strip_suffix(b"\n").unwrap_or(&content)).map_err(|error| not_one(&error))
        }
        Label::Request => Err(not_one(&"it holds a request")),
    }
}

/// Checks a statement that came in a file.
pub(crate) fn verified(escrow: &Escrow, note: Note, path: &Path) -> Result<VerifiedStatement, Failure> {
    escrow.verify_statement(note).map_err(|broken| {
        let exit = Exit::from(broken.rule.severity());
        Failure::new(exit, format!("{}: {}", broken.rule, broken.detail))
            .at(path.display())
            .next("nothing was collected: leave this file out, or ask its signer to make it again")
    })
}

/// Appends a statement that came in a file, unless the log has it; gives its digest.
pub(crate) fn collect_one(
    note: Note,
    path: &Path,
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    context: &Context<'_>,
) -> Result<Digest, Failure> {
    let signed = verified(ledger.escrow(), note, path)?;
    let digest = signed.note.digest();
    if !ledger.escrow().has_statement(&digest) {
        append(ledger, &context.log(), &[signed.into_signed()], who)?;
    }
    Ok(digest)
}

/// What `who`, at the log, states now.
pub(crate) fn draft(who: &LocalPerson, escrow: &Escrow, says: Statement) -> StatementDraft {
    StatementDraft {
        escrow: escrow.id,
        head: escrow.head,
        head_from: HeadFrom::Log,
        time: clock::now(),
        keeps: Vec::new(),
        named: escrow.names_of_book(who.signer.person()),
        says,
    }
}

/// States something about a request: into the log, or into a file.
pub(crate) fn state(
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    says: Statement,
    output: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<StatementPlace, Failure> {
    let statement = who.state(draft(who, ledger.escrow(), says), context)?;
    let log = context.log();
    let how = output.map_or(Carrier::Log(ledger, &log), Carrier::File);
    carry(&statement, who, how)
}

/// Logs one thing that was done with the root account.
pub(crate) fn act(
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    request: Digest,
    done: FreeText,
    context: &mut Context<'_>,
) -> Result<StatementPlace, Failure> {
    state(who, ledger, statement::Action { request, done }.into(), None, context)
}
