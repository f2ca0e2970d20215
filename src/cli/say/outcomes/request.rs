//! What `request` did.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::say::outcome::{Outcome, as_shown};
use crate::cli::say::painted::Painted;
use crate::crypto::digest::Digest;
use crate::escrow::RequestState;
use crate::record::deviation::Deviation;
use crate::value::fingerprint::Words;
use crate::value::text::FreeText;
use crate::value::time::Time;

/// A request was logged, and its files were written.
#[derive(Serialize)]
pub(crate) struct RequestOutcome {
    pub(crate) request_id: Digest,
    pub(crate) session_words: String,
    #[serde(serialize_with = "as_shown")]
    pub(crate) request_file: PathBuf,
    #[serde(serialize_with = "as_shown")]
    pub(crate) session_file: PathBuf,
    pub(crate) not_after: Time,
    pub(crate) deviations: Vec<Deviation>,
    /// A text to paste into the ticket.
    pub(crate) ticket_text: String,
    #[serde(skip)]
    pub(crate) ticket: FreeText,
}

impl RequestOutcome {
    /// The request `asked`, whose files are these and whose session has these words.
    pub(crate) fn of(asked: &RequestState, words: &Words, file: &Path, session: &Path) -> RequestOutcome {
        let request = &asked.request;
        RequestOutcome {
            request_id: asked.record,
            session_words: words.to_string(),
            request_file: file.to_owned(),
            session_file: session.to_owned(),
            not_after: request.not_after,
            deviations: request.deviations.clone(),
            ticket_text: ticket_text(asked),
            ticket: request.ticket.clone(),
        }
    }
}

/// The session words stay out of it: they are compared by voice, and not with a ticket that anybody can edit.
fn ticket_text(asked: &RequestState) -> String {
    let request = &asked.request;
    format!(
        "breakglass request\n{id}\n{requester} asks for {vault} generation {generation}: {purpose}, {reason}\n\
         until {until}\nwhy: {why}",
        id = asked.record,
        requester = request.requester,
        vault = request.name,
        generation = request.generation,
        purpose = request.purpose,
        reason = request.reason,
        until = request.not_after,
        why = request.justification,
    )
}

impl Outcome for RequestOutcome {
    fn said(&self) -> Painted {
        format!(
            "request logged: {}\nsend {} to the approvers; keep {} and give it to nobody\n\
             read the session words to each approver by voice, and do not write them down:\n  {}\n\n\
             for the ticket {}:\n{}",
            self.request_id.short(),
            self.request_file.display(),
            self.session_file.display(),
            self.session_words,
            self.ticket,
            self.ticket_text,
        )
        .into()
    }
}
