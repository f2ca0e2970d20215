//! The rules of ends.

use std::collections::BTreeSet;

use crate::escrow::requests::EndState;
use crate::escrow::rules::statements::check_approval;
use crate::escrow::state::Escrow;
use crate::escrow::statements::LoggedStatement;
use crate::escrow::verified::embedded;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::request::{End, Outcome};
use crate::record::statement::Statement;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    end: &End,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    let short = end.request.short();
    let Some(asked) = escrow.request(&end.request) else {
        return Err((Rule::EndRequest, format!("request {short}")));
    };
    let request = &asked.request;
    let may = [KeyName::Session, KeyName::Person(request.requester.clone())];
    if record.frame.by.len() != 1 || !may.contains(&record.frame.by[0]) {
        return Err((Rule::EndSigner, format!("request {short}")));
    }
    if let Some(ended) = &asked.end {
        return Err((Rule::EndTwice, format!("request {short} ended in record {}", ended.seq)));
    }
    let shown = !end.shown.is_empty() || !end.totp_steps.is_empty();
    let contradicts = match end.outcome {
        Outcome::Released => !asked.is_released(),
        Outcome::NotReleased => asked.is_released() || shown,
    };
    if contradicts {
        return Err((Rule::EndShown, format!("request {short}: {}", end.outcome)));
    }
    let mut approvals = Vec::new();
    for note in &end.approvals {
        let statement = embedded(escrow, note)?;
        let Statement::Approval(approval) = &statement.statement.says else {
            return Err((Rule::StatementMalformed, format!("a `{}` among approvals", statement.note.kind())));
        };
        if approval.request != end.request {
            let why = format!("an approval by `{}` of another request", statement.person);
            return Err((Rule::StatementRequest, why));
        }
        check_approval(escrow, &statement.person, approval)?;
        approvals.push(LoggedStatement { statement, seq: record.frame.seq, embedded: true });
    }
    let unasked = end.shown.iter().find(|field| !request.fields.contains(field));
    if let Some(field) = unasked {
        report(Rule::EndUnasked, format!("`{field}` was shown"));
    }
    let steps: BTreeSet<_> = end.totp_steps.iter().collect();
    if steps.len() > request.totp_codes as usize {
        report(Rule::EndUnasked, format!("{} TOTP codes, {} asked for", steps.len(), request.totp_codes));
    }
    for approval in approvals {
        escrow.keep(approval, report);
    }
    let ended = EndState { end: end.clone(), seq: record.frame.seq, time: record.frame.time };
    escrow.request_mut(&end.request).expect("it was found above").end = Some(ended);
    Ok(())
}
