//! The rules of requests, releases and ends.

use std::collections::BTreeSet;

use crate::escrow::requests::RequestState;
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::request::{MAX_ITEMS, MAX_TOTP_CODES, Purpose, Reason, Request};
use crate::record::seal::Kind;
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    request: &Request,
    report: &mut impl FnMut(Rule, String),
) -> Result<(), Broken> {
    if record.frame.by != [KeyName::Person(request.requester.clone()), KeyName::Session] {
        return Err((Rule::RequestSigner, format!("the requester is `{}`", request.requester)));
    }
    let named = format!("{} generation {}", request.name, request.generation);
    let vault = escrow.vault(&request.vault).filter(|vault| vault.name == request.name);
    let sealed = vault.and_then(|vault| vault.generation(request.generation));
    let (Some(vault), Some(_)) = (vault, sealed.filter(|one| one.record == request.seal)) else {
        return Err((Rule::RequestSeal, named));
    };
    if (request.purpose == Purpose::Drill) != (vault.kind == Kind::Canary) {
        return Err((
            Rule::RequestPurpose,
            format!("{} of {named}, a {} vault", request.purpose, vault.kind),
        ));
    }
    check_content(request)?;
    if escrow.is_used(&request.session_recipient) || escrow.is_used(request.session_key) {
        return Err((Rule::RequestSession, named));
    }
    escrow.take_key(&request.session_recipient);
    escrow.take_key(request.session_key);
    if request.reason == Reason::Other && request.purpose == Purpose::Emergency {
        report(Rule::ReasonOther, format!("`{}` asks for {named}", request.requester));
    }
    for deviation in &request.deviations {
        report(Rule::RequestDeviation, format!("{deviation}, in the request for {named}"));
    }
    if escrow.has_retired(&request.requester) {
        report(Rule::RetiredPerson, format!("`{}` asks for {named}", request.requester));
    }
    escrow.places.insert(record.hash, escrow.requests.len());
    escrow.requests.push(RequestState {
        request: request.clone(),
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        releases: Vec::new(),
        end: None,
        closed: None,
    });
    Ok(())
}

/// A window that is one, and lists within their bounds, without repeats.
fn check_content(request: &Request) -> Result<(), Broken> {
    let fields: BTreeSet<_> = request.fields.iter().collect();
    let why = if request.not_after < request.not_before {
        "its window ends before it begins"
    } else if request.fields.is_empty() || fields.len() != request.fields.len() {
        "it asks for no field, or for one twice"
    } else if request.fields.len() > MAX_ITEMS || request.actions.len() > MAX_ITEMS {
        "it lists too many fields or actions"
    } else if request.totp_codes > MAX_TOTP_CODES {
        "it asks for too many TOTP codes"
    } else {
        return Ok(());
    };
    Err((Rule::RequestContent, why.to_owned()))
}
