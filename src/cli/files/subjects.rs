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

/// What `id` names: the number of a record, or the beginning of the digest of a record or a statement, for `person` to agree
/// with.
pub(crate) fn find(escrow: &Escrow, id: &str, person: &PersonId) -> Result<ToAgreeWith, Failure> {
    let wanted = id.to_ascii_lowercase();
    let seq = Some(&wanted).filter(|text| text.len() < 8).and_then(|text| text.parse::<u64>().ok());
    let fits = |digest: &Digest, number: u64| match seq {
        Some(seq) => seq == number,
        None => wanted.len() >= 8 && digest.to_string().starts_with(&wanted),
    };
    let mut found: Vec<ToAgreeWith> = Vec::new();
    let own = |by: &[PersonId]| by.contains(person);
    for (digest, number, by, what) in escrow.countersignable() {
        if fits(&digest, number) {
            let own = own(&by);
            found.push(ToAgreeWith::Record { digest, what, own });
        }
    }
    for collected in &escrow.statements {
        let (signed, digest) = (&collected.statement, collected.statement.note.digest());
        if !fits(&digest, collected.seq) {
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
