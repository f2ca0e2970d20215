//! Several people who sign together.

use crate::cli::context::Context;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::{As, Signers};
use crate::cli::say::exit::{Exit, Failure};
use crate::crypto::sign::SigningKey;
use crate::escrow::{Escrow, may_seal};
use crate::value::names::KeyName;

impl Signers {
    /// Unlocks all who sign, in the order in which they are named.
    pub(crate) fn unlock(&self, context: &Context<'_>) -> Result<Vec<LocalPerson>, Failure> {
        let mut people: Vec<LocalPerson> = Vec::new();
        if self.prefixes.len() > 1
            && !self.identities.is_empty()
            && self.identities.len() != self.prefixes.len()
        {
            return Err(Failure::new(
                Exit::Usage,
                "with several --as, give -i for each of them, or for none",
            )
            .next("--as A -i A.key --as B -i B.key"));
        }
        for (at, prefix) in self.prefixes.iter().enumerate() {
            let identities = match self.prefixes.len() {
                1 => self.identities.clone(),
                _ => self.identities.get(at).cloned().into_iter().collect(),
            };
            let one = As { prefix: prefix.clone(), identities, book: None };
            let one = LocalPerson::unlock(&one, |id| context.card_of(id))?;
            if people.iter().any(|other| other.signer.person() == one.signer.person()) {
                let what = format!("`{}` is named twice", one.signer.person());
                return Err(Failure::new(Exit::Usage, what).at("--as").next("name each person once"));
            }
            people.push(one);
        }
        Ok(people)
    }
}

/// The names and keys of all who sign.
pub(crate) fn signers(people: &[LocalPerson]) -> Vec<(KeyName, &SigningKey)> {
    people.iter().map(|one| (one.signer.key_name(), one.signer.key())).collect()
}

/// Fails unless these people may do what an administrator does.
pub(crate) fn must_administer(people: &[LocalPerson], escrow: &Escrow) -> Result<(), Failure> {
    for one in people {
        one.must_belong_to(escrow)?;
    }
    let names: Vec<KeyName> = people.iter().map(|one| one.signer.key_name()).collect();
    if may_seal(escrow, &names, None) {
        return Ok(());
    }
    let names: Vec<_> = people.iter().map(|one| format!("`{}`", one.signer.person())).collect();
    let what = match names.as_slice() {
        [one] => format!("{one} is not an administrator of this escrow"),
        several => format!(
            "{} are fewer than the threshold of custodians of every current vault",
            several.join(", ")
        ),
    };
    Err(Failure::new(Exit::NotAuthorised, what).next(
        "an administrator has to sign, or as many custodians of a current vault as its threshold: --as A --as B",
    ))
}
