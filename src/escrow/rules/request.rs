//! The rules of requests, releases and ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::escrow::deviations::of_request;
use crate::escrow::requests::RequestState;
use crate::escrow::state::Escrow;
use crate::record::chain::LogRecord;
use crate::record::finding::{Broken, Rule};
use crate::record::request::{MAX_ITEMS, MAX_TOTP_CODES, Purpose, Reason, Request};
use crate::record::seal::Kind;
use crate::value::names::KeyName;
use crate::value::shared_list::SharedList;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    request: &Request,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let asked = RequestState {
        request: Arc::new(request.clone()),
        record: record.hash,
        seq: record.frame.seq,
        time: record.frame.time,
        circumstances: Arc::new(of_request(escrow, request, record.frame.time)),
        releases: SharedList::default(),
        end: None,
        closed: None,
    };
    let named = format!("{} generation {}", request.name, request.generation);
    let vault = escrow.vault(&request.vault).filter(|vault| vault.name == request.name);
    let sealed = vault.and_then(|vault| vault.generation(request.generation));
    let asked_for =
        vault.and_then(|vault| vault.numbered(request.generation).find(|one| one.record == request.seal));
    let (Some(vault), Some(_)) = (vault, asked_for) else {
        let broken = asked.broken(Rule::RequestSeal, named).vault_id(request.vault).found(request.seal);
        let broken = broken.where_known(sealed.map(|one| one.record), Broken::expected);
        return Err(if sealed.is_none() { broken.names_what_is_not_here() } else { broken });
    };
    if record.frame.by != [KeyName::Person(request.requester.clone()), KeyName::Session] {
        let why = format!("the requester is `{}`", request.requester);
        let broken = asked.broken(Rule::RequestSigner, why).person(&request.requester);
        return Err(broken.signers(&record.frame.by));
    }
    if escrow.is_used(&request.session_recipient) || escrow.is_used(request.session_key) {
        let keys = [request.session_recipient.to_string(), request.session_key.to_string()];
        let used = keys.into_iter().find(|key| escrow.is_used(key));
        return Err(asked.broken(Rule::RequestSession, named).where_known(used, Broken::found));
    }
    if (request.purpose == Purpose::Drill) != (vault.kind == Kind::Canary) {
        let (purpose, kind) = (request.purpose.as_str(), vault.kind.as_str());
        let broken = asked.broken(Rule::RequestPurpose, format!("{purpose} of {named}, a {kind} vault"));
        return Err(broken.kind(kind.to_owned()).found(purpose));
    }
    check_content(&asked)?;
    check_renews(escrow, &asked)?;
    escrow.take_key(&request.session_recipient);
    escrow.take_key(request.session_key);
    report_request(escrow, &asked, report);
    escrow.places.insert(record.hash, escrow.requests.len());
    escrow.requests.push(asked);
    Ok(())
}

fn report_request(escrow: &Escrow, asked: &RequestState, report: &mut impl FnMut(Broken)) {
    let request = &asked.request;
    let named = format!("{} generation {}", request.name, request.generation);
    if request.reason == Reason::Other && request.purpose == Purpose::Emergency {
        let what = format!("`{}` asks for {named}", request.requester);
        report(asked.broken(Rule::ReasonOther, what).person(&request.requester));
    }
    for deviation in &request.deviations {
        let what = format!("{deviation}, in the request for {named}");
        let broken = asked.broken(Rule::RequestDeviation, what).deviation(*deviation);
        report(broken.person(&request.requester));
    }
    for deviation in asked.undeclared() {
        let what = format!("{deviation}, not listed in the request for {named}");
        report(asked.unlisted(deviation, &request.requester, "request", what));
    }
    if escrow.has_retired_from(&request.requester, &request.vault) {
        let what = format!("`{}` asks for {named}", request.requester);
        report(asked.broken(Rule::RetiredPerson, what).person(&request.requester));
    }
}

/// Cards of different custodians, to which a generation of this vault could be sealed.
fn check_renews(escrow: &Escrow, asked: &RequestState) -> Result<(), Broken> {
    let request = &asked.request;
    if request.renews.is_empty() {
        return Ok(());
    }
    let broken = |why: String| asked.broken(Rule::RequestRenews, why);
    let least = escrow.asked_for(request).map_or(0, |one| one.seal.threshold);
    let cards: BTreeSet<&Digest> = request.renews.iter().collect();
    let count = request.renews.len();
    if request.purpose == Purpose::Drill {
        return Err(broken("a drill renews nothing".to_owned()));
    }
    if cards.len() != count || count < usize::from(least) || count > usize::from(u8::MAX) {
        return Err(broken(format!("{count} cards, where {least} to 255 different ones can be")).found(count));
    }
    let stays = |card: &&Digest| escrow.may_be_sealed_to(card, &request.vault);
    match request.renews.iter().find(|card| !stays(card)) {
        Some(card) => Err(broken(format!("card {}", card.short())).found(*card).names_what_is_not_here()),
        None => Ok(()),
    }
}

/// A window that is one, and lists within their bounds, without repeats.
fn check_content(asked: &RequestState) -> Result<(), Broken> {
    let request = &asked.request;
    let fields: BTreeSet<_> = request.fields.iter().collect();
    let broken = |why: &str| asked.broken(Rule::RequestContent, why);
    Err(if request.not_after < request.not_before {
        let broken = broken("its window ends before it begins");
        broken.not_before(request.not_before).not_after(request.not_after)
    } else if request.fields.is_empty() || fields.len() != request.fields.len() {
        broken("it asks for no field, or for one twice").fields(&request.fields)
    } else if request.fields.len() > MAX_ITEMS || request.actions.len() > MAX_ITEMS {
        let most = request.fields.len().max(request.actions.len());
        broken("it lists too many fields or actions").limit(MAX_ITEMS as u64).found(most)
    } else if request.totp_codes > MAX_TOTP_CODES {
        let broken = broken("it asks for too many TOTP codes");
        broken.limit(u64::from(MAX_TOTP_CODES)).found(request.totp_codes)
    } else {
        return Ok(());
    })
}
