//! A request, as it is shown to the people who decide on it.

use crate::ceremony::approve::Review;
use crate::cli::say::deviation::explain;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::summary::Summary;
use crate::crypto::digest::Digest;
use crate::record::deviation::Deviation;
use crate::record::request::Request;
use crate::secret::payload::{TOTP, TOTP_SEED};
use crate::value::names::FieldName;
use crate::value::time::Time;

/// So many deviations are explained where the decision is made; of more, only the words are there, and the explanations
/// are above.
const EXPLAINED: usize = 3;

/// Everything that the decision rests on. Vault, account and kind come out of the decrypted share.
pub fn summary(examined: &Review<'_>, now: Time) -> Summary {
    let (asked, share) = (examined.asked, &examined.share);
    let wanted = &asked.request;
    let mut summary = Summary::titled(Painted::of(Tone::Strong, format!("request {}", asked.record)));
    written(&mut summary, wanted);
    let (shares, plain) = (share.threshold, Tone::Plain);
    summary.text("needs", plain, &format!("{} of {} custodians", shares.threshold(), shares.total_shares()));
    summary.text("window", plain, &format!("{} to {}", wanted.not_before, wanted.not_after));
    summary.text("it is now", plain, &now.to_string());
    for earlier in &examined.denied {
        let text = format!(
            "{} at {}, request {}: {}",
            earlier.person,
            earlier.time,
            earlier.request.short(),
            earlier.because
        );
        summary.text("denied", plain, &text);
    }
    let undeclared = examined.undeclared();
    let own = examined.deviations(now).into_iter().filter(|one| !undeclared.contains(one));
    let declared: Vec<_> = wanted.deviations.iter().copied().chain(own).collect();
    decided_by_deviations(&mut summary, "DEVIATION", &declared);
    let undeclared: Vec<_> = undeclared.into_iter().collect();
    decided_by_deviations(&mut summary, &format!("NOT DECLARED by {}", wanted.requester), &undeclared);
    if let Some(seq) = examined.lacking {
        summary.warns(&format!(
            "MISSING: your book knows record {seq}; what it says, e.g. who retired, is not in this log"
        ));
    }
    if let Some(lost) = examined.lost {
        summary.warns(&format!(
            "LOST: the log names statements of yours that your book does not hold, from its record {} on",
            lost.first
        ));
    }
    for earlier in &examined.unreleased {
        summary.warns(&format!(
            "EARLIER APPROVAL by {} at {} for request {}, which is not known to have been released",
            earlier.person,
            earlier.time,
            earlier.request.short()
        ));
    }
    if !examined.denied.is_empty() {
        let people = examined
            .denied
            .iter()
            .map(|one| (Tone::Bad, format!("{} ({})", one.person, one.request.short())));
        summary.decides_by("DENIED by", people.collect());
    }
    decided_by_renewal(&mut summary, examined);
    summary.decides_by("fields", fields(&wanted.fields, wanted.totp_codes));
    summary.decides("asked by", Tone::Strong, &format!("{} at {}", wanted.requester, asked.time));
    summary.decides("purpose", plain, &format!("{}, {}", wanted.purpose, wanted.reason));
    let vault = format!("{} generation {} ({})", share.name, share.generation, share.kind);
    summary.decides("vault", Tone::Strong, &vault);
    summary.decides("account", Tone::Strong, share.account.as_str());
    summary
}

/// To whose cards the requester may seal the next generation, and which of these people hold no share of the one that is asked
/// for.
fn decided_by_renewal(summary: &mut Summary, examined: &Review<'_>) {
    let wanted = &examined.asked.request;
    if wanted.renews.is_empty() {
        return;
    }
    let people = &examined.carried.escrow().people;
    let name = |card: &Digest| {
        let person = people.iter().find(|(_, person)| person.card.digest() == *card);
        let holds = examined.generation.seal.shares.iter().any(|share| share.card == *card);
        let name = person.map_or_else(|| card.short(), |(id, _)| id.to_string());
        if holds { name } else { format!("{name} (holds no share of this one)") }
    };
    let names: Vec<String> = wanted.renews.iter().map(name).collect();
    let text = format!("{} may seal the next generation, to {}", wanted.requester, names.join(", "));
    summary.decides("renews", Tone::Bad, &text);
}

/// What people wrote.
pub(crate) fn written(summary: &mut Summary, wanted: &Request) {
    summary.text("ticket", Tone::Plain, wanted.ticket.as_str());
    summary.text("because", Tone::Strong, wanted.justification.as_str());
    let actions: Vec<_> = wanted.actions.iter().map(|action| action.as_str()).collect();
    let planned = if actions.is_empty() { "none named".to_owned() } else { actions.join("\n") };
    summary.text("planned", Tone::Plain, &planned);
}

/// Deviations of this label: a few are explained where the decision is made, of more there are the words.
fn decided_by_deviations(summary: &mut Summary, label: &str, deviations: &[Deviation]) {
    if deviations.len() <= EXPLAINED {
        deviations.iter().for_each(|one| summary.warns(&format!("{label}: {}", explain(*one))));
        return;
    }
    for deviation in deviations {
        summary.text(&format!("{label}:"), Tone::Bad, &explain(*deviation));
    }
    summary.warns(&format!("{label}:"));
    summary.decides_by("", deviations.iter().map(|one| (Tone::Bad, one.to_string())).collect());
}

/// The fields that are asked for: a seed first, since whoever sees it can make codes for ever.
pub(crate) fn fields(fields: &[FieldName], totp_codes: u32) -> Vec<(Tone, String)> {
    let (seeds, others): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.as_str() == TOTP_SEED);
    let word = |field: &FieldName| match field.as_str() {
        TOTP => format!("{TOTP} ({totp_codes} codes at most)"),
        name => name.to_owned(),
    };
    let seeds = seeds.into_iter().map(|field| (Tone::Bad, word(field)));
    seeds.chain(others.into_iter().map(|field| (Tone::Plain, word(field)))).collect()
}
