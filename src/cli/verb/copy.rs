//! `copy`: every file is compared with its seal on the way, the log comes last, and all of it is read again.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::logs::read_copy;
use crate::cli::files::output::must_not_exist;
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Reading};
use crate::hands::files::{self, Created};
use crate::hands::sandbox::FileAccess;
use crate::hands::store::{ChainFile, EscrowDir, MAX_PAYLOAD_FILE};
use crate::ledger::log::Ledger;
use crate::ledger::medium::Medium as _;

/// Make a verified replica of the escrow, or bring one up to date
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass copy /media/usb2/escrow")]
pub(crate) struct Copy {
    /// Where the replica is, or is to be
    destination: PathBuf,
}

impl Verb for Copy {
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
        if let Some(found) = reading.unsound() {
            return Err(failures::finding(&log, found));
        }
        let destination = EscrowDir::at(&self.destination);
        let replica = destination.log();
        let not_written = |path: &Path| {
            let path = path.to_owned();
            move |error: std::io::Error| failures::not_written(&path, &error)
        };
        let mut created = Created::default();
        let behind = match replica.symlink_metadata() {
            Ok(_) => Some(behind(&replica, &reading)?),
            Err(_) => {
                must_not_exist(&self.destination)?;
                files::create_parent(&self.destination, &mut created)
                    .map_err(not_written(&self.destination))?;
                files::create_dir(&self.destination).map_err(not_written(&self.destination))?;
                created.add(self.destination.clone());
                files::sync_parent(&self.destination).map_err(not_written(&self.destination))?;
                None
            }
        };
        let mut missing: Vec<String> = Vec::new();
        let mut copied = 0;
        for file in sealed_files(&reading.escrow, &context.directory(), &destination) {
            if is_same(&file.to, &file.digest) {
                continue;
            }
            match files::read_own(&file.from, MAX_PAYLOAD_FILE) {
                Ok(bytes) if Digest::of(&bytes) == file.digest => {
                    let made = destination.create_folders(&file.to, &mut created);
                    if made.map_err(not_written(&file.to))? {
                        destination.sync_folders(&file.to).map_err(not_written(&file.to))?;
                    }
                    files::create(&file.to, &bytes).map_err(not_written(&file.to))?;
                    created.add(file.to.clone());
                    if !is_same(&file.to, &file.digest) {
                        let what = "the medium does not give back what was written to it";
                        return Err(Failure::new(Exit::Machine, what)
                            .at(file.to.display())
                            .next(OTHER_MEDIUM));
                    }
                    copied += 1;
                }
                _ => missing.push(file.from.display().to_string()),
            }
        }
        // The log comes last: a copy that was cut off is none.
        match behind {
            Some(mut ledger) => {
                // Whatever becomes of the log: it may hold the seals of these files.
                created.keep();
                ledger.catch_up(&reading.bytes).map_err(|error| failures::ledger(&replica, &error))?;
            }
            None => {
                let mut medium = ChainFile::create(&replica).map_err(not_written(&replica))?;
                medium.append(0, &reading.bytes).map_err(not_written(&replica))?;
                if medium.reread(0).map_err(not_written(&replica))? != reading.bytes {
                    let what = "the medium does not give back what was written to it";
                    return Err(Failure::new(Exit::Machine, what).at(replica.display()).next(OTHER_MEDIUM));
                }
                created.keep();
            }
        }
        let head = reading.escrow.head;
        let mut text = format!(
            "replica in {}: {copied} sealed files copied, log up to entry {}, hash {}",
            self.destination.display(),
            head.seq,
            head.hash
        );
        for path in &missing {
            text.push_str(&format!("\nNOT COPIED, missing or not what was sealed: {path}"));
        }
        let exit = if missing.is_empty() { Exit::Done } else { Exit::BadShare };
        Ok(Answer {
            exit,
            text: text.into(),
            json: json!({ "copied": copied, "not_copied": missing, "head": head }),
        })
    }
}

/// A file of the escrow, by the digest that its seal names.
struct Sealed {
    from: PathBuf,
    to: PathBuf,
    digest: Digest,
}

fn sealed_files(escrow: &Escrow, from: &EscrowDir, to: &EscrowDir) -> Vec<Sealed> {
    let mut files = Vec::new();
    for seal in escrow.vaults.iter().flat_map(|vault| &vault.generations).map(|one| &one.seal) {
        files.push(Sealed {
            from: from.payload(&seal.name, seal.generation),
            to: to.payload(&seal.name, seal.generation),
            digest: seal.payload,
        });
        for share in &seal.shares {
            files.push(Sealed {
                from: from.sealed_share(&seal.name, seal.generation, &share.custodian),
                to: to.sealed_share(&seal.name, seal.generation, &share.custodian),
                digest: share.sealed_share,
            });
        }
    }
    files
}

fn is_same(path: &Path, digest: &Digest) -> bool {
    files::read_own(path, MAX_PAYLOAD_FILE).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
}

/// The replica's log, which has to be how this one begins.
fn behind(replica: &Path, reading: &Reading) -> Result<Ledger<ChainFile>, Failure> {
    let medium = ChainFile::open(replica).map_err(|error| failures::no_log(replica, &error))?;
    let ledger = Ledger::open(medium).and_then(Ledger::sound);
    let ledger = ledger.map_err(|error| failures::ledger(replica, &error))?;
    let theirs = &ledger.reading().bytes;
    if reading.bytes.starts_with(theirs) {
        return Ok(ledger);
    }
    let (exit, what) = if theirs.starts_with(&reading.bytes) {
        (Exit::Truncated, "the replica is ahead of this log: copy the other way round")
    } else {
        (Exit::Fork, "the replica is no earlier state of this log")
    };
    Err(Failure::new(exit, what).at(replica.display()).next("run `breakglass compare` on both"))
}

/// What to do with a medium that forgets.
const OTHER_MEDIUM: &str = "do not use this medium: copy to another one";
