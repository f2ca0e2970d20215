//! The rules of retirements.

use crate::escrow::signers::may_administer;
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::retire::Retire;

pub(super) fn admit(escrow: &mut Escrow, record: &LogRecord, retire: &Retire) -> Result<(), Broken> {
    if !may_administer(escrow, &record.frame.by, None) {
        return Err((Rule::RetireSigner, format!("`{}`", retire.person)));
    }
    match escrow.people.get_mut(&retire.person).filter(|person| person.retired.is_none()) {
        Some(person) => {
            person.retired = Some(record.frame.time);
            Ok(())
        }
        None => Err((Rule::RetirePerson, format!("`{}`", retire.person))),
    }
}
