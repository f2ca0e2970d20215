//! Opens the log for appending, and repairs it, catches it up or continues it elsewhere if it cannot be appended to.
//!
//! A damaged log must not stop an emergency. A damaged tail is kept in a record; a copy that is behind catches up; and
//! if all else fails the log is continued in another file. Each is shown, confirmed and recorded.

use std::path::{Path, PathBuf};

use crate::ceremony::approve::RequestFile;
use crate::ceremony::carried::CarriedLog;
use crate::ceremony::continuation::{Base, NoBase, base};
use crate::cli::context::Context;
use crate::cli::files::media;
use crate::cli::files::people::LocalPerson;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::terminal::confirm::confirm_deviations;
use crate::crypto::digest::Digest;
use crate::escrow::Reading;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir, MAX_LOG, MAX_PAYLOAD_FILE};
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::deviation::Deviation;
use crate::record::finding::Rule;
use crate::record::seal::Seal;
use crate::value::time::Time;

/// What to do if an emergency cannot be logged where it should be.
pub(crate) const ELSEWHERE: &str =
    "in an emergency continue elsewhere: the same command with --continue-in FILE, on another drive";

/// What to do if the file that `--continue-in` names holds something else, or half a log.
const ANOTHER: &str = "this file is not a log that can be appended to: name a FILE that does not exist yet";

/// A log that is open for appending, and what was not as it should be about it.
pub(crate) struct OpenLog {
    /// The log.
    pub(crate) ledger: Ledger<ChainFile>,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The deviations, each confirmed.
    pub(crate) deviations: Vec<Deviation>,
    /// A new file, which is removed again unless it is kept.
    pub(crate) created: Created,
}

/// Options for opening the log for appending.
pub(crate) struct OpenOptions<'a> {
    /// Where to continue the log, if it cannot be appended to.
    pub(crate) continue_in: Option<&'a Path>,
    /// The request file that is being released.
    pub(crate) carried: Option<&'a RequestFile>,
    /// The deviations that were accepted beforehand.
    pub(crate) accepted: &'a [Deviation],
    /// When.
    pub(crate) time: Time,
}

impl OpenLog {
    /// Opens the log for appending, for `who`.
    pub(crate) fn find(
        who: &LocalPerson,
        options: &OpenOptions<'_>,
        context: &mut Context<'_>,
    ) -> Result<OpenLog, Failure> {
        match options.continue_in {
            Some(path) if path.symlink_metadata().is_ok() => {
                let mut log = here(path, who, options, context).map_err(|failure| match failure.exit {
                    Exit::NotAuthorised | Exit::Interrupted => failure,
                    _ if failure.next.contains(failures::NOT_AGAIN) => failure.or_next(ELSEWHERE),
                    _ => failure.next(ANOTHER),
                })?;
                log.deviations.push(Deviation::ContinuedElsewhere);
                Ok(log)
            }
            Some(path) => elsewhere(path, who, options, context),
            None => here(&context.log(), who, options, context).map_err(|failure| match failure.exit {
                // Whatever keeps the log from being appended to, an emergency can continue elsewhere.
                Exit::NotAuthorised | Exit::Interrupted => failure,
                _ => failure.or_next(ELSEWHERE),
            }),
        }
    }
}

/// The log at `path`: as it is, with its damaged tail kept in a record, or caught up with the request file.
fn here(
    path: &Path,
    who: &LocalPerson,
    options: &OpenOptions<'_>,
    context: &mut Context<'_>,
) -> Result<OpenLog, Failure> {
    let deviations = media::confirmed(path, options.accepted, context)?;
    let ledger = open(path, context)?;
    let mut log = OpenLog { ledger, path: path.to_owned(), deviations, created: Created::default() };
    if log.ledger.is_torn() {
        who.must_belong_to(log.ledger.escrow())?;
        context.warn(&torn(&log.ledger, path));
        confirm_deviations(&[Deviation::DamagedLog], options.accepted)?;
        recover(&mut log.ledger, who, options.time, path)?;
        log.deviations.push(Deviation::DamagedLog);
    }
    if let Some(finding) = log.ledger.reading().unsound() {
        return Err(failures::finding(path, finding).next(ELSEWHERE));
    }
    let Some(carried) = options.carried else { return Ok(log) };
    let (ours, theirs) = (log.ledger.escrow(), carried.escrow());
    if ours.id != theirs.id {
        let what = format!(
            "the request is for escrow {}, and this is escrow {}",
            theirs.id.short(),
            ours.id.short()
        );
        return Err(Failure::new(Exit::NotAuthorised, what)
            .at(path.display())
            .next("name the request's escrow with --escrow"));
    }
    if ours.request(&carried.asked().record).is_some() {
        return Ok(log);
    }
    let CarriedLog::Whole(ahead) = carried.log() else {
        let what = "the log does not have the request, and the request file does not have all of the log";
        return Err(Failure::new(Exit::NotAuthorised, what).at(path.display()).next(format!(
            "name the copy of the escrow in which the request was logged: --escrow; or {ELSEWHERE}"
        )));
    };
    if !ahead.bytes.starts_with(&log.ledger.reading().bytes) {
        let what = "the log does not have the request, and has other records in its place";
        return Err(Failure::new(Exit::Fork, what).at(path.display()).next(ELSEWHERE));
    }
    context.warn(&format!(
        "{}: this log ends with record {}, and the request file has the records up to {}: they are appended",
        path.display(),
        ours.head.seq,
        theirs.head.seq
    ));
    confirm_deviations(&[Deviation::MissingRecords], options.accepted)?;
    log.ledger.catch_up(ahead).map_err(|error| failures::ledger(path, &error))?;
    log.deviations.push(Deviation::MissingRecords);
    Ok(log)
}

/// A new file, which begins with what there is of the log, and with a record that says so.
fn elsewhere(
    path: &Path,
    who: &LocalPerson,
    options: &OpenOptions<'_>,
    context: &mut Context<'_>,
) -> Result<OpenLog, Failure> {
    let old = context.log();
    let left = match files::read_own(&old, MAX_LOG) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            context.warn(&format!("{}: the log cannot be read: {error}", old.display()));
            None
        }
    };
    let (book, directory) = (who.book_as_far(), context.directory());
    let Base { records, says, damaged, missing } =
        base(left.as_deref(), options.carried, Some(&book), &|seal| is_here(&directory, seal))
            .map_err(|error| no_base(&old, error))?;
    let escrow = Reading::of(records.clone()).map_err(|found| failures::finding(&old, &found))?.escrow;
    who.must_belong_to(&escrow)?;
    context.warn(&format!("the log is continued in {}, after record {}", path.display(), says.from.seq));
    let medium = media::confirmed(path, options.accepted, context)?;
    let mut deviations = vec![Deviation::ContinuedElsewhere];
    if damaged {
        deviations.push(Deviation::DamagedLog);
    }
    if missing {
        deviations.push(Deviation::MissingRecords);
    }
    confirm_deviations(&deviations, options.accepted)?;
    deviations.extend(medium);
    let mut created = Created::default();
    let not_written = |error: std::io::Error| failures::not_written(path, &error);
    files::create_parent(path, &mut created).map_err(not_written)?;
    let medium = ChainFile::create(path).map_err(not_written)?;
    created.add(path.to_owned());
    let draft = Draft { time: options.time, says, signers: vec![(who.signer.key_name(), who.signer.key())] };
    let ledger =
        Ledger::continue_on(medium, &records, draft).map_err(|error| failures::ledger(path, &error))?;
    Ok(OpenLog { ledger, path: path.to_owned(), deviations, created })
}

/// Whether the payload in the escrow's directory is the one that was sealed.
fn is_here(directory: &EscrowDir, seal: &Seal) -> bool {
    let payloads = directory.payloads(&seal.name, seal.generation).into_iter();
    let mut read = payloads.filter_map(|path| files::read_own(&path, MAX_PAYLOAD_FILE).ok());
    read.any(|bytes| Digest::of(&bytes) == seal.payload)
}

fn no_base(log: &Path, error: NoBase) -> Failure {
    Failure::new(Exit::Machine, error)
        .at(log.display())
        .next("use another copy of the escrow, or ask a custodian whose book has its beginning")
}

fn open(path: &Path, context: &mut Context<'_>) -> Result<Ledger<ChainFile>, Failure> {
    if ChainFile::is_held(path) {
        context.warn(&format!(
            "{}: another breakglass process is writing to this log; waiting for it, Ctrl-C stops; {ELSEWHERE}",
            path.display()
        ));
    }
    let medium = ChainFile::open(path).map_err(|error| failures::no_log(path, &error))?;
    Ledger::open_known(medium, &context.known).map_err(|error| failures::ledger(path, &error))
}

fn torn(ledger: &Ledger<ChainFile>, path: &Path) -> String {
    let found = ledger.reading().unsound().map_or(String::new(), |found| found.detail.clone());
    format!(
        "{}: {} {found}\nThe damaged bytes are kept, in a record that takes their place.",
        path.display(),
        Rule::Torn.meaning()
    )
}

fn recover(
    ledger: &mut Ledger<ChainFile>,
    who: &LocalPerson,
    time: Time,
    path: &Path,
) -> Result<(), Failure> {
    ledger
        .recover(time, (who.signer.key_name(), who.signer.key()))
        .map(|_| ())
        .map_err(|error| failures::ledger(path, &error))
}

/// The log, for a command that is not part of an emergency: as it is, or with its damaged tail kept in a record.
pub(crate) fn plain(
    who: &LocalPerson,
    time: Time,
    context: &mut Context<'_>,
) -> Result<Ledger<ChainFile>, Failure> {
    let path = context.log();
    media::said(&path, context)?;
    let mut ledger = open(&path, context)?;
    if ledger.is_torn() {
        who.must_belong_to(ledger.escrow())?;
        context.warn(&torn(&ledger, &path));
        recover(&mut ledger, who, time, &path)?;
    }
    ledger.sound().map_err(|error| failures::ledger(&path, &error))
}
