//! `request`: ask for a vault.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::ceremony::request::{RequestPlan, session_words};
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::lodge::{RequestDraft, lodge};
use crate::cli::files::open_log::OpenOptions;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::{fields_or_usual, request_must_be_new, session_path};
use crate::cli::flags::{As, At, Global};
use crate::cli::say::exit::Failure;
use crate::escrow::RequestState;
use crate::hands::sandbox::FileAccess;
use crate::record::deviation::Deviation;
use crate::record::request::{Purpose, Reason};
use crate::value::names::{FieldName, VaultName};
use crate::value::text::FreeText;
use crate::value::time::Seconds;

/// Ask for a vault to be opened; writes the request file that approvers need
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass request prod --reason iam-failure --ticket INC-42 \
    --justification \"SSO is down and nobody can assume a role\" --as carol/carol -o req.bgr")]
pub(crate) struct RequestArgs {
    /// The vault's name
    vault: VaultName,
    /// What it is for
    #[arg(long, default_value_t = Purpose::Emergency)]
    purpose: Purpose,
    /// Which emergency
    #[arg(long)]
    reason: Reason,
    /// The number of the ticket that this is for
    #[arg(long)]
    ticket: FreeText,
    /// Why root is needed, in words
    #[arg(long)]
    justification: FreeText,
    /// What is going to be done; repeatable
    #[arg(long = "action", value_name = "TEXT")]
    actions: Vec<FreeText>,
    /// A field to be shown; repeatable. Email, password and totp where none is named
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<FieldName>,
    /// How many TOTP codes may be shown
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    totp_codes: u32,
    /// How long the request is good for, as 30m or 4h
    #[arg(long, default_value = "4h", value_name = "LENGTH")]
    expires: Seconds,
    /// Another generation than the current one
    #[arg(long, value_name = "NUMBER")]
    generation: Option<u32>,
    /// The requester
    #[command(flatten)]
    signer: As,
    /// Where to write the request file; the session goes beside it
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write the new entries to this file, where the log cannot be added to
    #[arg(long, value_name = "FILE")]
    continue_in: Option<PathBuf>,
    /// Say yes beforehand to something out of order; repeatable
    #[arg(long = "accept-deviation", value_name = "CODE")]
    accepted: Vec<Deviation>,
    /// The time
    #[command(flatten)]
    at: At,
}

impl Verb for RequestArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access.changes_beside(&self.output);
        self.continue_in.iter().for_each(|file| access.changes_beside(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        request_must_be_new(&self.output)?;
        let requester = LocalPerson::unlock(&self.signer, |id| context.card_of(id))?;
        let now = Context::time(self.at.time);
        let plan = RequestPlan {
            purpose: self.purpose,
            reason: self.reason,
            ticket: self.ticket,
            justification: self.justification,
            actions: self.actions,
            fields: fields_or_usual(self.fields),
            totp_codes: self.totp_codes,
            not_before: now,
            expires: self.expires,
            generation: self.generation,
            known: Vec::new(),
            environment: context.environment(),
        };
        let options = OpenOptions {
            continue_in: self.continue_in.as_deref(),
            carried: None,
            accepted: &self.accepted,
            time: now,
        };
        let draft = RequestDraft {
            vault: self.vault,
            plan,
            output: &self.output,
            options,
            time_set: self.at.time.is_some(),
        };
        let lodged = lodge(&requester, draft, context)?;
        Ok(answer(&lodged.asked, &self.output, &session_path(&self.output)))
    }
}

fn answer(asked: &RequestState, output: &Path, session: &Path) -> Answer {
    let request = &asked.request;
    let words = session_words(&asked.record);
    // The session words stay out of it: they are compared by voice, and not with a ticket that anybody can edit.
    let ticket = format!(
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
    );
    let text = format!(
        "request logged: {}\nsend {} to the approvers; keep {} and give it to nobody\n\
         read the session words to each approver by voice, and write them nowhere:\n  {words}\n\n\
         for the ticket {}:\n{ticket}",
        asked.record.short(),
        output.display(),
        session.display(),
        request.ticket,
    );
    let json = json!({
        "request_id": asked.record,
        "session_words": words.to_string(),
        "request_file": output.display().to_string(),
        "session_file": session.display().to_string(),
        "not_after": request.not_after,
        "deviations": request.deviations,
        "ticket_text": ticket,
    });
    Answer::done(text, json)
}
