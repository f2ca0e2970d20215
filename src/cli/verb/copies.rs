//! Copies of one escrow: `compare`, `copy`, and `adopt` for two that went on each on its own.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::cli::args::{Adopt, Compare, Copy};
use crate::cli::context::{Answer, Context};
use crate::cli::files::footing;
use crate::cli::files::people::signers;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::verb::log::line_of;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Reading};
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir, MAX_LOG, MAX_PAYLOAD_FILE};
use crate::hands::{clock, store};
use crate::ledger::draft::Draft;
use crate::ledger::error::LedgerError;
use crate::ledger::log::Ledger;
use crate::ledger::medium::Medium as _;
use crate::record::chain::LogRecord;
use crate::record::head::Head;
use crate::record::repair;

/// The most bytes of another branch's records that one `adopt` record brings in.
const MAX_BRANCH: usize = 8 << 20;

/// The log of a copy: of a directory, or a file.
fn log_of(path: &Path) -> PathBuf {
    if path.is_dir() { EscrowDir::at(path).log() } else { path.to_owned() }
}

fn read(path: &Path) -> Result<Reading, Failure> {
    let bytes = files::read_own(path, MAX_LOG).map_err(|error| failures::no_log(path, &error))?;
    Reading::of(bytes).map_err(|found| failures::finding(path, &found))
}

/// How two copies stand to each other.
enum Relation {
    Same,
    /// One is how the other begins: it is this many entries behind.
    Behind {
        second: bool,
    },
    /// They part, and one of them adopted the other.
    Adopted,
    Parted,
}

/// `compare`.
pub fn compare(args: &Compare, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let paths = [log_of(&args.first), log_of(&args.second)];
    let [first, second] = [read(&paths[0])?, read(&paths[1])?];
    if first.escrow.id != second.escrow.id {
        let what = format!(
            "these are two escrows, {} and {}, and not two copies of one",
            first.escrow.id.short(),
            second.escrow.id.short()
        );
        return Err(Failure::new(Exit::BadInput, what).next("name two copies of one escrow"));
    }
    let mut unsound = None;
    for (path, reading) in paths.iter().zip([&first, &second]) {
        if let Some(found) = reading.unsound() {
            let failure = failures::finding(path, found);
            context.warn(&format!("{}: {}", path.display(), failure.what));
            unsound = Some(failure.exit);
        }
    }
    let common =
        first.records().zip(second.records()).take_while(|(one, other)| one.hash == other.hash).count();
    let counts = [first.starts.len(), second.starts.len()];
    let relation = if counts == [common, common] {
        Relation::Same
    } else if counts.contains(&common) {
        Relation::Behind { second: counts[1] == common }
    } else if first.escrow.is_ancestor(&second.escrow.head) || second.escrow.is_ancestor(&first.escrow.head) {
        Relation::Adopted
    } else {
        Relation::Parted
    };
    let mut lines = Vec::new();
    for (path, reading) in paths.iter().zip([&first, &second]) {
        let head = &reading.escrow.head;
        lines.push(format!("{}: last entry {}, hash {}", path.display(), head.seq, head.hash));
    }
    let part = |reading: &Reading| reading.records().nth(common).map(|record| line_of(&record));
    let (exit, verdict) = match &relation {
        Relation::Same => (Exit::Done, "SAME: entry for entry".to_owned()),
        Relation::Behind { second } => {
            let at = usize::from(*second);
            let behind = counts[1 - at] - counts[at];
            let what =
                format!("BEHIND: {} lacks the last {behind} entries of the other", paths[at].display());
            (Exit::Truncated, what)
        }
        Relation::Adopted => {
            (Exit::Done, format!("ADOPTED: they part at entry {common}, and one holds both"))
        }
        Relation::Parted => (Exit::Fork, format!("FORK: they part at entry {common}")),
    };
    lines.push(verdict.clone());
    let parted = [part(&first), part(&second)];
    if !matches!(relation, Relation::Same) {
        for (path, line) in paths.iter().zip(&parted) {
            lines.push(format!("  {}\n  {}", path.display(), line.as_deref().unwrap_or("no entry")));
        }
    }
    if matches!(relation, Relation::Parted) {
        lines.push("to join them: breakglass adopt, signed by two people".to_owned());
    }
    let exit = unsound.unwrap_or(exit);
    let json = json!({
        "verdict": exit.code(), "exit": exit as u8, "common_entries": common,
        "copies": paths.iter().zip([&first, &second]).zip(&parted).map(|((path, reading), line)| json!({
            "log": path.display().to_string(), "head": reading.escrow.head, "first_own_entry": line,
        })).collect::<Vec<Value>>(),
    });
    Ok(Answer { exit, text: lines.join("\n").into(), json })
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

/// `copy`: every file is compared with its seal on the way, the log comes last, and all of it is read again.
pub fn copy(args: &Copy, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let log = context.log();
    let reading = read(&log)?;
    if let Some(found) = reading.unsound() {
        return Err(failures::finding(&log, found));
    }
    let destination = EscrowDir::at(&args.destination);
    let replica = destination.log();
    let not_written = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| failures::not_written(&path, &error)
    };
    let mut created = Created::default();
    let behind = match replica.symlink_metadata() {
        Ok(_) => Some(behind(&replica, &reading)?),
        Err(_) => {
            crate::cli::files::output::must_not_exist(&args.destination)?;
            files::create_parent(&args.destination, &mut created).map_err(not_written(&args.destination))?;
            files::create_dir(&args.destination).map_err(not_written(&args.destination))?;
            created.add(args.destination.clone());
            files::sync_parent(&args.destination).map_err(not_written(&args.destination))?;
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
                    return Err(Failure::new(Exit::Machine, what).at(file.to.display()).next(OTHER_MEDIUM));
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
        args.destination.display(),
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

fn is_same(path: &Path, digest: &Digest) -> bool {
    files::read_own(path, store::MAX_PAYLOAD_FILE).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
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

/// `adopt`.
pub fn adopt(args: Adopt, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let other = log_of(&args.other);
    let theirs = read(&other)?;
    if let Some(found) = theirs.unsound() {
        return Err(failures::finding(&other, found));
    }
    if args.signer.prefixes.len() != 2 {
        return Err(
            Failure::new(Exit::Usage, "two people sign the adoption of a branch").next("--as A --as B")
        );
    }
    let sitting = args.signer.unlock(context)?;
    let mut ledger = footing::plain(&sitting[0], clock::now(), context)?;
    let escrow = ledger.escrow();
    for one in &sitting {
        one.must_belong_to(escrow)?;
    }
    if theirs.escrow.id != escrow.id {
        let what = format!(
            "it is the log of escrow {}, and this is {}",
            theirs.escrow.id.short(),
            escrow.id.short()
        );
        return Err(Failure::new(Exit::NotAuthorised, what)
            .at(other.display())
            .next("name another copy of this escrow, or the other escrow with --escrow DIR"));
    }
    if escrow.is_ancestor(&theirs.escrow.head) {
        let text = "nothing to adopt: every entry of it is here";
        return Ok(Answer::done(text, json!({ "adopted": 0 })));
    }
    let records: Vec<LogRecord> = theirs.records().collect();
    let known = records.iter().rposition(|record| escrow.may_part_at(&record.head()));
    let known = known.ok_or_else(|| {
        Failure::new(Exit::Fork, "the two logs have no entry in common")
            .at(other.display())
            .next("run `breakglass verify` on each, and keep both as they are")
    })?;
    let from = records[known].head();
    if from == escrow.head && !escrow.has_gaps() {
        return Err(Failure::new(Exit::Truncated, "this log is no branch: it only lacks the newest entries")
            .at(context.log().display())
            .next(format!(
                "bring it up to date: breakglass --escrow {} copy {}",
                args.other.display(),
                context.escrow.display()
            )));
    }
    let mut entries = Vec::new();
    for (from, bytes) in pieces(&theirs, &records[known..]) {
        let says = repair::Adopt { from, records: BASE64.encode(bytes) };
        let draft = Draft { time: clock::now(), says, signers: signers(&sitting) };
        let appended = ledger.adopt(draft).map_err(|error| refused(&context.log(), &error))?;
        entries.push(appended.head().seq);
    }
    let count = records.len() - known - 1;
    let text = format!(
        "{count} entries after entry {} are adopted, as entry {}\nnow put a copy of this log in the place of the other: breakglass copy",
        from.seq,
        entries.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
    );
    Ok(Answer::done(text, json!({ "adopted": count, "from": from, "entries": entries })))
}

/// The records after the first of `records`, in pieces that fit into one `adopt` each, with what each follows.
fn pieces<'a>(theirs: &'a Reading, records: &[LogRecord]) -> Vec<(Head, &'a [u8])> {
    let mut pieces = Vec::new();
    let mut from = records[0].head();
    for (at, record) in records.iter().enumerate().skip(1) {
        let next = records.get(at + 1);
        if next.is_none_or(|next| (next.end - from.size) as usize > MAX_BRANCH) {
            pieces.push((from, &theirs.bytes[from.size as usize..record.end as usize]));
            from = record.head();
        }
    }
    pieces
}

fn refused(path: &Path, error: &LedgerError) -> Failure {
    match error {
        LedgerError::Refused(found) => Failure::new(
            Exit::from(found.severity()),
            format!("{}: {} {}", found.rule, found.rule.meaning(), found.detail),
        )
        .at(path.display())
        .next("nothing was written; keep both copies, and seal what both have sealed anew"),
        error => failures::ledger(path, error),
    }
}
