//! The rules of retirements.

use crate::escrow::signers::may_administer;
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::retire::Retire;

pub(super) fn admit(escrow: &mut Escrow, record: &LogRecord, retire: &Retire) -> Result<(), Broken> {
    if !may_administer(escrow, &record.frame.by, None) {
        let broken = Broken::new(Rule::RetireSigner, format!("`{}`", retire.person));
        return Err(broken.person(&retire.person).signers(&record.frame.by));
    }
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
