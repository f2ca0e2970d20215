//! A release, as it is shown before it is logged.

use crate::ceremony::release::Gathered;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::request::{fields, written};
use crate::cli::say::summary::Summary;
use crate::escrow::RequestState;
use crate::value::time::Time;

/// What is about to be released, on whose approvals.
pub(crate) fn releasing(asked: &RequestState, gathered: &Gathered<'_>, now: Time) -> Summary {
    let (request, plain) = (&asked.request, Tone::Plain);
    let mut summary = Summary::titled(Painted::of(Tone::Due, "ABOUT TO BE RELEASED"));
    written(&mut summary, request);
    let people = gathered.approvers().iter().map(|id| (plain, id.to_string()));
    summary.decides_by("approved", people.collect());
    summary.decides_by("shown", fields(&request.fields, request.totp_codes));
    summary.decides("it is now", plain, &now.to_string());
    summary.decides("purpose", plain, &format!("{}, {}", request.purpose, request.reason));
    summary.decides("request", plain, &format!("{} by {}", asked.record.short(), request.requester));
    summary.decides("vault", Tone::Strong, &format!("{} generation {}", request.name, request.generation));
    summary.decides("account", Tone::Strong, gathered.account().as_str());
    summary
}
