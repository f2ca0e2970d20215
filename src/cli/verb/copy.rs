//! `copy`: every file is compared with its seal while it is copied, the log comes last, and all of it is read back.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::copying::{Copied, copy_file, forgetful, sealed_files};
use crate::cli::files::logs::read_copy;
use crate::cli::files::media;
use crate::cli::files::output::must_not_exist;
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::copy::CopyOutcome;
use crate::escrow::Reading;
use crate::hands::files::{self, Created};
use crate::hands::sandbox::FileAccess;
use crate::hands::store::{ChainFile, EscrowDir};
use crate::ledger::log::Ledger;
use crate::ledger::medium::Medium as _;

/// Make a verified replica of the escrow, or bring one up to date
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass copy /media/usb2/escrow")]
pub(crate) struct CopyArgs {
    /// Where the replica is, or is to be
    destination: PathBuf,
}

impl Verb for CopyArgs {
    const HANDLES_SECRETS: bool = false;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.reads_escrow();
        access.changes_within(&self.destination);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        let log = context.log();
        let reading = read_copy(&log)?;
        // A replica of an unsound log would look like a second witness to it.
        if let Some(found) = reading.unsound() {
            return Err(failures::finding(&log, found));
        }
        let destination = EscrowDir::at(&self.destination);
        let mut created = Created::default();
        // What cannot become a replica is refused before anything is written to it.
        let behind = match destination.log().symlink_metadata() {
            Ok(_) => Some(behind(&destination.log(), &reading)?),
            Err(_) => {
                self.make_directory(&mut created)?;
                None
            }
        };
        media::said(&destination.log(), context)?;
        let (mut copied, mut not_copied) = (0, Vec::new());
        let from = context.directory();
        for file in reading.escrow.vaults.iter().flat_map(|vault| &vault.generations).flat_map(|one| {
            let place = from.folder(&one.seal.name, one.seal.generation, &one.record);
            let within = place.strip_prefix(from.root()).unwrap_or(&place).to_owned();
            sealed_files(one, &place, &destination.root().join(within))
        }) {
            match copy_file(&file, &destination, &mut created)? {
                Copied::Already => {}
                Copied::Now => copied += 1,
                // The other files are still copied, and the answer names this one.
                Copied::Not => not_copied.push(file.from.display().to_string()),
            }
        }
        // The log comes last: an interrupted copy has no log, and nobody takes it for a replica.
        copy_log(&reading, behind, &destination.log(), created)?;
        let exit = if not_copied.is_empty() { Exit::Done } else { Exit::BadShare };
        let head = reading.escrow.head;
        Ok(Answer::of(exit, &CopyOutcome { copied, not_copied, head, destination: self.destination }))
    }
}

impl CopyArgs {
    /// Makes the replica's directory, which must not exist.
    fn make_directory(&self, created: &mut Created) -> Result<(), Failure> {
        let not_written = |error| failures::not_written(&self.destination, &error);
        must_not_exist(&self.destination)?;
        files::create_parent(&self.destination, created).map_err(not_written)?;
        files::create_dir(&self.destination).map_err(not_written)?;
        created.add(self.destination.clone());
        files::sync_parent(&self.destination).map_err(not_written)
    }
}

/// Writes the replica's log, or brings the one that is `behind` up to date. From the moment that the log may refer to
/// the files that were `created`, they stay.
fn copy_log(
    reading: &Reading,
    behind: Option<Ledger<ChainFile>>,
    replica: &Path,
    created: Created,
) -> Result<(), Failure> {
    let Some(mut ledger) = behind else {
        let not_written = |error| failures::not_written(replica, &error);
        let mut medium = ChainFile::create(replica).map_err(not_written)?;
        medium.append(0, &reading.bytes).map_err(not_written)?;
        if medium.reread(0).map_err(not_written)? != reading.bytes {
            return Err(forgetful(replica));
        }
        created.keep();
        return Ok(());
    };
    // Keep them even if the log cannot be written to its end: it may hold their seals by then.
    created.keep();
    ledger.catch_up(reading).map(drop).map_err(|error| failures::ledger(replica, &error))
}

/// The replica's log, which this one has to begin with.
fn behind(replica: &Path, reading: &Reading) -> Result<Ledger<ChainFile>, Failure> {
    let medium = ChainFile::open(replica).map_err(|error| failures::no_log(replica, &error))?;
    let ledger = Ledger::open(medium).and_then(Ledger::sound);
    let ledger = ledger.map_err(|error| failures::ledger(replica, &error))?;
    let theirs = &ledger.reading().bytes;
    if reading.bytes.starts_with(theirs) {
        return Ok(ledger);
    }
    let (exit, what) = if theirs.starts_with(&reading.bytes) {
        (Exit::Truncated, "the replica has records that this log does not have: copy in the other direction")
    } else {
        (Exit::Fork, "the replica is not an earlier state of this log")
    };
    Err(Failure::new(exit, what).at(replica.display()).next("run `breakglass compare` on both"))
}
