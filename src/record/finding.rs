//! Findings: a rule that is broken, and where; as a sentence for people, and in fields for programs.

use std::borrow::Borrow;

use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::record::deviation::Deviation;
use crate::record::head::Head;
pub use crate::record::rule::{Rule, Severity};
use crate::record::seal::Seal;
use crate::value::names::{FieldName, KeyName, PersonId, VaultName};
use crate::value::time::Time;

/// What was expected, or what was found in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Particular {
    /// A number.
    Number(u64),
    /// A digest, a time, a name or a word.
    Text(String),
    /// Several of them, in order.
    List(Vec<String>),
}

macro_rules! particulars {
    (
        { $($name:ident: $type:ty, $form:literal $meaning:literal;)+ }
        compared { $($side:ident, $side_form:literal $side_meaning:literal;)+ }
    ) => {
        /// What a finding is about, as far as it is known: each is a field of the finding in JSON.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub struct Particulars {
            $(
                #[doc = $meaning]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )+
            $(
                #[doc = $side_meaning]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $side: Option<Particular>,
            )+
        }

        impl Particulars {
            /// Of every particular the name, the form and the meaning, in the order of the specification.
            pub const ALL: &'static [(&'static str, &'static str, &'static str)] = &[
                $((stringify!($name), $form, $meaning),)+
                $((stringify!($side), $side_form, $side_meaning),)+
            ];
        }

        impl Broken {
            $(
                #[doc = $meaning]
                pub(crate) fn $name(mut self, $name: impl Borrow<$type>) -> Broken {
                    self.particulars.$name = Some($name.borrow().clone());
                    self
                }
            )+
            $(
                #[doc = $side_meaning]
                pub(crate) fn $side(mut self, $side: impl Into<Particular>) -> Broken {
                    self.particulars.$side = Some($side.into());
                    self
                }
            )+
        }
    };
}

particulars! {
    {
        person: PersonId, "name" "The person: a requester, a custodian, the maker of a statement, the owner of a book.";
        people: Vec<PersonId>, "list of names" "The people, where there may be several.";
        signer: KeyName, "name" "The key whose signature it is about.";
        signers: Vec<KeyName>, "list of names" "The keys under whose names the record is signed.";
        vault: VaultName, "name" "The vault.";
        vault_id: Digest, "digest" "The id by which a record names the vault.";
        generation: u32, "number" "The generation of the vault.";
        request: Digest, "digest" "The request: the digest of its record.";
        escrow: Digest, "digest" "Another escrow, to which a head belongs.";
        kind: String, "word" "The kind of the record or statement, or of the vault that is asked for.";
        deviation: Deviation, "word" "The deviation.";
        cause: Rule, "word" "The code of the rule that is broken within what is embedded, kept or adopted.";
        field: FieldName, "name" "The field of the credentials.";
        fields: Vec<FieldName>, "list of names" "The fields of the credentials, where there may be several.";
        threshold: u8, "number" "How many shares reconstruct.";
        total_shares: u8, "number" "How many shares there are.";
        share: u8, "number" "The index of the share.";
        card: u64, "number" "The place of the card in genesis, from 1.";
        statement: u64, "number" "The place of the statement in its record, from 1.";
        record: u64, "number" "Another record of the log, by its number: an earlier end, statement or seal, the last record, or a missing one.";
        branch_record: u64, "number" "The number of the record on the branch that is adopted.";
        book_record: u64, "number" "The number of the record in the person's book.";
        head: Head, "head" "The head that is followed, claimed or taken home.";
        first: u64, "number" "The number of the first record that is missing, adopted, or vouched for by nothing.";
        last: u64, "number" "The number of the last of them.";
        file: String, "text" "The file: of a vault, or the head's.";
        size: u64, "number" "How many bytes: of the log that were not read, of a damaged tail, of the file that was left behind.";
        digest: Digest, "digest" "The digest of the damaged tail, or of the file that was left behind.";
        line: u64, "number" "The line of the note, from 1.";
        column: u64, "number" "The column of the note's first line, from 1.";
        limit: u64, "number" "The most that is allowed.";
        time: Time, "time" "When it happened: a release, a statement, a quorum.";
        since: Time, "time" "When the time began within which something is due.";
        due: Time, "time" "The end of that time.";
        not_before: Time, "time" "The beginning of the request's window.";
        not_after: Time, "time" "The end of the request's window.";
    }
    compared {
        expected, "any" "What the rule expects: a number, a text, or a list of texts.";
        found, "any" "What there is in its place.";
    }
}

/// A rule that is broken, with the particulars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// What exactly, in words: names, numbers, digests. Public material only.
    pub detail: String,
    /// The same in fields.
    pub particulars: Box<Particulars>,
    /// Whether it is broken because the log does not hold what is named.
    is_reference: bool,
}

impl Broken {
    /// A broken rule, without any particulars yet.
    pub(crate) fn new(rule: Rule, detail: impl Into<String>) -> Broken {
        Broken { rule, detail: detail.into(), particulars: Box::default(), is_reference: false }
    }

    /// Adds `known` by way of `tell`, if it is known.
    pub(crate) fn where_known<T>(self, known: Option<T>, tell: impl FnOnce(Broken, T) -> Broken) -> Broken {
        match known {
            Some(known) => tell(self, known),
            None => self,
        }
    }

    /// The vault and the generation of a seal.
    pub(crate) fn seal(self, seal: &Seal) -> Broken {
        self.vault(&seal.name).generation(seal.generation)
    }

    /// Another rule that is broken because this one is, within what is embedded, kept or adopted.
    pub(crate) fn breaks(self, rule: Rule, detail: impl Into<String>) -> Broken {
        let cause = self.rule;
        Broken { rule, detail: detail.into(), ..self }.cause(cause)
    }

    /// Says that it rests on something that is not known here.
    pub(crate) fn names_what_is_not_here(mut self) -> Broken {
        self.is_reference = true;
        self
    }

    /// The same in a log of which a newer record, not known here, may have brought in what is named: then nobody can tell.
    pub(crate) fn in_newer_log(self, newer: bool) -> Broken {
        if !(newer && self.is_reference) {
            return self;
        }
        let why = format!("{} {}", self.rule, self.detail);
        // What is named where something is embedded or kept is told there, by the rule that is broken within.
        let within = self.particulars.cause;
        self.breaks(Rule::RecordNewerReference, why).where_known(within, Broken::cause)
    }

    /// The finding that it is in the record `seq`, which begins at byte `offset` of the log.
    pub(crate) fn at(self, seq: u64, offset: u64) -> Finding {
        Finding { offset: Some(offset), ..self.about(seq) }
    }

    /// The finding that it is about the record `seq`, and not in it.
    pub(crate) fn about(self, seq: u64) -> Finding {
        Finding { seq: Some(seq), ..self.general() }
    }

    /// The finding that it is about no record.
    pub(crate) fn general(self) -> Finding {
        let Broken { rule, detail, particulars, .. } = self;
        Finding { rule, seq: None, offset: None, detail, particulars }
    }
}

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The record's number, if it is about a record.
    pub seq: Option<u64>,
    /// The byte in the log at which that record begins.
    pub offset: Option<u64>,
    /// What exactly, in words: names, numbers, digests. Public material only.
    pub detail: String,
    /// The same in fields.
    pub particulars: Box<Particulars>,
}

impl Finding {
    /// Where it is, as far as that is known: `record 6, byte 4711`.
    pub fn place(&self) -> Option<String> {
        match (self.seq, self.offset) {
            (Some(seq), Some(offset)) => Some(format!("record {seq}, byte {offset}")),
            (Some(seq), None) => Some(format!("record {seq}")),
            _ => None,
        }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// What is broken, without the place.
    pub(crate) fn into_broken(self) -> Broken {
        let Finding { rule, detail, particulars, .. } = self;
        Broken { rule, detail, particulars, is_reference: false }
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {
        $(impl From<$type> for Particular {
            fn from(number: $type) -> Particular {
                Particular::Number(number.into())
            }
        })+
    };
}

numbers!(u8, u32, u64);

impl From<usize> for Particular {
    fn from(number: usize) -> Particular {
        Particular::Number(number as u64)
    }
}

macro_rules! texts {
    ($($type:ty),+) => {
        $(impl From<$type> for Particular {
            fn from(text: $type) -> Particular {
                Particular::Text(text.to_string())
            }
        })+
    };
}

texts!(&str, String, Digest, Time);

impl From<Vec<String>> for Particular {
    fn from(texts: Vec<String>) -> Particular {
        Particular::List(texts)
    }
}

impl From<&[KeyName]> for Particular {
    fn from(names: &[KeyName]) -> Particular {
        Particular::List(names.iter().map(KeyName::to_string).collect())
    }
}
