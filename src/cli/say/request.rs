//! A request, as it is shown to the people who decide on it.

use crate::ceremony::approve::Review;
use crate::cli::say::deviation::explain;
use crate::cli::say::painted::{Painted, Tone};
use crate::value::text::folded;
use crate::value::time::Time;

/// How wide what people wrote is shown: with its margin it fits into 80 columns.
const TEXT_COLUMNS: usize = 64;

/// Everything that the decision rests on. Vault, account and kind come out of the decrypted share.
pub(crate) fn screen(examined: &Review<'_>, now: Time) -> Painted {
    let (asked, share) = (examined.asked, &examined.share);
    let wanted = &asked.request;
    let mut lines = vec![Painted::of(Tone::Strong, format!("request {}", asked.record))];
    // What people wrote is set off, so that no text can pass for a line of this screen.
    let mut line = |name: &str, tone: Tone, text: &str| {
        let text = folded(if text.is_empty() { "none named" } else { text }, TEXT_COLUMNS);
        lines.push(
            Painted::of(Tone::Quiet, format!("  {name:<10} ")).and(tone, text.join("\n             | ")),
        );
    };
    let (shares, plain) = (share.threshold, Tone::Plain);
    line("vault", Tone::Strong, &format!("{} generation {} ({})", share.name, share.generation, share.kind));
    line("account", Tone::Strong, share.account.as_str());
    line("needs", plain, &format!("{} of {} custodians", shares.threshold(), shares.total_shares()));
    line("asked by", Tone::Strong, &format!("{} at {}", wanted.requester, asked.time));
    line("purpose", plain, &format!("{}, {}", wanted.purpose, wanted.reason));
    line("ticket", plain, wanted.ticket.as_str());
    line("because", Tone::Strong, wanted.justification.as_str());
    let actions: Vec<_> = wanted.actions.iter().map(|action| action.as_str()).collect();
    line("planned", plain, &actions.join("\n"));
    line("fields", plain, &wanted.fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", "));
    line("TOTP codes", plain, &format!("{} at most", wanted.totp_codes));
    line("window", plain, &format!("{} to {}", wanted.not_before, wanted.not_after));
    line("it is now", plain, &now.to_string());
    let undeclared = examined.undeclared();
    let (requester, own) = (&wanted.requester, examined.deviations(now));
    let own = own.iter().filter(|deviation| !undeclared.contains(deviation));
    for (label, deviation) in wanted
        .deviations
        .iter()
        .map(|one| ("DEVIATION".to_owned(), one))
        .chain(undeclared.iter().map(|one| (format!("NOT DECLARED by {requester}"), one)))
        .chain(own.map(|one| ("DEVIATION".to_owned(), one)))
    {
        lines.push(Painted::of(Tone::Bad, format!("  {label}: {}", explain(*deviation))));
    }
    if let Some(seq) = examined.lacking {
        let text = format!(
            "  MISSING: your book knows record {seq}; what it says, e.g. who retired, is not in this log"
        );
        lines.push(Painted::of(Tone::Bad, text));
    }
    for earlier in &examined.unreleased {
        let text = format!(
            "  EARLIER APPROVAL by {} at {} for request {}, which is not known to have been released",
            earlier.person,
            earlier.time,
            earlier.request.short()
        );
        lines.push(Painted::of(Tone::Bad, text));
    }
    Painted::lines(lines)
}
