//! What a release and a withdrawal have in common.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::ceremony::approve::{ApprovalFile, RequestFile};
use crate::ceremony::release::Gathered;
use crate::cli::context::{Answer, Context};
use crate::cli::files::open_log::{OpenLog, OpenOptions};
use crate::cli::files::people::LocalPerson;
use crate::cli::say::exit::Failure;
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::crypto::sign::SigningKey;
use crate::escrow::RequestState;
use crate::hands::{clock, files};
use crate::ledger::draft::Draft;
use crate::record::armour::Label;
use crate::record::deviation::Deviation;
use crate::record::request::End;
use crate::value::names::{FieldName, KeyName};
use crate::value::time::Time;

/// What a release or a withdrawal is made of.
pub(crate) struct Releasing<'a> {
    /// The requester, whose identities are unlocked.
    pub(crate) requester: &'a LocalPerson,
    /// The request file.
    pub(crate) carried: &'a RequestFile,
    /// Where the session is kept; it is destroyed with the request's end.
    pub(crate) session_file: &'a Path,
    /// The approvals' files.
    pub(crate) approvals: &'a [PathBuf],
    /// Where to continue the log, if it cannot be appended to.
    pub(crate) continue_in: Option<&'a Path>,
    /// The deviations that were accepted beforehand.
    pub(crate) accepted: &'a [Deviation],
    /// The time, if it was set by hand.
    pub(crate) time: Option<Time>,
    /// The fields to write to standard output; if none, they are shown on the terminal.
    pub(crate) print: &'a [FieldName],
}

/// What is done with the approvals, on a log that is open for appending.
pub(crate) type Doing<'a> =
    dyn FnMut(&mut OpenLog, ReadApprovals, &mut Context<'_>) -> Result<Answer, Failure> + 'a;

/// Asks for a yes to a release.
pub(crate) type Agreeing<'a> = dyn FnMut(&RequestState, &Gathered<'_>) -> Result<(), Failure> + 'a;

impl Releasing<'_> {
    /// Opens the log for appending, does it, and destroys the session: its keys are of no use after the request's end.
    pub(crate) fn carry_out(
        &self,
        doing: &mut Doing<'_>,
        context: &mut Context<'_>,
    ) -> Result<Answer, Failure> {
        let read = ReadApprovals::read(self.approvals);
        let options = OpenOptions {
            continue_in: self.continue_in,
            carried: Some(self.carried),
            accepted: self.accepted,
            time: Context::time(self.time),
        };
        let mut log = OpenLog::find(self.requester, &options, context)?;
        let done = doing(&mut log, read, context)?;
        log.created.keep();
        // A session that is lost is destroyed already.
        if let Err(error) = files::destroy(self.session_file)
            && error.kind() != ErrorKind::NotFound
        {
            let place = self.session_file.display();
            context.warn(&format!("warning: {place} could not be destroyed ({error}): delete it yourself"));
        }
        Ok(done)
    }

    /// The request.
    pub(crate) fn request(&self) -> Digest {
        self.carried.asked().record
    }
}

/// The approvals that were given, and the files that are not approvals: one bad file must not stop an emergency for
/// which the others are enough.
pub(crate) struct ReadApprovals {
    pub(crate) approvals: Vec<ApprovalFile>,
    pub(crate) unreadable: Vec<Failure>,
}

impl ReadApprovals {
    fn read(paths: &[PathBuf]) -> ReadApprovals {
        let mut found = ReadApprovals { approvals: Vec::new(), unreadable: Vec::new() };
        for path in paths {
            let read = files::read_public(path, Label::Approval.file_limit())
                .map_err(|error| failures::not_read(path, &error));
            let parsed = read.and_then(|bytes| {
                ApprovalFile::parse(&bytes).map_err(|error| failures::approval_file(path, &error))
            });
            match parsed {
                Ok(file) => found.approvals.push(file),
                Err(failure) => found.unreadable.push(failure),
            }
        }
        found
    }

    /// Says which files are not approvals.
    pub(crate) fn warn(&self, context: &mut Context<'_>) {
        for failure in &self.unreadable {
            let place = failure.at.as_deref().unwrap_or_default();
            context.warn(&format!("set aside: {place}: {}", failure.what));
        }
    }
}

/// Logs the end of the request, signed by its session or by the requester.
pub(crate) fn append_end(log: &mut OpenLog, signer: (KeyName, &SigningKey), end: End) -> Result<(), Failure> {
    log.ledger
        .append(Draft { time: clock::now(), says: end, signers: vec![signer] })
        .map(|_| ())
        .map_err(|error| failures::ledger(&log.path, &error))
}

/// Sorted, and each item once.
pub(crate) fn distinct<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}
