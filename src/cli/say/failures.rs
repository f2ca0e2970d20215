//! What each error of the library means for the person at the keyboard: exit code, place and remedy.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::ceremony::approve::{ApprovalFileError, ApproveError};
use crate::ceremony::check::CheckError;
use crate::ceremony::release::{ReleaseError, SetAside};
use crate::ceremony::request::{RequestError, SessionError};
use crate::ceremony::seal::{OpenShareError, SealError};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::nearest;
use crate::crypto::envelope::EnvelopeError;
use crate::crypto::stretch::NoScratch;
use crate::escrow::{Escrow, NotNamed};
use crate::hands::files::{is_not_durable, link_target};
use crate::ledger::error::LedgerError;
use crate::record::finding::Finding;
use crate::secret::quorum::QuorumError;
use crate::secret::signer::SignerError;
use crate::value::names::{PersonId, VaultName};

/// A file that a person named cannot be read.
pub(crate) fn not_read(path: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::FileTooLarge => Exit::BadInput,
        _ => Exit::Machine,
    };
    let failure = Failure::new(exit, format!("the file cannot be read: {error}")).at(path.display());
    if let Some(target) = link_target(error) {
        return failure.next(format!("put the file itself in its place, or name it: {}", target.display()));
    }
    match error.kind() {
        io::ErrorKind::NotFound
            if path
                .extension()
                .is_some_and(|ending| ["card", "key", "book"].iter().any(|one| ending == *one)) =>
        {
            failure.next("check the path; `--as alice/alice` stands for alice/alice.card, .key and .book")
        }
        io::ErrorKind::NotFound => failure.next("check the path: no file has that name"),
        _ => failure.next("check that it is the right file, and that you may read it"),
    }
}

/// What to do with a medium after a sync failed: nobody knows what it holds, so nothing is tried on it again.
pub(crate) const NOT_AGAIN: &str = "do not use this drive again";

/// An output file cannot be written.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Failure {
    let failure =
        Failure::new(Exit::Machine, format!("the file cannot be written: {error}")).at(path.display());
    if is_not_durable(error) {
        return failure.next(format!("{NOT_AGAIN}; name a file on another drive"));
    }
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            failure.next("nothing is overwritten: choose another name, or move that file away")
        }
        _ => failure.next("check that its directory exists, that you may write to it and that the drive is not full; or name another"),
    }
}

/// There is no memory to compute words with.
pub(crate) fn no_scratch(error: &NoScratch) -> Failure {
    Failure::new(Exit::Machine, error)
        .next("close other programs, or raise the limit (`ulimit -v unlimited`), and try again")
}
/// What to do about a lock that another program does not give up.
pub(crate) const LOCKED: &str = "end the other program, if it hangs; or run the same command again, with --wait SECONDS \
    to wait longer";

/// There is no log where one should be.
pub(crate) fn no_log(path: &Path, error: &io::Error) -> Failure {
    let failure =
        Failure::new(Exit::Machine, format!("the log cannot be opened: {error}")).at(path.display());
    if let Some(target) = link_target(error) {
        return failure.next(format!("name the file itself: --log {}", target.display()));
    }
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure.next("name the escrow's directory with --escrow DIR or BREAKGLASS_ESCROW")
        }
        io::ErrorKind::TimedOut => failure.next(LOCKED),
        _ => failure.next("check that it is the escrow's own log, and that you may read and write it"),
    }
}

/// A finding about the log forbids going on.
pub(crate) fn finding(path: &Path, finding: &Finding) -> Failure {
    let mut place = path.display().to_string();
    if let Some(seq) = finding.seq {
        place.push_str(&format!(", record {seq}"));
    }
    if let Some(offset) = finding.offset {
        place.push_str(&format!(", byte {offset}"));
    }
    let what = format!("{}: {} {}", finding.rule, finding.rule.meaning(), finding.detail);
    Failure::new(Exit::from(finding.severity()), what)
        .at(place)
        .next("run `breakglass verify`, compare this log with another copy, and add nothing to this one")
}

/// The log cannot be used, or cannot be appended to.
pub(crate) fn ledger(path: &Path, error: &LedgerError) -> Failure {
    match error {
        LedgerError::Unsound(found) => finding(path, found),
        LedgerError::Refused(found) => {
            let what = format!("the record would break the rule {}: {}", found.rule, found.detail);
            Failure::new(Exit::NotAuthorised, what)
                .at(path.display())
                .next("nothing was written; `breakglass log` shows the records that are there already")
        }
        LedgerError::TooMuchDamage(_) => Failure::new(Exit::Torn, error)
            .at(path.display())
            .next("in an emergency give --continue-in FILE, on another drive; otherwise use another copy"),
        LedgerError::TooLarge { .. } => Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("shorten the texts that you gave, and run it again"),
        LedgerError::Io { error: cause, .. } if is_not_durable(cause) => Failure::new(Exit::Machine, error)
            .at(path.display())
            .next(format!("{NOT_AGAIN}, and do not retry: the record may or may not have been written; copy the escrow to another drive and run `breakglass verify` there")),
        _ => Failure::new(Exit::Machine, error)
            .at(path.display())
            .next("do not use this drive again; copy the escrow to another drive and run `breakglass verify` there"),
    }
}

/// A file does not open with the identities that were given.
pub(crate) fn envelope(error: &EnvelopeError) -> Failure {
    let exit = match error {
        EnvelopeError::NoMatchingKey => Exit::Locked,
        EnvelopeError::NotEncrypted | EnvelopeError::NoRecipient => Exit::Machine,
        _ => Exit::BadInput,
    };
    let failure = Failure::new(exit, error);
    match error {
        EnvelopeError::NoMatchingKey => failure.next("name with -i the identity that it was sealed to"),
        _ => failure.next("take the file from another copy, or ask for a new one"),
    }
}

/// A signing key cannot be unlocked from its card.
pub(crate) fn signer(error: &SignerError) -> Failure {
    Failure::new(Exit::Locked, error).next("name with -i the identity whose recipient is in the card")
}

/// Nothing was sealed.
pub(crate) fn seal(error: &SealError) -> Failure {
    let failure = match error {
        SealError::Payload(_) | SealError::Miscounted { .. } | SealError::NotACanary => {
            Failure::new(Exit::BadInput, error)
        }
        SealError::NotReopened { .. } => Failure::new(Exit::BadShare, error),
        _ => Failure::new(Exit::Machine, error),
    };
    failure.next(match error {
        SealError::Payload(_) | SealError::Miscounted { .. } | SealError::NotACanary => {
            "nothing was sealed and no file was left behind: correct it, and run it again"
        }
        SealError::NotReopened { .. } => {
            "nothing was sealed: --reopen-with takes a custodian's own identity; check that it is theirs"
        }
        _ => "nothing was sealed and no file was left behind: run it again; if it keeps failing, use another machine",
    })
}

/// A share did not pass its check.
pub(crate) fn check(error: &CheckError) -> Failure {
    match error {
        CheckError::Nothing(_) => Failure::new(Exit::NotAuthorised, error)
            .next("name a vault of which you hold a share, or give --all; `breakglass log --kind seal` shows who holds shares"),
        CheckError::Bad { error: OpenShareError::Envelope(EnvelopeError::NoMatchingKey), .. } => {
            Failure::new(Exit::Locked, error)
                .next("name with -i the identity whose recipient is in the card")
        }
        _ => Failure::new(Exit::BadShare, error)
            .next("tell the administrator: this generation has one good share fewer than its seal says"),
    }
}

/// A request cannot be made.
pub(crate) fn request(error: &RequestError) -> Failure {
    let exit = match error {
        RequestError::Purpose { .. } => Exit::NotAuthorised,
        RequestError::Generation { .. } => Exit::BadInput,
        _ => Exit::Usage,
    };
    if let RequestError::Generation { vault, error, .. } = error {
        return not_named(vault, error);
    }
    Failure::new(exit, error).next(match error {
        RequestError::Purpose { .. } => "for a drill name the canary; for a real vault leave out --purpose",
        _ => "leave out of the command line what is not needed",
    })
}

/// A session does not open.
pub(crate) fn session(path: &Path, error: &SessionError) -> Failure {
    let failure = match error {
        SessionError::Envelope(EnvelopeError::NoMatchingKey) => Failure::new(Exit::Locked, error),
        _ => Failure::new(Exit::BadInput, error),
    };
    failure
        .at(path.display())
        .next(format!("the session opens with the requester's identity; if that is lost, {LOST_SESSION}"))
}

/// What to do without a session: nothing that was approved for it can be opened.
const LOST_SESSION: &str = "make a new request, and have it approved again; to end this one, give the same command \
    with --withdraw, which needs no session file";

/// The session file cannot be read.
pub(crate) fn no_session(path: &Path, error: &io::Error) -> Failure {
    let failure = not_read(path, error);
    if error.kind() != io::ErrorKind::NotFound {
        return failure;
    }
    failure.next(format!("name the session with --session FILE; if it is lost, {LOST_SESSION}"))
}

/// What to do if a share in the request file is bad or missing.
const BAD_SHARE: &str = "tell the requester: another custodian has to approve, or the request has to be made again from another copy of the escrow";

/// A request is not approved.
pub(crate) fn approve(path: &Path, error: &ApproveError) -> Failure {
    match error {
        ApproveError::Unsound(found) => finding(path, found),
        ApproveError::Armour(_) | ApproveError::NotABundle(_) | ApproveError::NoRequest => {
            Failure::new(Exit::BadInput, error)
                .at(path.display())
                .next("give the file that `breakglass request -o` wrote")
        }
        ApproveError::NotEnrolled(_) => Failure::new(Exit::NotAuthorised, error)
            .at(path.display())
            .next("check that --as and the request file belong to the same escrow"),
        ApproveError::NoShare { .. } => Failure::new(Exit::NotAuthorised, error).at(path.display()).next(
            "there is nothing for you to approve: tell the requester to ask the custodians of this vault",
        ),
        ApproveError::Purpose { .. } => Failure::new(Exit::NotAuthorised, error)
            .at(path.display())
            .next("do not approve; speak with the requester, who has to make a new request"),
        ApproveError::ShareMissing(_) => {
            Failure::new(Exit::BadShare, error).at(path.display()).next(BAD_SHARE)
        }
        ApproveError::BadShare { error: OpenShareError::Envelope(EnvelopeError::NoMatchingKey), .. } => {
            Failure::new(Exit::Locked, error).at(path.display()).next("name the identity with -i")
        }
        ApproveError::BadShare { .. } => {
            Failure::new(Exit::BadShare, error).at(path.display()).next(BAD_SHARE)
        }
        ApproveError::OtherHistory { .. } => Failure::new(Exit::Fork, error)
            .at(path.display())
            .next("do not approve; speak with the requester, and compare both copies of the log"),
        ApproveError::Envelope(_) => Failure::new(Exit::Machine, error).next("run the same command again"),
    }
}

/// There is no vault of that name.
pub(crate) fn no_vault(escrow: &Escrow, name: &VaultName) -> Failure {
    let names: Vec<_> = escrow.vaults.iter().map(|vault| vault.name.as_str()).collect();
    let failure = Failure::new(Exit::BadInput, format!("there is no vault `{name}`"));
    match nearest::nearest_first(name.as_str(), &names)[..] {
        [] => failure.next("seal one first: breakglass seal"),
        ref names => failure.next(format!("the vaults are: {}", names.join(", "))),
    }
}

/// The name of a vault or a generation means none, or more than one.
pub(crate) fn not_named(vault: impl Display, error: &NotNamed) -> Failure {
    let what = match error {
        NotNamed::NoVault => format!("there is no vault `{vault}`"),
        NotNamed::NoGeneration { asked, newest } => {
            format!("`{vault}` has no generation {asked}; the newest is {newest}")
        }
        NotNamed::Several(_) => {
            format!("two copies of the escrow sealed `{vault}` apart, and both seals are here")
        }
    };
    let failure = Failure::new(Exit::BadInput, what).at("--generation");
    match error {
        NotNamed::NoVault => failure.next("`breakglass status` lists the vaults"),
        NotNamed::NoGeneration { newest, .. } => failure.next(format!("give a number up to {newest}")),
        NotNamed::Several(all) => {
            failure.next(format!("give one of these: --generation {}", all.join(", --generation ")))
        }
    }
}

/// The person who was named is not one of those who could be.
pub(crate) fn no_person<'a>(what: &str, id: &PersonId, there: impl Iterator<Item = &'a PersonId>) -> Failure {
    let names: Vec<_> = there.map(PersonId::as_str).collect();
    let names = nearest::nearest_first(id.as_str(), &names).join(", ");
    Failure::new(Exit::BadInput, what).next(format!("name one of these: {names}"))
}

/// A file is not an approval.
pub(crate) fn approval_file(path: &Path, error: &ApprovalFileError) -> Failure {
    Failure::new(Exit::BadInput, error)
        .at(path.display())
        .next("give the files that `breakglass approve -o` wrote")
}

/// Approvals that were set aside, on a line each.
pub(crate) fn set_aside(approvals: &[SetAside]) -> String {
    let person = |one: &SetAside| {
        one.custodian.as_ref().map_or("an unknown person".to_owned(), |id| format!("`{id}`"))
    };
    let lines: Vec<_> =
        approvals.iter().map(|one| format!("set aside: approval by {}: {}", person(one), one.why)).collect();
    lines.join("\n")
}

/// Nothing is released. `set_aside` says whether bad approvals were among those given.
pub(crate) fn release(error: &ReleaseError, set_aside: &[SetAside]) -> Failure {
    match error {
        ReleaseError::NoRequest(_) => Failure::new(Exit::NotAuthorised, error)
            .next("the request was logged in another copy of the escrow: use that one"),
        ReleaseError::Ended(_) => Failure::new(Exit::NotAuthorised, error).next("make a new request"),
        ReleaseError::OtherSession => Failure::new(Exit::NotAuthorised, error)
            .next("name the session file that was written with the request: --session FILE"),
        ReleaseError::NotEnough { .. } => {
            let exit = if set_aside.is_empty() { Exit::NotAuthorised } else { Exit::BadShare };
            let failure = Failure::new(exit, error)
                .next("nothing was logged and nothing was shown; collect more approvals");
            match set_aside {
                [] => failure,
                bad => failure.at(self::set_aside(bad)),
            }
        }
        ReleaseError::Quorum(QuorumError::BadShare { .. }) | ReleaseError::Quorum(_) => {
            Failure::new(Exit::BadShare, error)
                .next("nothing was shown; collect the approval of another custodian")
        }
        ReleaseError::OtherPayload => Failure::new(Exit::Tampered, error)
            .next("take the payload's file from another copy of the escrow: its digest has to be the one in the seal"),
        ReleaseError::Envelope(_) | ReleaseError::Payload(_) => {
            Failure::new(Exit::Tampered, format!("the payload cannot be read: {error}"))
                .next("the release is logged, and the file is unchanged since it was sealed: request another generation")
        }
        _ => Failure::new(Exit::Tampered, error).next("run `breakglass verify`, and use another copy of the escrow"),
    }
}
