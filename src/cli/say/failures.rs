//! What each error of the library means for the person at the keyboard: exit code, place and remedy.

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
use crate::escrow::Escrow;
use crate::hands::files::is_not_durable;
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
    match error.kind() {
        io::ErrorKind::NotFound
            if path
                .extension()
                .is_some_and(|ending| ["card", "key", "book"].iter().any(|one| ending == *one)) =>
        {
            failure.next("check the path; `--as alice/alice` stands for alice/alice.card, .key and .book")
        }
        io::ErrorKind::NotFound => failure.next("check the path: no file has that name"),
        _ => failure.next("check that it is the file that is meant, and that it can be read"),
    }
}

/// What to do with a medium after a sync failed: nobody knows what it holds, and it is not tried again.
pub(crate) const NOT_AGAIN: &str = "do not use this medium again";

/// An output file cannot be written.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Failure {
    let failure =
        Failure::new(Exit::Machine, format!("the file cannot be written: {error}")).at(path.display());
    if is_not_durable(error) {
        return failure.next(format!("{NOT_AGAIN}: name a place on another one"));
    }
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            failure.next("nothing is overwritten: choose another name, or move that file away")
        }
        _ => failure.next("check that the place is there, can be written to and has room, or name another"),
    }
}

/// There is no log where one should be.
pub(crate) fn no_log(path: &Path, error: &io::Error) -> Failure {
    let failure =
        Failure::new(Exit::Machine, format!("the log cannot be opened: {error}")).at(path.display());
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure.next("name the escrow's directory with --escrow DIR or BREAKGLASS_ESCROW")
        }
        _ => failure.next("check that it is the escrow's own log, a file that you may read and write"),
    }
}

/// A finding stands in the way.
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
        .next("run `breakglass verify`, compare with another copy, and do not build on this one")
}

/// The log cannot be used or added to.
pub(crate) fn ledger(path: &Path, error: &LedgerError) -> Failure {
    match error {
        LedgerError::Unsound(found) => finding(path, found),
        LedgerError::Refused(found) => {
            let what = format!("the entry would break the rule {}: {}", found.rule, found.detail);
            Failure::new(Exit::NotAuthorised, what)
                .at(path.display())
                .next("nothing was written; `breakglass log` shows what is there already")
        }
        LedgerError::TooMuchDamage(_) => Failure::new(Exit::Torn, error)
            .at(path.display())
            .next("in an emergency give --continue-in FILE, on another medium; else work on another copy"),
        LedgerError::TooLarge(_) => Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("shorten the texts that were given, and run it again"),
        LedgerError::Io { error: cause, .. } if is_not_durable(cause) => Failure::new(Exit::Machine, error)
            .at(path.display())
            .next(format!("{NOT_AGAIN}, and do not try once more: it may hold the entry, or may not; copy the escrow to another one and verify the copy")),
        _ => Failure::new(Exit::Machine, error)
            .at(path.display())
            .next("do not use this medium again; copy the escrow to another one and verify the copy"),
    }
}

/// Something does not open.
pub(crate) fn envelope(error: &EnvelopeError) -> Failure {
    let exit = match error {
        EnvelopeError::NoMatchingKey => Exit::Locked,
        EnvelopeError::NotEncrypted | EnvelopeError::NoRecipient => Exit::Machine,
        _ => Exit::BadInput,
    };
    let failure = Failure::new(exit, error);
    match error {
        EnvelopeError::NoMatchingKey => failure.next("name the identity that it was sealed to with -i"),
        _ => failure.next("take the file from another copy, or have it made again"),
    }
}

/// A signing key does not come out of its card.
pub(crate) fn signer(error: &SignerError) -> Failure {
    Failure::new(Exit::Locked, error)
        .next("the identity has to be the one whose recipient is in the card; name it with -i")
}

/// Nothing was sealed.
pub(crate) fn seal(error: &SealError) -> Failure {
    let failure = match error {
        SealError::Payload(_) | SealError::Miscounted { .. } => Failure::new(Exit::BadInput, error),
        SealError::NotReopened { .. } => Failure::new(Exit::BadShare, error),
        _ => Failure::new(Exit::Machine, error),
    };
    failure.next(match error {
        SealError::Payload(_) | SealError::Miscounted { .. } => {
            "nothing was sealed and nothing was left behind: correct it, and run it again"
        }
        SealError::NotReopened { .. } => {
            "nothing was sealed: --reopen-with takes a custodian's own identity; see that it is theirs"
        }
        _ => "nothing was sealed and nothing was left behind: run it again, on another machine if need be",
    })
}

/// A share did not pass its check.
pub(crate) fn check(error: &CheckError) -> Failure {
    match error {
        CheckError::Nothing(_) => Failure::new(Exit::NotAuthorised, error)
            .next("name a vault of yours, or --all; breakglass log --kind seal shows who holds what"),
        CheckError::Bad { error: OpenShareError::Envelope(EnvelopeError::NoMatchingKey), .. } => {
            Failure::new(Exit::Locked, error)
                .next("name the identity that the card's recipient belongs to with -i")
        }
        _ => Failure::new(Exit::BadShare, error)
            .next("tell the administrator: this generation has one good share fewer than it seems"),
    }
}

/// A request cannot be made.
pub(crate) fn request(error: &RequestError) -> Failure {
    let exit = match error {
        RequestError::Purpose { .. } => Exit::NotAuthorised,
        RequestError::NoGeneration { .. } => Exit::BadInput,
        _ => Exit::Usage,
    };
    Failure::new(exit, error).next(match error {
        RequestError::Purpose { .. } => "for a drill name the canary; for a real vault leave --purpose out",
        RequestError::NoGeneration { .. } => "leave --generation out for the newest",
        _ => "shorten the command line by what is not needed",
    })
}

/// A session does not open.
pub(crate) fn session(path: &Path, error: &SessionError) -> Failure {
    let failure = match error {
        SessionError::Envelope(EnvelopeError::NoMatchingKey) => Failure::new(Exit::Locked, error),
        _ => Failure::new(Exit::BadInput, error),
    };
    failure.at(path.display()).next("the session was sealed to the requester; without it, make a new request")
}

/// What the requester does where a share in the request file is none.
const BAD_SHARE: &str =
    "tell the requester: another custodian approves, or the request is made from another copy of the escrow";

/// A request is not approved.
pub(crate) fn approve(path: &Path, error: &ApproveError) -> Failure {
    match error {
        ApproveError::Unsound(found) => finding(path, found),
        ApproveError::NotABundle(_) | ApproveError::NoRequest => Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("give the file that `breakglass request -o` wrote"),
        ApproveError::NotEnrolled(_) => Failure::new(Exit::NotAuthorised, error)
            .at(path.display())
            .next("see that --as and the request are of the same escrow"),
        ApproveError::NoShare { .. } => Failure::new(Exit::NotAuthorised, error)
            .at(path.display())
            .next("there is nothing for you to approve: tell the requester to ask the custodians of it"),
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

/// Somebody who was named is not among those who could be.
pub(crate) fn no_person<'a>(what: &str, id: &PersonId, there: impl Iterator<Item = &'a PersonId>) -> Failure {
    let names: Vec<_> = there.map(PersonId::as_str).collect();
    let names = nearest::nearest_first(id.as_str(), &names).join(", ");
    Failure::new(Exit::BadInput, what).next(format!("name one of these: {names}"))
}

/// A file is no approval.
pub(crate) fn approval_file(path: &Path, error: &ApprovalFileError) -> Failure {
    Failure::new(Exit::BadInput, error)
        .at(path.display())
        .next("give the files that `breakglass approve -o` wrote")
}

/// Approvals that were set aside, on a line each.
pub(crate) fn set_aside(them: &[SetAside]) -> String {
    let whose = |one: &SetAside| one.custodian.as_ref().map_or("somebody".to_owned(), |id| format!("`{id}`"));
    let lines: Vec<_> =
        them.iter().map(|one| format!("set aside: approval of {}: {}", whose(one), one.why)).collect();
    lines.join("\n")
}

/// Nothing is released. `set_aside` says whether bad approvals were among those given.
pub(crate) fn release(error: &ReleaseError, set_aside: &[SetAside]) -> Failure {
    match error {
        ReleaseError::NoRequest(_) => Failure::new(Exit::NotAuthorised, error)
            .next("the request was logged in another copy of the log: use that one"),
        ReleaseError::Ended(_) => Failure::new(Exit::NotAuthorised, error).next("make a new request"),
        ReleaseError::OtherSession => Failure::new(Exit::NotAuthorised, error)
            .next("name the session file that was written with the request: --session FILE"),
        ReleaseError::NotEnough { .. } => {
            let exit = if set_aside.is_empty() { Exit::NotAuthorised } else { Exit::BadShare };
            let failure = Failure::new(exit, error)
                .next("nothing was logged and nothing was shown; bring more approvals");
            match set_aside {
                [] => failure,
                bad => failure.at(self::set_aside(bad)),
            }
        }
        ReleaseError::Quorum(QuorumError::BadShare { .. }) | ReleaseError::Quorum(_) => {
            Failure::new(Exit::BadShare, error)
                .next("bring the approval of another custodian; nothing was shown")
        }
        ReleaseError::OtherPayload => Failure::new(Exit::Tampered, error)
            .next("take the payload's file from another copy of the escrow; its digest is in the seal"),
        ReleaseError::Envelope(_) | ReleaseError::Payload(_) => {
            Failure::new(Exit::Tampered, format!("the payload holds no credentials: {error}"))
                .next("the release is logged; the file is as it was sealed: ask for another generation")
        }
        _ => Failure::new(Exit::Tampered, error).next("run `breakglass verify`, and use another copy"),
    }
}
