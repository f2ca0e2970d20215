//! The rules of custody.

use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::custody::{Custody, InCustody};
use crate::record::finding::{Broken, Rule};
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &Escrow,
    record: &LogRecord,
    custody: &Custody,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let by = &record.frame.by;
    if by.len() > 2 || by.iter().any(|name| name.person().is_none()) {
        return Err(Broken::new(Rule::CustodySigner, format!("{} signers", by.len())).signers(by));
    }
    if let InCustody::Share(share) = &custody.what {
        let sealed = escrow.generation_of(share, &escrow.head);
        if sealed.is_none_or(|one| one.seal.shares.iter().all(|other| other.index != share.index)) {
            let (vault, generation, index) = (share.vault, share.generation, share.index);
            let why = format!("vault {} generation {generation}, share {index}", vault.short());
            let broken = Broken::new(Rule::CustodyShare, why).vault_id(vault).generation(generation);
            let broken = broken.share(index);
            return Err(if sealed.is_none() { broken.names_what_is_not_here() } else { broken });
        }
    }
    let stays = |name: &&KeyName| name.person().is_some_and(|person| !escrow.has_retired(person));
    if by.iter().filter(stays).count() < 2 {
        let what = format!("{}: {}", kept(&custody.what), custody.place);
        report(Broken::new(Rule::CustodyAlone, what).signers(by));
    }
    Ok(())
}

/// What is kept, in words.
fn kept(what: &InCustody) -> String {
    match what {
        InCustody::Share(share) => {
            format!("share {} of vault {} generation {}", share.index, share.vault.short(), share.generation)
        }
        InCustody::Medium(medium) => medium.to_string(),
    }
}
