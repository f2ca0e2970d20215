//! What is shown of a release: on the terminal, or printed.

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::files::open_log::OpenLog;
use crate::cli::files::release::releasing::{Releasing, distinct};
use crate::cli::files::statements;
use crate::cli::reveal::screen;
use crate::cli::reveal::state::{About, State};
use crate::cli::reveal::values::{Lines, lines_at};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::digest::Digest;
use crate::escrow::RequestState;
use crate::hands::clock;
use crate::record::request::{End, EndOutcome, TotpStep};
use crate::secret::payload::{Fields, TOTP};
use crate::value::names::{FieldName, PersonId};

/// What was in fact shown.
#[derive(Default)]
pub(crate) struct ShownFields {
    pub(crate) fields: Vec<FieldName>,
    pub(crate) totp_steps: Vec<TotpStep>,
}

impl ShownFields {
    /// The end of a request of which this was shown.
    pub(crate) fn end(&self, request: Digest, bad_shares: Vec<PersonId>) -> End {
        End {
            request,
            outcome: EndOutcome::Released,
            shown: self.fields.clone(),
            totp_steps: self.totp_steps.clone(),
            approvals: Vec::new(),
            bad_shares,
        }
    }
}

/// Writes `FIELD: VALUE` lines to standard output.
///
/// # Errors
/// A [`Failure`] if none of the named fields could be written: the request is still open then.
pub(crate) fn print(
    fields: &Fields,
    asked: &RequestState,
    how: &Releasing<'_>,
    context: &mut Context<'_>,
) -> Result<ShownFields, Failure> {
    let mut shown = ShownFields::default();
    for wanted in how.print {
        let now = how.time.unwrap_or_else(clock::now).unix();
        let Some(Lines { lines, step }) = lines_at(fields, wanted, now) else {
            context.warn(&format!("warning: {} holds no `{wanted}`", asked.request.name));
            continue;
        };
        for (name, value) in lines {
            let line = Zeroizing::new(format!("{name}: {}\n", value.expose_secret()));
            let written = context.stdout.write_all(line.as_bytes()).and_then(|()| context.stdout.flush());
            written.map_err(|error| {
                Failure::new(Exit::Machine, format!("standard output failed: {error}"))
                    .next("the release is logged; run the same command again, with the same approvals")
            })?;
        }
        shown.fields.push(wanted.clone());
        shown.totp_steps.extend(step.map(|step| TotpStep { field: wanted.clone(), step }));
    }
    if shown.fields.is_empty() {
        let held: Vec<_> = fields.names().map(FieldName::as_str).collect();
        return Err(Failure::new(Exit::BadInput, "none of the named fields could be shown")
            .next(format!("the vault holds: {}; the request is still open", held.join(", "))));
    }
    shown.fields = distinct(shown.fields);
    Ok(shown)
}

/// Shows what was asked for on the terminal, and logs the actions that are typed there.
pub(crate) fn show(
    fields: &Fields,
    asked: &RequestState,
    record: u64,
    how: &Releasing<'_>,
    log: &mut OpenLog,
    context: &mut Context<'_>,
) -> Result<ShownFields, Failure> {
    let mut terminal = Terminal::open("showing the fields")?.plain(context.plain);
    let seal = log.ledger.escrow().asked_for(&asked.request);
    let about = About {
        vault: asked.request.name.to_string(),
        account: seal.map_or(String::new(), |generation| generation.seal.account.to_string()),
        record,
        request: asked.record.short(),
    };
    let mut state = State::new(about, fields, &asked.request.fields, asked.request.totp_codes);
    let mut log = |done| statements::act(how.requester, &mut log.ledger, asked.record, done, context);
    // Even if the terminal fails: what was shown until then has to be logged.
    let ended = screen::run(&mut state, how.time, &mut terminal, &mut log);
    if let Err(failure) = ended {
        context.warn(&failure.to_string());
    }
    let (fields, steps) = state.shown();
    let field: FieldName = TOTP.parse().expect("it is a field's name");
    let totp_steps = steps.into_iter().map(|step| TotpStep { field: field.clone(), step }).collect();
    Ok(ShownFields { fields, totp_steps })
}
