//! Approving: a custodian reads a request, and hands their share over to its session — or says no.
//!
//! Only the request file and the approver's own files are needed. The request file carries the log, which is verified
//! from genesis on before anything in it is believed.

use std::collections::BTreeSet;

use crate::audit::books::{lacking, parted};
use crate::ceremony::carried::{CarriedLog, worth_keeping};
use crate::ceremony::denials::{Denied, denied};
use crate::ceremony::seal::{OpenShareError, open_share};
use crate::ceremony::unreleased::{Unreleased, unreleased};
use crate::crypto::digest::Digest;
use crate::crypto::envelope::{self, EnvelopeError, Identity};
use crate::escrow::{Escrow, Generation, KnownLogs, Reading, RequestState};
use crate::record::armour::{self, ArmourError, Label};
use crate::record::book::Book;
use crate::record::book::StatementDraft;
use crate::record::bundle::{self, Bundle, BundleError};
use crate::record::chain::LogRecord;
use crate::record::deviation::Deviation;
use crate::record::finding::{Finding, Rule};
use crate::record::loss::LostRecords;
use crate::record::note::Note;
use crate::record::request::Purpose;
use crate::record::seal::Kind;
use crate::record::statement::{Approval, Denial, HeadFrom, SignedStatement, Statement};
use crate::secret::share::Share;
use crate::value::names::PersonId;
use crate::value::public;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// A request file that was read and verified.
#[derive(Debug)]
pub struct RequestFile {
    log: CarriedLog,
    request: Digest,
    sealed_shares: Vec<String>,
}

/// A request together with the approver's own share: everything a decision rests on.
#[derive(Debug)]
pub struct Review<'a> {
    pub(crate) carried: &'a RequestFile,
    /// The approver.
    pub person: PersonId,
    /// The request.
    pub asked: &'a RequestState,
    /// The generation that is asked for, by the log.
    pub generation: &'a Generation,
    /// The approver's share, opened: vault, account and kind are shown from here.
    pub share: Share,
    /// Approvals of this generation, by any custodian, that were never released as far as log and book know.
    pub unreleased: Vec<Unreleased>,
    /// Denials of the same, as far as log and book know.
    pub denied: Vec<Denied>,
    /// The newest record that the approver's book knows and that is missing from the log.
    pub lacking: Option<u64>,
    /// What is lost of the approver's book, by what the log says that they stated.
    pub lost: Option<LostRecords>,
    /// The deviation, if the log contradicts the approver's book, or lacks what it knows.
    history: Option<Deviation>,
}

/// Why a request is not approved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApproveError {
    /// The file has no request in armour.
    #[error("not a request file: {0}")]
    Armour(#[from] ArmourError),
    /// What is in the armour is not made of records and sealed shares.
    #[error("not a request file: {0}")]
    NotABundle(#[from] BundleError),
    /// The log in it is not sound.
    #[error("the log in the request file is not sound: {} {}", .0.rule, .0.detail)]
    Unsound(Finding),
    /// The log in it does not end with a request.
    #[error("the log in the request file does not end with a request")]
    NoRequest,
    /// The approver does not belong to the escrow, or belongs to it with another card.
    #[error("`{0}` is not enrolled in this escrow with the card that was given")]
    NotEnrolled(PersonId),
    /// The generation has no share of the approver's.
    #[error("`{person}` holds no share of {title}")]
    NoShare {
        /// The approver.
        person: PersonId,
        /// What is asked for.
        title: String,
    },
    /// The approver's sealed share is not in the file.
    #[error("the request file does not have the sealed share of `{0}` that the log names")]
    ShareMissing(PersonId),
    /// The approver's share does not open, or contradicts the log.
    #[error("the share of `{person}` is bad: {error}")]
    BadShare {
        /// The approver.
        person: PersonId,
        /// What is wrong with it.
        error: OpenShareError,
    },
    /// The log contradicts the approver's book.
    #[error(
        "the log in the request file has a different record {seq} from the one that your book knows: there are two histories"
    )]
    OtherHistory {
        /// The record that the book knows.
        seq: u64,
    },
    /// A canary is shown as real, or the reverse.
    #[error("the request's purpose is `{purpose}`, but your share is of a {kind} vault")]
    Purpose {
        /// The purpose of the request.
        purpose: Purpose,
        /// What the share says.
        kind: Kind,
    },
    /// The share cannot be encrypted to the session.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// Puts a request file together: the log up to and including the request, or its excerpt, then the sealed shares.
pub fn request_file<'a>(log: &[u8], sealed_shares: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    public::work(|| armour::wrap(Label::Request, &bundle::compose(log, sealed_shares)))
}

impl RequestFile {
    /// Reads a request file and verifies the log in it, from genesis to the request at its end.
    ///
    /// # Errors
    /// [`ApproveError`].
    pub fn parse(bytes: &[u8]) -> Result<RequestFile, ApproveError> {
        RequestFile::parse_known(bytes, &KnownLogs::default())
    }

    /// The same, if part of the log in it may be known already: that part is not verified again.
    ///
    /// # Errors
    /// [`ApproveError`].
    pub(crate) fn parse_known(bytes: &[u8], known: &KnownLogs) -> Result<RequestFile, ApproveError> {
        let content = armour::unwrap_as(Label::Request, bytes)?;
        let bundle = Bundle::parse(&content)?;
        let log = CarriedLog::read(bundle.records, known).map_err(ApproveError::Unsound)?;
        let escrow = log.escrow();
        let last = escrow.requests.last().filter(|asked| asked.seq == escrow.head.seq);
        let request = last.ok_or(ApproveError::NoRequest)?.record;
        let sealed_shares = bundle.ciphertexts.into_iter().map(str::to_owned).collect();
        Ok(RequestFile { log, request, sealed_shares })
    }

    /// What the file has of the log.
    pub fn log(&self) -> &CarriedLog {
        &self.log
    }

    /// The escrow, as far as the file shows it.
    pub fn escrow(&self) -> &Escrow {
        self.log.escrow()
    }

    /// The request at its end.
    pub fn asked(&self) -> &RequestState {
        self.escrow().request(&self.request).expect("parse found it")
    }

    /// Checks everything that the decision of `person` rests on.
    ///
    /// # Errors
    /// [`ApproveError`].
    pub fn examine(
        &self,
        card: &crate::record::card::VerifiedCard,
        identities: &[Identity],
        book: &Book,
    ) -> Result<Review<'_>, ApproveError> {
        let escrow = self.escrow();
        let person = &card.card().person;
        if escrow.people.get(person).map(|known| known.card.digest()) != Some(card.digest()) {
            return Err(ApproveError::NotEnrolled(person.clone()));
        }
        let asked = self.asked();
        let request = &asked.request;
        let generation = escrow.asked_for(request).ok_or(ApproveError::NoRequest)?;
        let seal = &generation.seal;
        // 1. The approver's own share, as it was sealed.
        let own = seal
            .share_of(person)
            .ok_or_else(|| ApproveError::NoShare { person: person.clone(), title: seal.title() })?;
        let file = self.sealed_shares.iter().find(|file| Digest::of(file.as_bytes()) == own.sealed_share);
        let file = file.ok_or_else(|| ApproveError::ShareMissing(person.clone()))?;
        // 2. What it says: escrow, vault, account, kind, generation, and the commitment.
        let share = open_share(identities, file, &escrow.id, seal, person)
            .map_err(|error| ApproveError::BadShare { person: person.clone(), error })?;
        if (request.purpose == Purpose::Drill) != (share.kind == Kind::Canary) {
            return Err(ApproveError::Purpose { purpose: request.purpose, kind: share.kind });
        }
        // 3. The history that the approver's book knows. A log that is shorter than that may be an honest older
        // request. A log that contradicts it is never honest, but must not stop an emergency either: it is a
        // deviation, which is shown, confirmed and signed.
        let history = match parted(escrow, book) {
            None => None,
            Some(found) if found.rule == Rule::HeadTruncated => Some(Deviation::MissingRecords),
            Some(_) if request.purpose == Purpose::Emergency => Some(Deviation::OtherHistory),
            Some(found) => return Err(ApproveError::OtherHistory { seq: found.seq.unwrap_or_default() }),
        };
        let lacking = lacking(escrow, book);
        let history = history.or(lacking.map(|_| Deviation::MissingRecords));
        let unreleased = unreleased(escrow, book, asked);
        let denied = denied(escrow, book, asked);
        Ok(Review {
            carried: self,
            person: person.clone(),
            asked,
            generation,
            share,
            unreleased,
            denied,
            lacking,
            lost: book.lost(&escrow.names_of_book(person)),
            history,
        })
    }
}

/// An approval that is decided, with the ciphertext it will carry.
#[derive(Debug)]
pub struct DecidedApproval {
    /// What goes into the book, and is then signed.
    pub draft: StatementDraft,
    ciphertext: String,
}

impl Review<'_> {
    /// The deviations that follow from the log and that the requester did not list.
    pub fn undeclared(&self) -> BTreeSet<Deviation> {
        self.asked.undeclared()
    }

    /// The deviations of approving at `now`: each is shown, confirmed, and signed with the approval. Those of the approval
    /// itself are among them whatever the request lists: no list of somebody else's speaks for this person, clock and book.
    pub fn deviations(&self, now: Time) -> Vec<Deviation> {
        let escrow = self.carried.escrow();
        let mut found = self.asked.deviations_of_approval(&self.person, now);
        found.extend((now < escrow.time).then_some(Deviation::ClockBehind));
        found.extend(self.history);
        found.extend(self.lost.map(|_| Deviation::BookLost));
        found.into_iter().collect()
    }

    /// Says yes: encrypts the share, bound to this request, to the request's session. `claimed` are deviations that only
    /// the approver can know.
    ///
    /// # Errors
    /// [`ApproveError::Envelope`].
    pub fn approve(&self, time: Time, claimed: &[Deviation]) -> Result<DecidedApproval, ApproveError> {
        let request = &self.asked.request;
        let text = self.share.approved_text(&self.asked.record);
        let to = std::slice::from_ref(&request.session_recipient);
        let ciphertext = envelope::encrypt_armored(to, text.as_bytes())?;
        let approval = Approval {
            request: self.asked.record,
            vault: request.vault,
            generation: request.generation,
            index: self.share.index().into(),
            ciphertext: Digest::of(ciphertext.as_bytes()),
            compared: Vec::new(),
            deviations: [&self.deviations(time), claimed].concat(),
            environment: None,
        };
        Ok(DecidedApproval { draft: self.draft(time, approval.into()), ciphertext })
    }

    /// Says no.
    pub fn deny(&self, because: FreeText, time: Time) -> StatementDraft {
        self.draft(time, Denial { request: self.asked.record, because }.into())
    }

    fn draft(&self, time: Time, says: Statement) -> StatementDraft {
        let (log, escrow) = (&self.carried.log, self.carried.escrow());
        StatementDraft {
            escrow: escrow.id,
            head: escrow.head,
            head_from: HeadFrom::RequestFile,
            time,
            keeps: worth_keeping(escrow, &[self.generation], |seq, hash| log.record_bytes(seq, hash)),
            named: escrow.names_of_book(&self.person),
            says,
        }
    }
}

impl DecidedApproval {
    /// The approval's file: the statement's record, then the ciphertext.
    pub fn file(&self, statement: &SignedStatement) -> Vec<u8> {
        approval_file(statement, &self.ciphertext)
    }
}

fn approval_file(statement: &SignedStatement, ciphertext: &str) -> Vec<u8> {
    armour::wrap(Label::Approval, &bundle::compose(&LogRecord::bytes_of(&statement.note), [ciphertext]))
}

/// The records worth keeping in a custodian's book, in base64: genesis, and the seals of their shares.
pub fn keepsakes(reading: &Reading, generations: &[&Generation]) -> Vec<String> {
    worth_keeping(&reading.escrow, generations, |seq, hash| reading.record_bytes(seq, hash))
}

/// An approval file, taken apart. Nothing in it is verified yet.
#[derive(Debug)]
pub struct ApprovalFile {
    /// The approval's note.
    pub note: Note,
    /// The share, re-encrypted to the session.
    pub ciphertext: String,
}

impl ApprovalFile {
    /// Finds the parts of an approval file.
    ///
    /// # Errors
    /// [`ApprovalFileError`].
    pub fn parse(bytes: &[u8]) -> Result<ApprovalFile, ApprovalFileError> {
        let content = armour::unwrap_as(Label::Approval, bytes).map_err(|error| match error {
            ArmourError::Other { found: Label::Request, .. } => ApprovalFileError::RequestFile,
            error => error.into(),
        })?;
        ApprovalFile::of(&content)
    }

    /// Takes apart what an approval file has in its armour.
    ///
    /// # Errors
    /// [`ApprovalFileError`].
    pub fn of(content: &[u8]) -> Result<ApprovalFile, ApprovalFileError> {
        let bundle = Bundle::parse(content)?;
        let note = bundle.records.strip_suffix(b"\n").ok_or(ApprovalFileError::NotOneRecord)?;
        let note = Note::parse(note)?;
        let [ciphertext] = bundle.ciphertexts.as_slice() else {
            return Err(ApprovalFileError::NotOneRecord);
        };
        Ok(ApprovalFile { note, ciphertext: (*ciphertext).to_owned() })
    }
}

/// Why a file is not an approval file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalFileError {
    /// The file has no approval in armour.
    #[error("not an approval: {0}")]
    Armour(#[from] ArmourError),
    /// What is in the armour is not made of records and ciphertexts.
    #[error("not an approval: {0}")]
    NotABundle(#[from] BundleError),
    /// The record is not a note.
    #[error("not an approval: {0}")]
    Note(#[from] crate::record::note::NoteError),
    /// It is what `request` wrote, and not the answer to it.
    #[error("not an approval, but the request itself")]
    RequestFile,
    /// It has other parts than one record and one ciphertext.
    #[error("not an approval: one record and one ciphertext are expected")]
    NotOneRecord,
}
