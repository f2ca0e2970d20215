//! `release`: approvals become credentials — logged first, shown then.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::ceremony::release::ReleaseError;
use crate::ceremony::request::Session;
use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::people::LocalPerson;
use crate::cli::files::release::releasing::Releasing;
use crate::cli::files::release::withdraw::withdraw;
use crate::cli::files::requests::{read_request, session_path};
use crate::cli::flags::{As, At, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::release::releasing;
use crate::cli::say::summary::Summary;
use crate::cli::terminal::decide;
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::digest::Digest;
use crate::hands::console::{self, Output};
use crate::hands::files;
use crate::hands::sandbox::FileAccess;
use crate::record::deviation::Deviation;
use crate::value::names::FieldName;

/// The most bytes of a session file.
const MAX_SESSION_FILE: u64 = 64 << 10;

/// Combine approvals: log the release, then show what was asked for
#[derive(Debug, Args)]
#[command(after_help = "Example: breakglass release req.bgr alice.bga bob.bga --as carol/carol")]
pub(crate) struct ReleaseArgs {
    /// The request file
    request: PathBuf,
    /// The approval files
    approvals: Vec<PathBuf>,
    /// The requester
    #[command(flatten)]
    signer: As,
    /// The session file, if it is not beside the request file
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Write this field to standard output, which must not be a terminal; repeatable
    #[arg(long = "print", value_name = "FIELD", conflicts_with = "withdraw")]
    print: Vec<FieldName>,
    /// End the request without a release; the approvals that were given are recorded
    #[arg(long)]
    withdraw: bool,
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

impl Verb for ReleaseArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = true;

    fn files(&self, global: &Global) -> FileAccess {
        let mut access = global.changes_escrow();
        self.signer.allow(&mut access);
        access.reads(&self.request);
        self.approvals.iter().for_each(|file| access.reads(file));
        // It is destroyed at the end.
        let session = self.session_file();
        access.changes_beside(&session);
        access.reads(&session);
        self.continue_in.iter().for_each(|file| access.changes_beside(file));
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        if !self.print.is_empty() && context.output != Output::Elsewhere {
            let leads = match context.output {
                Output::Terminal => "is a terminal",
                _ => "leads nowhere: it is closed, or /dev/null",
            };
            return Err(Failure::new(
                Exit::Usage,
                format!("--print writes to standard output, which {leads}"),
            )
            .next(
                "pipe it to where it is needed; or leave --print out, and the fields are shown one at a time",
            ));
        }
        if self.print.is_empty() && !self.withdraw && (context.scripted || !console::exists()) {
            return Err(Failure::new(Exit::Usage, "there is no terminal to show anything on")
                .next("name the fields that you want, e.g. --print password"));
        }
        let carried = read_request(&self.request, &context.known)?;
        self.must_be_open(&carried.asked().record, context)?;
        let requester = LocalPerson::unlock(&self.signer, |id| carried.escrow().card_of(id))?;
        let session_file = self.session_file();
        let session = read_session(&session_file, &requester);
        let how = Releasing {
            requester: &requester,
            carried: &carried,
            session_file: &session_file,
            approvals: &self.approvals,
            continue_in: self.continue_in.as_deref(),
            accepted: &self.accepted,
            time: self.at.time,
            print: &self.print,
        };
        if !self.withdraw {
            let (now, plain) = (Context::time(self.at.time), context.plain);
            let session = session?;
            return how.release(
                &session,
                &mut |asked, gathered| confirm(&releasing(asked, gathered, now), plain),
                context,
            );
        }
        if let Err(failure) = &session {
            let place = session_file.display();
            context.warn(&format!("{place}: {}; you sign the end of the request yourself", failure.what));
        }
        let session = session.ok();
        how.carry_out(&mut |log, read, context| withdraw(log, &how, session.as_ref(), read, context), context)
    }
}

impl ReleaseArgs {
    fn session_file(&self) -> PathBuf {
        self.session.clone().unwrap_or_else(|| session_path(&self.request))
    }

    /// Fails if the request has ended. Its session is gone then, and "the session cannot be read" would not say why.
    fn must_be_open(&self, request: &Digest, context: &Context<'_>) -> Result<(), Failure> {
        let elsewhere = self.continue_in.as_deref().and_then(|path| context.peek_at(path));
        let log = elsewhere.or_else(|| context.peek());
        match log.as_ref().and_then(|log| log.escrow.request(request)?.end.as_ref()) {
            Some(ended) => {
                let failure = failures::release(&ReleaseError::Ended(ended.seq), &[]);
                let session = self.session_file();
                // The session is destroyed with the request's end, unless the program was killed in between.
                Err(match session.symlink_metadata() {
                    Ok(_) => {
                        failure.or_next(&format!("delete {}: it is no longer needed", session.display()))
                    }
                    Err(_) => failure,
                })
            }
            None => Ok(()),
        }
    }
}

/// The session of the request.
fn read_session(path: &Path, requester: &LocalPerson) -> Result<Session, Failure> {
    let bytes = files::read(path, MAX_SESSION_FILE).map_err(|error| failures::no_session(path, &error))?;
    Session::open(&requester.identities, &bytes).map_err(|error| failures::session(path, &error))
}

/// Says what is about to be logged, and asks for a yes to it.
fn confirm(summary: &Summary, plain: bool) -> Result<(), Failure> {
    let mut terminal = Terminal::open("a confirmation")?.plain(plain);
    if decide::confirm(&mut terminal, summary, "The release is logged, and cannot be taken back.")? {
        return Ok(());
    }
    Err(Failure::new(Exit::NotAuthorised, "not released; nothing was logged and nothing was shown")
        .next("run it again to release, or with --withdraw to end the request"))
}
