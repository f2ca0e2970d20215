//! `request`: ask for a vault.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::audit::books::parted;
use crate::ceremony::approve::request_file;
use crate::ceremony::request::{self as ceremony, RequestPlan, Session, session_words};
use crate::cli::args::Request;
use crate::cli::ask::deviations::confirm_deviations;
use crate::cli::context::{Answer, Context};
use crate::cli::files::footing::{self, Footing, Ways};
use crate::cli::files::people::Somebody;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::escrow::{Escrow, RequestState, Vault};
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, MAX_SEALED_SHARE};
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::deviation::Deviation;
use crate::record::finding::Rule;
use crate::record::request::End;
use crate::secret::payload::{EMAIL, PASSWORD, TOTP};
use crate::value::names::{FieldName, KeyName, VaultName};

/// What is asked for, and how.
pub struct Asking<'a> {
    /// The vault.
    pub vault: VaultName,
    /// The question, but for what is known only when it is asked.
    pub question: RequestPlan,
    /// Where the request file goes; the session goes beside it.
    pub output: &'a Path,
    /// How to find a log to add to.
    pub ways: Ways<'a>,
    /// Whether the time was set by hand.
    pub time_set: bool,
}

/// A request that is logged, and whose files are written.
pub struct Lodged {
    /// The request.
    pub asked: RequestState,
    /// Its keys.
    pub session: Session,
}

/// Logs a request, and writes the request file and, sealed to the requester, its session.
pub fn request(args: Request, context: &mut Context<'_>) -> Result<Answer, Failure> {
    must_be_new(&args.output)?;
    let requester = Somebody::unlock(&args.signer, || context.peek())?;
    let now = Context::time(args.at.time);
    let question = RequestPlan {
        purpose: args.purpose,
        reason: args.reason,
        ticket: args.ticket,
        justification: args.justification,
        actions: args.actions,
        fields: fields(args.fields),
        totp_codes: args.totp_codes,
        not_before: now,
        expires: args.expires,
        generation: args.generation,
        known: Vec::new(),
        environment: context.environment(),
    };
    let ways =
        Ways { continue_in: args.continue_in.as_deref(), carried: None, accepted: &args.accepted, time: now };
    let asking =
        Asking { vault: args.vault, question, output: &args.output, ways, time_set: args.at.time.is_some() };
    let lodged = lodge(&requester, asking, context)?;
    Ok(answer(&lodged.asked, &args.output, &session_path(&args.output)))
}

/// Fails where the request file, or its session, exists already.
pub fn must_be_new(output: &Path) -> Result<(), Failure> {
    crate::cli::files::output::must_not_exist(output)?;
    crate::cli::files::output::must_not_exist(&session_path(output))
}

/// The vault of that name.
pub fn find_vault<'a>(escrow: &'a Escrow, name: &VaultName) -> Result<&'a Vault, Failure> {
    escrow.vault_named(name).ok_or_else(|| failures::no_vault(escrow, name))
}

/// Logs a request and writes its files, for somebody whose identities are unlocked.
pub fn lodge(requester: &Somebody, asking: Asking<'_>, context: &mut Context<'_>) -> Result<Lodged, Failure> {
    let Asking { vault, mut question, output, ways, time_set } = asking;
    let session_path = session_path(output);
    let Footing { mut ledger, path: log, mut deviations, created: continued } =
        Footing::find(requester, &ways, context)?;
    let escrow = ledger.escrow();
    requester.must_belong_to(escrow)?;
    let confirmed = deviations.clone();
    deviations.extend(time_set.then_some(Deviation::TimeSet));
    deviations.extend(history(requester, escrow));
    deviations.extend(question.environment.deviations(escrow.policy.strict_air_gap));
    question.known = deviations;
    let vault = find_vault(escrow, &vault)?;
    let session = Session::generate(&mut Context::rng());
    let person = requester.signer.person().clone();
    let request = ceremony::request(escrow, vault, question, person, &session)
        .map_err(|error| failures::request(&error))?;
    confirm_deviations(&request.deviations, &[ways.accepted, &confirmed].concat())?;
    // The files that the request needs are read before it is logged.
    let sealed_shares = sealed_shares(&ledger, &request.name, request.generation, context)?;
    let sealed_session =
        session.seal(&requester.card.card().recipients).map_err(|error| failures::envelope(&error))?;
    let mut created = Created::default();
    files::create_parent(&session_path, &mut created)
        .and_then(|()| files::create(&session_path, sealed_session.as_bytes()))
        .map_err(|error| failures::not_written(&session_path, &error))?;
    created.add(session_path.clone());
    let signers =
        vec![(requester.signer.key_name(), requester.signer.key()), (KeyName::Session, session.key())];
    let now = ways.time;
    let appended = ledger
        .append(Draft { time: now, says: request, signers })
        .map_err(|error| failures::ledger(&log, &error).or_next(footing::ELSEWHERE))?;
    continued.keep();
    let file = request_file(ledger.reading().good_bytes(), sealed_shares.iter().map(String::as_str));
    if let Err(error) = files::create(output, &file) {
        let failure = failures::not_written(output, &error);
        if files::is_not_durable(&error) {
            // The log may lie on the same medium, which is not written to any more.
            return Err(failure.or_next("the request is logged, and nobody can approve it: make a new one"));
        }
        // Without its file nobody can approve it: it ends here, and its session goes with `created`.
        let end = End::nothing(appended.record());
        let ended =
            ledger.append(Draft { time: now, says: end, signers: vec![(KeyName::Session, session.key())] });
        let state = if ended.is_ok() { "logged, and ended again" } else { "logged, and could not be ended" };
        return Err(
            failure.next(format!("the request is {state}; make a new one, with another place for its file"))
        );
    }
    created.keep();
    let asked = ledger.escrow().request(&appended.record()).expect("it was just appended").clone();
    Ok(Lodged { asked, session })
}

/// The fields that were named; where none was, what a sign-in takes, in its order.
pub fn fields(named: Vec<FieldName>) -> Vec<FieldName> {
    if named.is_empty() {
        [EMAIL, PASSWORD, TOTP].map(|name| name.parse().expect("a field's name")).to_vec()
    } else {
        named
    }
}

/// What the requester's own book says of the log: it is no reason to refuse, and the approvers sign it.
fn history(requester: &Somebody, escrow: &Escrow) -> Option<Deviation> {
    let found = parted(escrow, &requester.book_as_far())?;
    Some(match found.rule {
        Rule::HeadTruncated => Deviation::MissingRecords,
        _ => Deviation::OtherHistory,
    })
}

/// `req.bgr` has its session in `req.session.age`.
pub fn session_path(request: &Path) -> PathBuf {
    request.with_extension("session.age")
}

fn sealed_shares(
    ledger: &Ledger<ChainFile>,
    vault: &crate::value::names::VaultName,
    generation: u32,
    context: &mut Context<'_>,
) -> Result<Vec<String>, Failure> {
    let vault = ledger.escrow().vault_named(vault).expect("the request names it");
    let seal = &vault.generation(generation).expect("the request names it").seal;
    let mut found = Vec::new();
    for share in &seal.shares {
        let path = context.directory().sealed_share(&vault.name, generation, &share.custodian);
        let read = files::read_own(&path, MAX_SEALED_SHARE);
        match read.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(file) if crate::crypto::digest::Digest::of(file.as_bytes()) == share.sealed_share => {
                found.push(file);
            }
            // One missing share must not stop an emergency that the others can meet.
            _ => context
                .warn(&format!("warning: the sealed share of {} is missing or damaged", share.custodian)),
        }
    }
    if found.len() < usize::from(seal.threshold) {
        let what =
            format!("only {} of the {} sealed shares that are needed are here", found.len(), seal.threshold);
        return Err(
            Failure::new(Exit::BadShare, what).next("take the sealed shares from another copy of the escrow")
        );
    }
    Ok(found)
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
