//! The rules of successions.

use crate::escrow::rules::consent::Consents;
use crate::escrow::signers::is_by_administrator;
use crate::escrow::state::Escrow;
use crate::record::agree::Proposal;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::succeeded::Succeeded;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Succeeded,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let consents = consents(escrow, record, says, &|consents: &Consents| {
        escrow.electors_agree(None, &consents.people())
    })?;
    take(escrow, record, says, consents, report)
}

/// Takes one that stands among missing records.
pub(super) fn admit_kept(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Succeeded,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let consents = consents(escrow, record, says, &|consents: &Consents| {
        escrow.electors_may_agree(None, &consents.people())
    })?;
    take(escrow, record, says, consents, report)
}

fn consents(
    escrow: &Escrow,
    record: &LogRecord,
    says: &Succeeded,
    enough: &dyn Fn(&Consents) -> bool,
) -> Result<Consents, Broken> {
    let by = &record.frame.by;
    let told = |broken: Broken| broken.escrow(says.successor.escrow).signers(by);
    let proposal = Proposal::of(&says.proposed(), escrow.id);
    let consents = Consents::of(escrow, &says.agrees, &proposal, Rule::SucceededSigner).map_err(told)?;
    let may = match (says.agrees.is_empty(), by.as_slice()) {
        (true, by) => is_by_administrator(escrow, by),
        (false, [KeyName::Person(_)]) => enough(&consents),
        (false, _) => false,
    };
    let why = || format!("escrow {}", says.successor.escrow.short());
    if may { Ok(consents) } else { Err(told(Broken::new(Rule::SucceededSigner, why()))) }
}

fn take(
    escrow: &mut Escrow,
    record: &LogRecord,
    says: &Succeeded,
    consents: Consents,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    escrow.succeeded = true;
    let successor = &says.successor;
    let what = format!("escrow {}, record {}", successor.escrow.short(), successor.seq);
    let broken = Broken::new(Rule::Succeeded, what).escrow(successor.escrow).head(successor.head());
    report(broken.signers(&record.frame.by));
    consents.keep(escrow, record.frame.seq, report);
    Ok(())
}
