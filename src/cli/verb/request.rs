//! `request`: ask for a vault.

use std::path::PathBuf;

use clap::Args;

use crate::ceremony::request::RequestPlan;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::lodge::{RequestDraft, lodge};
use crate::cli::files::open_log::OpenOptions;
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::{fields_or_usual, request_must_be_new, session_path};
use crate::cli::flags::{As, At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::outcomes::request::RequestOutcome;
use crate::crypto::stretch::has_room;
use crate::escrow::GenerationName;
use crate::hands::sandbox::FileAccess;
use crate::record::deviation::Deviation;
use crate::record::request::{Purpose, Reason};
use crate::value::fingerprint::Words;
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
    /// The ticket that this is for, e.g. INC-42
    #[arg(long)]
    ticket: FreeText,
    /// Why root is needed, in words
    #[arg(long)]
    justification: FreeText,
    /// What is going to be done; repeatable
    #[arg(long = "action", value_name = "TEXT")]
    actions: Vec<FreeText>,
    /// A field to be shown; repeatable. If none is named: email, password and totp
    #[arg(long = "field", value_name = "NAME")]
    fields: Vec<FieldName>,
    /// How many TOTP codes may be shown
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    totp_codes: u32,
    /// How long the request is good for, e.g. 30m or 4h
    #[arg(long, default_value = "4h", value_name = "LENGTH")]
    expires: Seconds,
    /// Another generation than the current one
    #[arg(long, value_name = "NUMBER")]
    generation: Option<GenerationName>,
    /// The requester
    #[command(flatten)]
    signer: As,
    /// Where to write the request file; the session goes beside it
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write the new records to this file, if the log cannot be appended to
    #[arg(long, value_name = "FILE")]
    continue_in: Option<PathBuf>,
    /// Accept this deviation without being asked; repeatable
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
        // Asked for before anything is logged: a request whose words nobody knows is of no use.
        has_room().map_err(|error| failures::no_scratch(&error))?;
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
        let asked = lodge(&requester, draft, context)?.asked;
        let words = Words::of_session(&asked.record).map_err(|error| {
            failures::no_scratch(&error).or_next(
                "the request is logged, but nobody can compare its words: withdraw it, with `breakglass release \
                 REQUEST-FILE --withdraw`, and make a new one",
            )
        })?;
        let session = session_path(&self.output);
        Ok(Answer::of(Exit::Done, &RequestOutcome::of(&asked, &words, &self.output, &session)))
    }
}
