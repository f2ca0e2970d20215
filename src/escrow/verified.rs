//! Verifies statements with the keys that the log introduced, wherever the statements were made.

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::escrow::state::Escrow;
use crate::record::chain::unreadable;
use crate::record::finding::{Broken, Rule};
use crate::record::note::Note;
use crate::record::statement::{SignedStatement, StatementError};

/// A statement whose signature was verified, by a key of its maker's. Only [`Escrow::verify_statement`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedStatement {
    signed: SignedStatement,
    key: VerifyingKey,
}

impl VerifiedStatement {
    /// The statement alone.
    pub(crate) fn into_signed(self) -> SignedStatement {
        self.signed
    }

    /// The digest of the whole note and of the key: that one key verifies it says nothing about another.
    fn digest(&self) -> Digest {
        Digest::of_parts(&[self.signed.note.digest().as_bytes(), self.key.as_bytes()])
    }
}

impl std::ops::Deref for VerifiedStatement {
    type Target = SignedStatement;

    fn deref(&self) -> &SignedStatement {
        &self.signed
    }
}

/// Reads a statement out of base64 and checks what has to hold wherever it stands: form, person, signature,
/// escrow, and a head that is an ancestor of this log.
pub(super) fn embedded(escrow: &Escrow, note: &str) -> Result<SignedStatement, Broken> {
    let bytes = BASE64
        .decode(note.as_bytes())
        .map_err(|error| Broken::new(Rule::StatementMalformed, error.to_string()))?;
    let note = Note::parse(&bytes)
        .map_err(|error| unreadable(&error).breaks(Rule::StatementMalformed, error.to_string()))?;
    escrow.verify_statement(note).map(VerifiedStatement::into_signed)
}

impl Escrow {
    /// Reads a statement and checks what has to hold wherever it stands: form, person, signature, escrow,
    /// and a head that is an ancestor of this log.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn verify_statement(&self, note: Note) -> Result<VerifiedStatement, Broken> {
        let kind = note.kind().to_owned();
        let signers: Vec<_> = note.signers().cloned().collect();
        let signed = SignedStatement::parse(note).map_err(|error| match &error {
            StatementError::NotOnePerson => {
                Broken::new(Rule::StatementPerson, error.to_string()).kind(&kind).signers(&signers)
            }
            StatementError::UnknownKind(_) => {
                Broken::new(Rule::StatementMalformed, error.to_string()).kind(&kind)
            }
            StatementError::Note(note) => {
                unreadable(note).breaks(Rule::StatementMalformed, error.to_string()).kind(&kind)
            }
        })?;
        let whose = format!("a `{kind}` by `{}`", signed.person);
        let Some(person) = self.people.get(&signed.person) else {
            return Err(Broken::new(Rule::StatementPerson, whose).by(&signed));
        };
        let verified = VerifiedStatement { signed, key: person.verifying_key() };
        if !self.vouched.contains(&verified.digest())
            && let Err(error) = verified.signed.verify(&verified.key)
        {
            let broken = Broken::new(Rule::StatementSignature, format!("{whose}: {error}"));
            return Err(broken.by(&verified.signed).note_error(&error));
        }
        let signed = &verified.signed;
        if signed.statement.escrow != self.id {
            let other = signed.statement.escrow.short();
            let broken = Broken::new(Rule::StatementEscrow, format!("{whose}: escrow {other}")).by(signed);
            return Err(broken.expected(self.id).found(signed.statement.escrow));
        }
        let head = &signed.statement.head;
        if !self.may_be_ancestor(head) {
            let why = format!("{whose}: made when record {} was {}", head.seq, head.hash.short());
            let broken = Broken::new(Rule::StatementHead, why).by(signed).head(*head).found(head.hash);
            let ours = self.history.get(&head.seq).map(|ours| ours.hash).filter(|ours| *ours != head.hash);
            return Err(broken.where_known(ours, Broken::expected));
        }
        Ok(verified)
    }

    /// Remembers that a statement's signature was verified. Only `verify_statement` makes such a value, so it was.
    pub(crate) fn vouch(&mut self, verified: &VerifiedStatement) {
        self.vouched.insert(verified.digest());
    }
}

impl Broken {
    /// Whose statement it is, of which kind, and about which request.
    pub(super) fn by(self, signed: &SignedStatement) -> Broken {
        let broken = self.person(&signed.person).kind(signed.note.kind().to_owned());
        broken.where_known(signed.statement.says.request(), Broken::request)
    }
}
