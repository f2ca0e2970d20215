//! What somebody can agree with, found by what was typed.

use crate::cli::say::exit::{Exit, Failure};
use crate::crypto::digest::Digest;
use crate::escrow::Escrow;
use crate::record::agree::{Agree, Proposal};
use crate::record::statement::Statement;
use crate::value::names::PersonId;

/// Something to agree with.
pub(crate) enum ToAgreeWith {
    /// A record that is not written yet.
    Proposal(Proposal),
    /// A confirmation.
    Statement {
        /// Its digest.
        digest: Digest,
        /// What it is, in words.
        what: String,
        /// Whether the person who agrees signed it.
        own: bool,
    },
    /// A seal or a retirement.
    Record {
        /// Its digest.
        digest: Digest,
        /// What it is, in words.
        what: String,
        /// Whether the person who agrees signed it.
        own: bool,
    },
}

/// What was typed to name a record or a statement.
pub(crate) enum Wanted {
    /// The number of the record.
    Number(u64),
    /// How its digest begins.
    Digits(String),
}

impl Wanted {
    /// Less than 8 digits are a number.
    pub(crate) fn of(id: &str) -> Wanted {
        let number = Some(id).filter(|text| text.len() < 8).and_then(|text| text.parse().ok());
        number.map_or_else(|| Wanted::Digits(id.to_ascii_lowercase()), Wanted::Number)
    }

    /// Whether it is what has this digest, in the record of this number.
    pub(crate) fn fits(&self, digest: &Digest, number: u64) -> bool {
        match self {
            Wanted::Number(seq) => *seq == number,
            Wanted::Digits(digits) => digits.len() >= 8 && digest.to_string().starts_with(digits),
        }
    }
}

/// What `id` names: the number of a record, or the beginning of the digest of a record or a statement, for `person` to agree
/// with.
pub(crate) fn find(escrow: &Escrow, id: &str, person: &PersonId) -> Result<ToAgreeWith, Failure> {
    let wanted = Wanted::of(id);
    let mut found: Vec<ToAgreeWith> = Vec::new();
    let own = |by: &[PersonId]| by.contains(person);
    for (digest, number, by, what) in escrow.countersignable() {
        if wanted.fits(&digest, number) {
            let own = own(&by);
            found.push(ToAgreeWith::Record { digest, what, own });
        }
    }
    for collected in &escrow.statements {
        let (signed, digest) = (&collected.statement, collected.statement.note.digest());
        if !wanted.fits(&digest, collected.seq) {
            continue;
        }
        match &signed.statement.says {
            Statement::Agree(Agree::Proposal(proposal)) => {
                found.push(ToAgreeWith::Proposal(proposal.clone()))
            }
            Statement::Confirm(confirm) => {
                let name = escrow.vault(&confirm.vault).map_or("?", |vault| vault.name.as_str());
                let what = format!("`{}` about {name} generation {}", signed.person, confirm.generation);
                let own = own(std::slice::from_ref(&signed.person));
                found.push(ToAgreeWith::Statement { digest, what, own });
            }
            _ => {}
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::new(Exit::BadInput, format!("there is nothing to agree with under `{id}`")).next(
            "give a statement's file, the number of a seal or retirement, or at least 8 digits of a digest; `breakglass log` lists what there is",
        )),
        _ => Err(Failure::new(Exit::BadInput, format!("several things are meant by `{id}`"))
            .next("give more digits of the digest of the one that you mean")),
    }
}
