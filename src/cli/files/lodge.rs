//! A request is logged, and its files are written.

use std::io;
use std::path::Path;

use crate::audit::books::parted;
use crate::audit::files::SealedGeneration;
use crate::ceremony::approve::request_file;
use crate::ceremony::carried::{MAX_WHOLE, carried, travels_small};
use crate::ceremony::request as ceremony;
use crate::ceremony::request::{RequestPlan, Session};
use crate::cli::context::Context;
use crate::cli::files::open_log::{self, OpenLog, OpenOptions};
use crate::cli::files::people::LocalPerson;
use crate::cli::files::requests::{find_vault, session_path};
use crate::cli::files::sealed::look_at;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::files::{ANOTHER_COPY, not_openable as said_not_openable};
use crate::cli::terminal::confirm::confirm_deviations;
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, Generation, GenerationName, RequestState, Vault};
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, MAX_SEALED_SHARE};
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::deviation::Deviation;
use crate::record::finding::Rule;
use crate::record::request::{End, Request};
use crate::value::names::{KeyName, VaultName};
use crate::value::time::Time;

/// What is asked for, and how.
pub(crate) struct RequestDraft<'a> {
    /// The vault.
    pub(crate) vault: VaultName,
    /// What the request asks for; what is known only when it is logged is still missing.
    pub(crate) plan: RequestPlan,
    /// Where the request file goes; the session goes beside it.
    pub(crate) output: &'a Path,
    /// How to open the log for appending.
    pub(crate) options: OpenOptions<'a>,
    /// Whether the time was set by hand.
    pub(crate) time_set: bool,
}

/// A request that is logged, and whose files are written.
pub(crate) struct LoggedRequest {
    /// The request.
    pub(crate) asked: RequestState,
    /// Its keys.
    pub(crate) session: Session,
}

/// Logs a request and writes its files, for a requester whose identities are unlocked.
pub(crate) fn lodge(
    requester: &LocalPerson,
    draft: RequestDraft<'_>,
    context: &mut Context<'_>,
) -> Result<LoggedRequest, Failure> {
    let RequestDraft { vault, mut plan, output, options, time_set } = draft;
    let session_path = session_path(output);
    let OpenLog { mut ledger, path: log, mut deviations, created: continued } =
        OpenLog::find(requester, &options, context)?;
    let escrow = ledger.escrow();
    requester.must_belong_to(escrow)?;
    let confirmed = deviations.clone();
    deviations.extend(too_large(escrow, context));
    deviations.extend(time_set.then_some(Deviation::TimeSet));
    deviations.extend(by_the_book(requester, escrow, context));
    plan.environment = context.environment(); // As it is now that log and book are read.
    let vault = find_vault(escrow, &vault, plan.generation.as_ref())?;
    deviations.extend(not_openable(escrow, vault, plan.generation.as_ref(), context));
    plan.known = deviations;
    let session = Session::generate(&mut Context::rng());
    let person = requester.signer.person().clone();
    let request = ceremony::request(escrow, vault, plan, person, &session)
        .map_err(|error| failures::request(&error))?;
    confirm_deviations(&request.deviations, &[options.accepted, &confirmed].concat())?;
    // They are read before the request is logged: without any of them nobody could approve it.
    let sealed_shares = sealed_shares(&ledger, &request, context)?;
    let sealed_session =
        session.seal(&requester.card.card().recipients).map_err(|error| failures::envelope(&error))?;
    let mut created = Created::default();
    files::create_parent(&session_path, &mut created)
        .and_then(|()| files::create(&session_path, sealed_session.as_bytes()))
        .map_err(|error| failures::not_written(&session_path, &error))?;
    created.add(session_path.clone());
    let signers =
        vec![(requester.signer.key_name(), requester.signer.key()), (KeyName::Session, session.key())];
    let now = options.time;
    let appended = ledger
        .append(Draft { time: now, says: request, signers })
        .map_err(|error| failures::ledger(&log, &error).or_next(open_log::ELSEWHERE))?;
    continued.keep();
    let log = carried(ledger.reading(), MAX_WHOLE);
    let file = request_file(&log, sealed_shares.iter().map(String::as_str));
    if let Err(error) = files::create(output, &file) {
        return Err(not_sent(&mut ledger, (appended.record(), now), &session, output, &error));
    }
    created.keep();
    let asked = ledger.escrow().request(&appended.record()).expect("it was just appended").clone();
    context.keep(ledger);
    Ok(LoggedRequest { asked, session })
}

/// What becomes of a request that is logged, and whose file cannot be written: nobody can approve it without.
fn not_sent(
    ledger: &mut Ledger<ChainFile>,
    (request, time): (Digest, Time),
    session: &Session,
    output: &Path,
    error: &io::Error,
) -> Failure {
    let failure = failures::not_written(output, error);
    if files::is_not_durable(error) {
        // The log may lie on the same medium, and that must not be written to any more: so the request is not ended.
        return failure.or_next("the request is logged, but nobody can approve it: make a new one");
    }
    // It is ended here; its session is removed with what was created.
    let signers = vec![(KeyName::Session, session.key())];
    let ended = ledger.append(Draft { time, says: End::nothing(request), signers });
    let state = if ended.is_ok() { "logged, and was ended again" } else { "logged, and could not be ended" };
    failure.next(format!("the request is {state}; make a new one, and write its file elsewhere"))
}

/// The deviation of a request on a log that is too large to travel: approvers see that records are missing.
fn too_large(escrow: &Escrow, context: &mut Context<'_>) -> Option<Deviation> {
    travels_small(escrow).then(|| {
        context.warn(&format!(
            "the log has {} MiB: the request file carries what matters of it, and approvers see that records are \
             missing",
            escrow.head.size >> 20
        ));
        Deviation::MissingRecords
    })
}

/// Whether the requester's own book contradicts the log, or lacks what the log says that they stated. Each is recorded as a
/// deviation, for the approvers to judge: it does not stop an emergency.
fn by_the_book(requester: &LocalPerson, escrow: &Escrow, context: &mut Context<'_>) -> Vec<Deviation> {
    let book = requester.book_as_far();
    let history = parted(escrow, &book).map(|found| match found.rule {
        Rule::HeadTruncated => Deviation::MissingRecords,
        _ => Deviation::OtherHistory,
    });
    let lost = book.lost(&escrow.names_of_book(requester.signer.person())).map(|lost| {
        context.warn(&requester.said_lost(&lost));
        Deviation::BookLost
    });
    history.into_iter().chain(lost).collect()
}

/// Whether the files here cannot open the generation that is asked for: said before anybody else is troubled with it.
/// That does not stop an emergency, since another copy may have the files.
fn not_openable(
    escrow: &Escrow,
    vault: &Vault,
    name: Option<&GenerationName>,
    context: &mut Context<'_>,
) -> Option<Deviation> {
    let asked = name.map_or(Some(vault.current()), |name| vault.named(name).ok())?;
    let files = look_at(&context.directory(), SealedGeneration::of(escrow, vault, asked));
    if files.is_openable() {
        return None;
    }
    context.show(&said_not_openable(&files));
    context.warn(ANOTHER_COPY);
    Some(Deviation::NotOpenable)
}

fn sealed_shares(
    ledger: &Ledger<ChainFile>,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Vec<String>, Failure> {
    let Generation { seal, record, .. } = ledger.escrow().asked_for(request).expect("the request names it");
    let mut found = Vec::new();
    for share in &seal.shares {
        let path = context.directory().sealed_share(&seal.name, seal.generation, record, &share.custodian);
        let read = files::read_own(&path, MAX_SEALED_SHARE);
        match read.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(file) if Digest::of(file.as_bytes()) == share.sealed_share => {
                found.push(file);
            }
            // One missing share must not stop an emergency that the other custodians can handle.
            _ => context
                .warn(&format!("warning: the sealed share of {} is missing or damaged", share.custodian)),
        }
    }
    if found.is_empty() {
        let what =
            format!("no sealed share of {} is here, and nobody can approve without theirs", seal.title());
        return Err(Failure::new(Exit::BadShare, what).next(ANOTHER_COPY));
    }
    Ok(found)
}
