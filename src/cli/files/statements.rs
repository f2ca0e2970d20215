//! Statements, on their way into the log.

use std::path::Path;

use data_encoding::BASE64;

use crate::cli::context::Context;
use crate::cli::files::output::write_output;
use crate::cli::files::people::LocalPerson;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::crypto::digest::Digest;
use crate::hands::clock;
use crate::hands::store::ChainFile;
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::armour::{self, Label};
use crate::record::book::StatementDraft;
use crate::record::chain::LogRecord;
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

/// States something about a request: into the log, or into a file.
pub(crate) fn state(
    who: &LocalPerson,
    ledger: &mut Ledger<ChainFile>,
    says: Statement,
    output: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<StatementPlace, Failure> {
    let escrow = ledger.escrow();
    let draft = StatementDraft {
        escrow: escrow.id,
        head: escrow.head,
        head_from: HeadFrom::Log,
        time: clock::now(),
        keeps: Vec::new(),
        says,
    };
    let statement = who.state(draft, context)?;
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
