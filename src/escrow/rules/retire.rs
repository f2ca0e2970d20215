//! The rules of retirements.

use crate::escrow::signers::{is_by_administrator, is_by_custodians, may_administer};
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::retire::Retire;

pub(super) fn admit(escrow: &mut Escrow, record: &LogRecord, retire: &Retire) -> Result<(), Broken> {
    if !may_administer(escrow, &record.frame.by, None) {
        let broken = Broken::new(Rule::RetireSigner, format!("`{}`", retire.person));
        return Err(broken.person(&retire.person).signers(&record.frame.by));
    }
    take(escrow, record, retire)
}

/// Takes a retirement that stands among missing records. As for seals, every custodian counts there.
pub(super) fn admit_kept(escrow: &mut Escrow, record: &LogRecord, retire: &Retire) -> Result<(), Broken> {
    let by = &record.frame.by;
    if !(is_by_administrator(escrow, by) || is_by_custodians(escrow, by)) {
        let broken = Broken::new(Rule::RetireSigner, format!("`{}`", retire.person));
        return Err(broken.person(&retire.person).signers(by));
    }
    take(escrow, record, retire)
}

fn take(escrow: &mut Escrow, record: &LogRecord, retire: &Retire) -> Result<(), Broken> {
    match escrow.people.get_mut(&retire.person).filter(|person| person.retired.is_none()) {
        Some(person) => {
            person.retired = Some(record.frame.time);
            Ok(())
        }
        None => {
            let broken = Broken::new(Rule::RetirePerson, format!("`{}`", retire.person));
            let is_known = escrow.people.contains_key(&retire.person);
            let broken = broken.person(&retire.person);
            Err(if is_known { broken } else { broken.names_what_is_not_here() })
        }
    }
}
