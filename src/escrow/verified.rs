//! Verifies statements with the keys that the log introduced, wherever the statements were made.

use std::str::FromStr;

use data_encoding::BASE64;

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::escrow::people::Person;
use crate::escrow::state::Escrow;
use crate::record::book::BookRecord;
use crate::record::card::Card;
use crate::record::chain::unreadable;
use crate::record::finding::{Broken, Rule};
use crate::record::head::Head;
use crate::record::kinds::RecordKind;
use crate::record::note::{Note, NoteError, Signed as _};
use crate::record::statement::{SignedStatement, StatementError, StatementFrame, StatementKind};
use crate::value::names::{KeyName, PersonId};

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

/// A statement in a record that collects them.
pub(super) enum Collected {
    /// One whose form, person, signature, escrow and head hold.
    Known(Box<SignedStatement>),
    /// One of which the same holds, of this kind, which is not known here.
    Newer(String),
}

/// Reads a statement out of base64 and checks what has to hold wherever it stands: form, person, signature,
/// escrow, and a head that is an ancestor of this log.
pub(super) fn embedded(escrow: &Escrow, note: &str) -> Result<SignedStatement, Broken> {
    escrow.verify_statement(decoded(note)?).map(VerifiedStatement::into_signed)
}

/// The same for one that may be of a kind that is not known here.
pub(super) fn collected(escrow: &Escrow, note: &str) -> Result<Collected, Broken> {
    let note = decoded(note)?;
    // What is known as something else than a statement is not a newer one.
    let is_else =
        [Card::KIND, BookRecord::KIND].contains(&note.kind()) || RecordKind::from_str(note.kind()).is_ok();
    if is_else || StatementKind::from_str(note.kind()).is_ok() {
        return escrow.verify_statement(note).map(|one| Collected::Known(Box::new(one.into_signed())));
    }
    escrow.verify_newer(&note)?;
    Ok(Collected::Newer(note.kind().to_owned()))
}

fn decoded(note: &str) -> Result<Note, Broken> {
    let bytes = BASE64
        .decode(note.as_bytes())
        .map_err(|error| Broken::new(Rule::StatementMalformed, error.to_string()))?;
    Note::parse(&bytes)
        .map_err(|error| unreadable(&error).breaks(Rule::StatementMalformed, error.to_string()))
}

/// The rule that a note breaks which is not a statement. A field that is not known here is told as such.
fn no_statement(error: &NoteError, kind: &str) -> Broken {
    match error {
        NoteError::UnknownField { .. } => unreadable(error),
        _ => unreadable(error).breaks(Rule::StatementMalformed, error.to_string()).kind(kind.to_owned()),
    }
}

fn not_one_person(error: &StatementError, note: &Note, by: &[KeyName]) -> Broken {
    let broken = Broken::new(Rule::StatementPerson, error.to_string());
    broken.kind(note.kind().to_owned()).signers(by.to_vec())
}

impl Escrow {
    /// Reads a statement and checks what has to hold wherever it stands: form, person, signature, escrow,
    /// and a head that is an ancestor of this log.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn verify_statement(&self, note: Note) -> Result<VerifiedStatement, Broken> {
        let signers: Vec<_> = note.signers().cloned().collect();
        let signed = SignedStatement::parse(note.clone()).map_err(|error| match &error {
            StatementError::NotOnePerson => not_one_person(&error, &note, &signers),
            StatementError::UnknownKind(_) => {
                Broken::new(Rule::StatementMalformed, error.to_string()).kind(note.kind().to_owned())
            }
            StatementError::Note(wrong) => no_statement(wrong, note.kind()),
        })?;
        let by = |broken: Broken| broken.by(&signed);
        let key = self.statement_key(&signed.person, &signed.note).map_err(by)?;
        let verified = VerifiedStatement { signed: signed.clone(), key };
        if !self.vouched.contains_key(&verified.digest()) {
            self.verify_maker(&signed.person, &signed.note, &key).map_err(by)?;
        }
        self.verify_history(&signed.person, &signed.note, &signed.statement.escrow, &signed.statement.head)
            .map_err(by)?;
        Ok(verified)
    }

    /// The same for a statement of a kind that is not known here.
    fn verify_newer(&self, note: &Note) -> Result<(), Broken> {
        let frame = StatementFrame::read(note).map_err(|error| no_statement(&error, note.kind()))?;
        let [KeyName::Person(person)] = frame.by.as_slice() else {
            let signers: Vec<_> = note.signers().cloned().collect();
            return Err(not_one_person(&StatementError::NotOnePerson, note, &signers));
        };
        let by = |broken: Broken| broken.person(person).kind(note.kind().to_owned());
        let key = self.statement_key(person, note).map_err(by)?;
        self.verify_maker(person, note, &key).map_err(by)?;
        self.verify_history(person, note, &frame.escrow, &frame.head).map_err(by)
    }

    fn statement_key(&self, person: &PersonId, note: &Note) -> Result<VerifyingKey, Broken> {
        let unknown = || Broken::new(Rule::StatementPerson, whose(person, note)).names_what_is_not_here();
        self.people.get(person).map(Person::verifying_key).ok_or_else(unknown)
    }

    fn verify_maker(&self, person: &PersonId, note: &Note, key: &VerifyingKey) -> Result<(), Broken> {
        note.verify(&[(KeyName::Person(person.clone()), *key)]).map_err(|error| {
            let why = format!("{}: {error}", whose(person, note));
            Broken::new(Rule::StatementSignature, why).note_error(&error)
        })
    }

    fn verify_history(
        &self,
        person: &PersonId,
        note: &Note,
        escrow: &Digest,
        head: &Head,
    ) -> Result<(), Broken> {
        let whose = whose(person, note);
        if *escrow != self.id {
            let broken = Broken::new(Rule::StatementEscrow, format!("{whose}: escrow {}", escrow.short()));
            return Err(broken.expected(self.id).found(*escrow));
        }
        if !self.may_be_ancestor(head) {
            let why = format!("{whose}: made when record {} was {}", head.seq, head.hash.short());
            let broken = Broken::new(Rule::StatementHead, why).head(*head).found(head.hash);
            let ours = self.history.get(&head.seq).map(|ours| ours.hash).filter(|ours| *ours != head.hash);
            return Err(broken.where_known(ours, Broken::expected));
        }
        Ok(())
    }

    /// Remembers that a statement's signature was verified. Only `verify_statement` makes such a value, so it was.
    pub(crate) fn vouch(&mut self, verified: &VerifiedStatement) {
        self.vouched.insert(verified.digest(), ());
    }
}

fn whose(person: &PersonId, note: &Note) -> String {
    format!("a `{}` by `{person}`", note.kind())
}

impl Broken {
    /// Whose statement it is, of which kind, and about which request.
    pub(super) fn by(self, signed: &SignedStatement) -> Broken {
        let broken = self.person(&signed.person).kind(signed.note.kind().to_owned());
        broken.where_known(signed.statement.says.request(), Broken::request)
    }
}
