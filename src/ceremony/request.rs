//! Requesting: a person asks for a vault, with a session of fresh keys that only they hold.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use rand::CryptoRng;
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::crypto::envelope::{self, EnvelopeError, Identity};
use crate::crypto::recipient::Recipient;
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, GenerationName, NotNamed, Vault, of_request};
use crate::record::deviation::Deviation;
use crate::record::environment::Environment;
use crate::record::request::{MAX_ITEMS, Purpose, Reason, Request};
use crate::record::seal::Kind;
use crate::value::names::{FieldName, PersonId};
use crate::value::text::FreeText;
use crate::value::time::{Seconds, Time};

/// The first line of a session file.
const TYPE: &str = "breakglass/v1/session";

/// The most bytes of a session file in plain.
const MAX_SESSION: usize = 1024;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RequestPlan {
    /// The purpose.
    pub purpose: Purpose,
    /// The reason.
    pub reason: Reason,
    /// The ticket.
    pub ticket: FreeText,
    /// Why, in words.
    pub justification: FreeText,
    /// What is going to be done.
    pub actions: Vec<FreeText>,
    /// The fields to be shown.
    pub fields: Vec<FieldName>,
    /// The most TOTP codes to be shown.
    pub totp_codes: u32,
    /// The window's first moment.
    pub not_before: Time,
    /// How long the window is.
    pub expires: Seconds,
    /// The generation, if not the current one.
    pub generation: Option<GenerationName>,
    /// The deviations that do not follow from the log: those of the clock and the book, and of how the log was opened.
    pub known: Vec<Deviation>,
    /// Where it is made.
    pub environment: Environment,
}

/// The keys of one request.
pub struct Session {
    identity: Identity,
    key: SigningKey,
}

/// Why a request cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// There is no such generation, or more than one.
    #[error("`{vault}`, generation {name}: {error}")]
    Generation {
        /// The vault.
        vault: String,
        /// The generation asked for.
        name: GenerationName,
        /// Why it is not one.
        error: NotNamed,
    },
    /// A drill is for canaries, and a canary for drills.
    #[error(
        "`{vault}` is a {kind} vault, and the purpose is `{purpose}`: a drill is made on a canary, and only there"
    )]
    Purpose {
        /// The vault.
        vault: String,
        /// Its kind.
        kind: Kind,
        /// The purpose given.
        purpose: Purpose,
    },
    /// Too many actions or fields.
    #[error("a request takes at most {MAX_ITEMS} actions and {MAX_ITEMS} fields")]
    TooMany,
    /// A field is named twice, or no field is named.
    #[error("name each field once, and at least one")]
    Fields,
}

impl Session {
    /// Fresh keys.
    pub fn generate(rng: &mut impl CryptoRng) -> Session {
        Session { identity: Identity::generate(), key: SigningKey::generate(rng) }
    }

    /// The key that opens what approvers hand over.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key that signs release and end.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Whether these are the keys that the request names.
    pub fn belongs_to(&self, request: &Request) -> bool {
        self.identity.to_recipient() == request.session_recipient
            && self.key.verifying_key() == request.session_key
    }

    /// Seals the session to the requester's own recipients: an armoured age file.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn seal(&self, recipients: &[Recipient]) -> Result<String, EnvelopeError> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_SESSION));
        let mut seed = Zeroizing::new(String::with_capacity(64));
        HEXLOWER.encode_append(self.key.seed().as_ref(), &mut seed);
        let identity = self.identity.expose_text();
        // Writing to a String does not fail.
        let _ = write!(text, "{TYPE}\nidentity {}\nseed {}\n", identity.expose_secret(), seed.as_str());
        envelope::encrypt_armored(recipients, text.as_bytes())
    }

    /// Opens a session file.
    ///
    /// # Errors
    /// [`SessionError`].
    pub fn open(identities: &[Identity], file: &[u8]) -> Result<Session, SessionError> {
        let plain = envelope::decrypt(identities, file, MAX_SESSION)?;
        Session::parse(&plain).ok_or(SessionError::Malformed)
    }

    fn parse(plain: &[u8]) -> Option<Session> {
        let text = std::str::from_utf8(plain).ok()?;
        let rest = text.strip_prefix(TYPE)?.strip_prefix("\nidentity ")?;
        let (identity, rest) = rest.split_once('\n')?;
        let hex = rest.strip_prefix("seed ")?.strip_suffix('\n')?;
        let mut seed = Zeroizing::new([0; 32]);
        if hex.len() != 64 {
            return None;
        }
        HEXLOWER.decode_mut(hex.as_bytes(), seed.as_mut()).ok()?;
        Some(Session { identity: Identity::from_text(identity).ok()?, key: SigningKey::from_seed(&seed) })
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Session(…)")
    }
}

/// Why a session file does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// It cannot be decrypted.
    #[error("the session file does not open: {0}")]
    Envelope(#[from] EnvelopeError),
    /// It holds something else.
    #[error("the session file does not hold a session")]
    Malformed,
}

/// Makes the request for a generation of `vault`, to be logged at the beginning of its window. It lists the deviations
/// that are known already, and those that follow from the log.
///
/// # Errors
/// [`RequestError`].
pub fn request(
    escrow: &Escrow,
    vault: &Vault,
    question: RequestPlan,
    requester: PersonId,
    session: &Session,
) -> Result<Request, RequestError> {
    if (question.purpose == Purpose::Drill) != (vault.kind == Kind::Canary) {
        let (kind, purpose) = (vault.kind, question.purpose);
        return Err(RequestError::Purpose { vault: vault.name.to_string(), kind, purpose });
    }
    if question.actions.len() > MAX_ITEMS || question.fields.len() > MAX_ITEMS {
        return Err(RequestError::TooMany);
    }
    let repeated =
        question.fields.iter().enumerate().any(|(at, field)| question.fields[..at].contains(field));
    if question.fields.is_empty() || repeated {
        return Err(RequestError::Fields);
    }
    let generation = match question.generation {
        None => vault.first_to_try(),
        Some(name) => vault.named(&name).map_err(|error| RequestError::Generation {
            vault: vault.name.to_string(),
            name,
            error,
        })?,
    };
    let mut known: BTreeSet<Deviation> = question.known.iter().copied().collect();
    known.extend((question.not_before < escrow.time).then_some(Deviation::ClockBehind));
    let made = question.not_before;
    let mut request = Request {
        vault: vault.id,
        name: vault.name.clone(),
        generation: generation.seal.generation,
        seal: generation.record,
        purpose: question.purpose,
        reason: question.reason,
        ticket: question.ticket,
        justification: question.justification,
        actions: question.actions,
        fields: question.fields,
        totp_codes: question.totp_codes,
        requester,
        session_recipient: session.identity.to_recipient(),
        session_key: session.key.verifying_key(),
        not_before: question.not_before,
        not_after: question.not_before.after(question.expires),
        renews: Vec::new(),
        deviations: Vec::new(),
        environment: question.environment,
    };
    // Each once, in the order of the specification. None of them refuses the request.
    known.extend(of_request(escrow, &request, made).derived);
    request.deviations = known.into_iter().collect();
    Ok(request)
}
