//! A log or a book that is continued record by record, fast: nothing is read again.

use breakglass::crypto::digest::Digest;
use breakglass::record::book::StatementDraft;
use breakglass::record::chain::LogRecord;
use breakglass::record::frame::{FramedRecord, RecordBody};
use breakglass::record::head::Head;
use breakglass::record::note::Note;
use breakglass::record::statement::{BookRef, FramedStatement, HeadFrom, SignedStatement, Statement};
use breakglass::value::names::KeyName;
use breakglass::value::time::Time;
use data_encoding::BASE64;

use crate::world::{Signs, World};

/// The end of a log, and what was written from some record on.
#[derive(Clone)]
pub struct Quill {
    escrow: Digest,
    time: Time,
    pub head: Head,
    pub bytes: Vec<u8>,
}

impl Quill {
    /// At the end of a world's log.
    pub fn of(world: &World) -> Quill {
        Quill { escrow: world.id(), time: world.now(), head: world.head(), bytes: world.bytes() }
    }

    /// The same place, with nothing written.
    pub fn branch(&self) -> Quill {
        Quill { bytes: Vec::new(), ..self.clone() }
    }

    pub fn write<S: RecordBody>(&mut self, says: S, signers: &[Signs<'_>]) {
        let record = FramedRecord {
            escrow: Some(self.escrow),
            seq: self.head.seq + 1,
            prev: self.head.hash,
            time: self.time,
            by: signers.iter().map(|(name, _)| name.clone()).collect(),
            says,
        };
        let bytes = LogRecord::bytes_of(&Note::sign(&record, signers));
        let size = self.head.size + bytes.len() as u64;
        self.head = Head { size, seq: self.head.seq + 1, hash: Digest::of(&bytes) };
        self.bytes.extend(bytes);
    }

    /// What is stated at the end of the log, of which a book keeps nothing.
    pub fn draft(&self, says: Statement) -> StatementDraft {
        StatementDraft {
            escrow: self.escrow,
            head: self.head,
            head_from: HeadFrom::Log,
            time: self.time,
            keeps: Vec::new(),
            named: Vec::new(),
            says,
        }
    }

    /// A statement that is made at `head`, as a record embeds it, and that names a record of no book.
    pub fn statement(&self, signs: &Signs<'_>, number: u64, head: Head, says: Statement) -> String {
        let book = BookRef { number, hash: Digest::of(&number.to_be_bytes()) };
        self.statement_of(signs, book, head, says)
    }

    /// The same that names this one.
    pub fn statement_of(&self, signs: &Signs<'_>, book: BookRef, head: Head, says: Statement) -> String {
        let (KeyName::Person(person), key) = signs else { panic!("statements are by people") };
        let statement = FramedStatement {
            escrow: self.escrow,
            head,
            head_from: HeadFrom::Log,
            book,
            time: self.time,
            by: vec![KeyName::Person(person.clone())],
            says,
        };
        BASE64.encode(SignedStatement::sign(person, key, statement).note.as_bytes())
    }
}
