//! Releasing: approvals become the vault key, the key becomes a log record, and only the record as it lies
//! on the medium opens the payload.
//!
//! An unlogged reveal does not compile. [`Gathered::reconstruct`] gives an [`Authorized`], whose vault key
//! is private; the one way on is [`Authorized::reveal`], which takes an [`Appended`], and only
//! [`Ledger::append`](crate::ledger::log::Ledger::append) makes those:
//!
//! ```compile_fail,E0061
//! fn show(authorized: breakglass::ceremony::release::Authorized, payload: &[u8]) {
//!     let fields = authorized.reveal(payload);
//! }
//! ```
//!
//! ```compile_fail,E0451
//! fn forge(record: breakglass::crypto::digest::Digest, head: breakglass::record::head::Head) {
//!     let appended = breakglass::ledger::log::Appended { record, head, release_of: None };
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn steal(authorized: breakglass::ceremony::release::Authorized) {
//!     let key = authorized.vault_key;
//! }
//! ```
//!
//! With the proof it does:
//!
//! ```
//! use breakglass::ceremony::release::Authorized;
//! use breakglass::ledger::log::Appended;
//!
//! fn show(authorized: Authorized, appended: &Appended, payload: &[u8]) {
//!     let fields = authorized.reveal(appended, payload);
//! }
//! ```

use std::collections::BTreeSet;

use data_encoding::BASE64;

use crate::ceremony::approve::ApprovalFile;
use crate::ceremony::request::Session;
use crate::crypto::digest::Digest;
use crate::crypto::envelope::{self, EnvelopeError, vault_identity};
use crate::crypto::shamir::Secret;
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, Generation, RequestState, VerifiedStatement, of_release};
use crate::ledger::draft::Draft;
use crate::ledger::log::Appended;
use crate::record::approvers::{Approvers, Refusal};
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;
use crate::record::finding::Broken;
use crate::record::request::Release;
use crate::record::seal::{AccountId, Kind};
use crate::record::statement::Statement;
use crate::secret::canary::is_canary_payload;
use crate::secret::payload::{Fields, MAX_SIZE, PayloadError};
use crate::secret::quorum::{QuorumError, UntrustedQuorum};
use crate::secret::share::{MAX_SHARE, Share, ShareError};
use crate::value::names::{KeyName, PersonId, VaultName};
use crate::value::time::Time;

/// An approval that was set aside, and why.
#[derive(Debug)]
pub struct SetAside {
    /// Who the approval says it is by.
    pub custodian: Option<PersonId>,
    /// What is wrong with it.
    pub why: BadApproval,
}

/// What is wrong with an approval.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadApproval {
    /// The note does not hold in this log: form, person, signature, escrow or head.
    #[error("{}: {}", .0.rule, .0.detail)]
    Statement(Broken),
    /// It is not one more approval of this request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ciphertext is not the one that was approved.
    #[error("the ciphertext is not the one that its approval names")]
    OtherCiphertext,
    /// The ciphertext does not open with the session's key.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What it holds is not the share that was sealed.
    #[error(transparent)]
    Share(#[from] ShareError),
}

/// Why nothing is released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The log has no such request.
    #[error("there is no request {} in the log", .0.short())]
    NoRequest(Digest),
    /// The request ended; a new one is needed.
    #[error("the request ended in record {0}; it cannot be released again")]
    Ended(u64),
    /// The session is another request's.
    #[error("the session file belongs to another request")]
    OtherSession,
    /// Fewer good approvals than the threshold.
    #[error("not enough: {tally}")]
    NotEnough {
        /// How many of how many.
        tally: String,
    },
    /// The shares do not give the vault key.
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    /// The payload is not the one that was sealed.
    #[error("the payload is not the file that was sealed")]
    OtherPayload,
    /// The payload does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What the payload's file holds is not a payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// It is a drill, and what was sealed is not what a canary holds. Nothing of it is given out.
    #[error("what was sealed is not what a canary holds")]
    NotCanary,
    /// The record that was appended is not this release.
    #[error("the record that was appended is not this release")]
    OtherRecord,
}

/// The approvals of one request: the good ones, opened, and those set aside.
#[derive(Debug)]
pub struct Gathered<'a> {
    asked: &'a RequestState,
    generation: &'a Generation,
    escrow: &'a Escrow,
    session: &'a Session,
    good: Vec<(VerifiedStatement, Share)>,
    approvers: BTreeSet<PersonId>,
    /// Those that are bad, with the reason.
    pub set_aside: Vec<SetAside>,
    tally: String,
    enough: bool,
}

/// Verifies each approval — signature, member of this seal's list, this request, ciphertext digest, index,
/// commitment, in this order — and sets the bad ones aside by name.
///
/// # Errors
/// [`ReleaseError`], if the request itself cannot be released.
pub fn gather<'a>(
    escrow: &'a Escrow,
    request: &Digest,
    session: &'a Session,
    files: Vec<ApprovalFile>,
) -> Result<Gathered<'a>, ReleaseError> {
    let (asked, generation) = open_request(escrow, request)?;
    if !session.belongs_to(&asked.request) {
        return Err(ReleaseError::OtherSession);
    }
    let mut approvers = Approvers::of(&asked.record, &generation.seal);
    let (mut good, mut set_aside) = (Vec::new(), Vec::new());
    for file in files {
        let custodian = file.note.signers().next().and_then(KeyName::person).cloned();
        match open_approval(escrow, asked, generation, session, &file) {
            Ok((signed, share)) => match approvers.count(&signed) {
                Ok(()) => good.push((signed, share)),
                Err(refusal) => set_aside.push(SetAside { custodian, why: refusal.into() }),
            },
            Err(why) => set_aside.push(SetAside { custodian, why }),
        }
    }
    let (enough, tally) = (approvers.are_enough(), approvers.tally());
    let approvers = approvers.into_people();
    Ok(Gathered { asked, generation, escrow, session, good, approvers, set_aside, tally, enough })
}

/// The approvals among `files` that hold as statements, each a whole note in base64: for an `end` by somebody who has no
/// session to open what they carry.
///
/// # Errors
/// [`ReleaseError::NoRequest`] and [`ReleaseError::Ended`].
pub(crate) fn received(
    escrow: &Escrow,
    request: &Digest,
    files: Vec<ApprovalFile>,
) -> Result<Vec<String>, ReleaseError> {
    let (asked, generation) = open_request(escrow, request)?;
    let mut approvers = Approvers::of(&asked.record, &generation.seal);
    let verified = files.into_iter().filter_map(|file| escrow.verify_statement(file.note).ok());
    let good = verified.filter(|signed| approvers.count(signed).is_ok());
    Ok(good.map(|signed| BASE64.encode(signed.note.as_bytes())).collect())
}

/// A request that has not ended, and what it asks for.
fn open_request<'a>(
    escrow: &'a Escrow,
    request: &Digest,
) -> Result<(&'a RequestState, &'a Generation), ReleaseError> {
    let asked = escrow.request(request).ok_or(ReleaseError::NoRequest(*request))?;
    if let Some(ended) = &asked.end {
        return Err(ReleaseError::Ended(ended.seq));
    }
    let generation = escrow.asked_for(&asked.request);
    Ok((asked, generation.ok_or(ReleaseError::NoRequest(*request))?))
}

fn open_approval(
    escrow: &Escrow,
    asked: &RequestState,
    generation: &Generation,
    session: &Session,
    file: &ApprovalFile,
) -> Result<(VerifiedStatement, Share), BadApproval> {
    // 1. The signature, by a person of this escrow, on this history.
    let signed = escrow.verify_statement(file.note.clone()).map_err(BadApproval::Statement)?;
    // 2. An approval of this request by a custodian on this seal's list, before its ciphertext is touched.
    Approvers::of(&asked.record, &generation.seal).count(&signed)?;
    let Statement::Approval(approval) = &signed.statement.says else {
        return Err(Refusal::NotAnApproval(signed.person.clone()).into());
    };
    // 3. The ciphertext that was approved.
    if Digest::of(file.ciphertext.as_bytes()) != approval.ciphertext {
        return Err(BadApproval::OtherCiphertext);
    }
    // 4. What it holds: the approver's own share, with the seal's commitment, for this request.
    let identity = std::slice::from_ref(session.identity());
    let plain = envelope::decrypt(identity, file.ciphertext.as_bytes(), MAX_SHARE)?;
    let text = std::str::from_utf8(&plain).map_err(|_| ShareError::Malformed(1))?;
    let share = Share::parse_approved(text, &asked.record)?;
    share.check(&escrow.id, &generation.seal, &signed.person)?;
    Ok((signed, share))
}

/// A release that is ready to be logged. It holds the vault key, and never gives it out.
pub struct Authorized {
    vault_key: Secret,
    release_key: SigningKey,
    key_name: KeyName,
    says: Release,
    payload: Digest,
    /// The canary's name, if that is what is released: it may hold one thing only.
    canary: Option<VaultName>,
    /// The approvals that it rests on.
    pub verified: Vec<VerifiedStatement>,
    /// Whose they are.
    pub approvers: BTreeSet<PersonId>,
}

impl std::fmt::Debug for Authorized {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Authorized(attempt {}, …)", self.says.attempt)
    }
}

impl Gathered<'_> {
    /// The custodians whose approvals are good.
    pub fn approvers(&self) -> &BTreeSet<PersonId> {
        &self.approvers
    }

    /// The account that the vault is of, as it was sealed.
    pub fn account(&self) -> &AccountId {
        &self.generation.seal.account
    }

    /// Whose shares or approvals were bad, each once. Only people who signed what was set aside are named: a name that
    /// its owner did not sign is no evidence against them.
    pub fn bad_shares(&self) -> Vec<PersonId> {
        let signed = self.set_aside.iter().filter(|one| !matches!(one.why, BadApproval::Statement(..)));
        signed.filter_map(|one| one.custodian.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The approvals that are good, each a whole note in base64: for an `end` without a release.
    pub fn approvals(&self) -> Vec<String> {
        self.good.iter().map(|(signed, _)| BASE64.encode(signed.note.as_bytes())).collect()
    }

    /// Whether there are enough.
    ///
    /// # Errors
    /// [`ReleaseError::NotEnough`] with the tally.
    pub fn enough(&self) -> Result<(), ReleaseError> {
        if self.enough { Ok(()) } else { Err(ReleaseError::NotEnough { tally: self.tally.clone() }) }
    }

    /// The deviations of releasing at `now`, on the machine that `environment` describes, that are not in the request.
    pub fn deviations(&self, environment: &Environment, now: Time) -> Vec<Deviation> {
        let mut found = of_release(self.escrow, self.asked, &self.approvers, environment, now);
        let is_behind = now < self.escrow.time;
        let is_listed = self.asked.request.deviations.contains(&Deviation::ClockBehind);
        found.extend((is_behind && !is_listed).then_some(Deviation::ClockBehind));
        found.into_iter().collect()
    }

    /// Combines the shares, checks the vault key against the seal, and makes the release ready to be logged.
    /// `payload` is the payload's file, which must be the one that was sealed.
    ///
    /// # Errors
    /// [`ReleaseError`].
    pub fn reconstruct(
        self,
        payload: &[u8],
        deviations: Vec<Deviation>,
        environment: Environment,
    ) -> Result<Authorized, ReleaseError> {
        let seal = &self.generation.seal;
        if Digest::of(payload) != seal.payload {
            return Err(ReleaseError::OtherPayload);
        }
        self.enough()?;
        let approvals = self.approvals();
        let mut quorum = UntrustedQuorum::default();
        let mut verified = Vec::with_capacity(self.good.len());
        for (signed, share) in self.good {
            quorum.add(signed.person.clone(), share);
            verified.push(signed);
        }
        let reconstructed = quorum.check(&self.escrow.id, seal)?.combine()?;
        debug_assert!(self.session.belongs_to(&self.asked.request));
        Ok(Authorized {
            vault_key: reconstructed.vault_key,
            release_key: reconstructed.release_key,
            key_name: KeyName::release(&seal.vault, seal.generation),
            says: Release {
                request: self.asked.record,
                attempt: self.asked.releases.len() as u32 + 1,
                approvals,
                deviations,
                environment,
            },
            payload: seal.payload,
            canary: (seal.kind == Kind::Canary).then(|| seal.name.clone()),
            verified,
            approvers: self.approvers,
        })
    }
}

impl Authorized {
    /// The record to append: signed by the release key and by the session's key.
    pub fn draft<'a>(&'a self, session: &'a Session, time: Time) -> Draft<'a, Release> {
        let signers = vec![(self.key_name.clone(), &self.release_key), (KeyName::Session, session.key())];
        Draft { time, says: self.says.clone(), signers }
    }

    /// Opens the payload, now that the release is in the log. Of a canary it is given out only if it is what a canary
    /// holds: whoever takes part in a drill must not be shown what somebody sealed as a canary.
    ///
    /// # Errors
    /// [`ReleaseError::OtherRecord`] if `appended` is another record; [`ReleaseError::NotCanary`]; otherwise what is
    /// wrong with the payload.
    pub fn reveal(self, appended: &Appended, payload: &[u8]) -> Result<Fields, ReleaseError> {
        if appended.release_of() != Some((self.says.request, self.says.attempt)) {
            return Err(ReleaseError::OtherRecord);
        }
        if Digest::of(payload) != self.payload {
            return Err(ReleaseError::OtherPayload);
        }
        let opened = envelope::decrypt(&[vault_identity(&self.vault_key)], payload, MAX_SIZE);
        if let Some(name) = &self.canary
            && !opened.as_ref().is_ok_and(|plain| is_canary_payload(name, plain))
        {
            return Err(ReleaseError::NotCanary);
        }
        Ok(Fields::decode(&opened?)?)
    }
}
