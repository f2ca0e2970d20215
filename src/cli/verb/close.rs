//! After the emergency: `action`, `close`, and `collect` for statements that were made elsewhere.

use std::path::Path;

use data_encoding::BASE64;
use serde_json::json;

use crate::ceremony::approve::ApprovalFile;
use crate::cli::args::{Action, Close, Collect};
use crate::cli::ask::guide;
use crate::cli::ask::prompt::Terminal;
use crate::cli::context::{Answer, Context};
use crate::cli::files::footing;
use crate::cli::files::output::write_output;
use crate::cli::files::people::Somebody;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::painted::{Painted, Tone};
use crate::crypto::digest::Digest;
use crate::escrow::{Escrow, RequestState, VerifiedStatement};
use crate::hands::store::ChainFile;
use crate::hands::{clock, files};
use crate::ledger::bookkeeping::Intent;
use crate::ledger::draft::Draft;
use crate::ledger::log::Ledger;
use crate::record::bundle::MAX_BUNDLE;
use crate::record::chain::LogRecord;
use crate::record::closing::{Answer as Standing, Item, Lessons, Obligation};
use crate::record::note::{MAX_NOTE, Note};
use crate::record::statement::{self, HeadFrom, SignedStatement, Statement};
use crate::record::statements::Statements;
use crate::value::text::FreeText;

/// How a statement gets into the log.
pub enum Carrier<'a> {
    /// It is appended at once; the path is the log's.
    Log(&'a mut Ledger<ChainFile>, &'a Path),
    /// It is written to a file, for `collect`.
    File(&'a Path),
}

/// Puts a statement where it belongs, and says where that was.
pub fn carry(statement: &SignedStatement, who: &Somebody, how: Carrier<'_>) -> Result<String, Failure> {
    match how {
        Carrier::Log(ledger, path) => {
            let seq = append(ledger, path, std::slice::from_ref(statement), who)?;
            Ok(format!("logged as entry {seq}"))
        }
        Carrier::File(path) => {
            write_output(path, &LogRecord::bytes_of(&statement.note))?;
            Ok(format!(
                "written to {0}; to have it in the log: breakglass collect {0} --as YOU",
                path.display()
            ))
        }
    }
}

fn append(
    ledger: &mut Ledger<ChainFile>,
    path: &Path,
    statements: &[SignedStatement],
    who: &Somebody,
) -> Result<u64, Failure> {
    let statements = statements.iter().map(|one| BASE64.encode(one.note.as_bytes())).collect();
    let signers = vec![(who.signer.key_name(), who.signer.key())];
    let draft = Draft { time: clock::now(), says: Statements { statements }, signers };
    let appended = ledger.append(draft).map_err(|error| failures::ledger(path, &error))?;
    Ok(appended.head().seq)
}

/// The request whose id begins with `id`.
pub fn find_request<'a>(escrow: &'a Escrow, id: &str) -> Result<&'a RequestState, Failure> {
    let wanted = id.to_ascii_lowercase();
    let mut found = escrow.requests.iter().filter(|asked| asked.record.to_string().starts_with(&wanted));
    let none = || {
        Failure::new(Exit::BadInput, format!("there is no request `{id}`"))
            .at("--request")
            .next("breakglass log --kind request lists them")
    };
    if wanted.len() < 8 {
        return Err(Failure::new(Exit::BadInput, format!("`{id}` is too short for a request's id"))
            .at("--request")
            .next("give at least the first 8 digits; breakglass log --kind request lists them"));
    }
    let first = found.next().ok_or_else(none)?;
    if found.next().is_some() {
        return Err(Failure::new(Exit::BadInput, format!("several requests begin with `{id}`"))
            .at("--request")
            .next("give more digits of it; breakglass log --kind request lists them"));
    }
    Ok(first)
}

/// States something about a request, at the log or into a file.
fn state(
    who: &Somebody,
    ledger: &mut Ledger<ChainFile>,
    says: Statement,
    output: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<String, Failure> {
    let escrow = ledger.escrow();
    let intent = Intent {
        escrow: escrow.id,
        head: escrow.head,
        head_from: HeadFrom::Log,
        time: clock::now(),
        keeps: Vec::new(),
        says,
    };
    let statement = who.state(intent, context)?;
    let log = context.log();
    let how = output.map_or(Carrier::Log(ledger, &log), Carrier::File);
    carry(&statement, who, how)
}

/// Logs one thing that was done with the root account; says where.
pub fn act(
    who: &Somebody,
    ledger: &mut Ledger<ChainFile>,
    request: Digest,
    done: FreeText,
    context: &mut Context<'_>,
) -> Result<String, Failure> {
    state(who, ledger, statement::Action { request, done }.into(), None, context)
}

/// `action`: one thing that was done with the root account.
pub fn action(args: Action, context: &mut Context<'_>) -> Result<Answer, Failure> {
    if let Some(path) = &args.output {
        crate::cli::files::output::must_not_exist(path)?;
    }
    let who = Somebody::unlock(&args.signer, || context.peek())?;
    let mut ledger = footing::plain(&who, clock::now(), context)?;
    who.must_know(ledger.escrow(), &context.log())?;
    let request = find_request(ledger.escrow(), &args.request)?.record;
    let says = statement::Action { request, done: args.done.clone() }.into();
    let place = state(&who, &mut ledger, says, args.output.as_deref(), context)?;
    let text = format!("action recorded for request {}: {}\n{place}", request.short(), args.done);
    Ok(Answer::done(text, json!({ "request_id": request, "action": args.done })))
}

/// `close`: the list, item by item.
pub fn close(args: Close, context: &mut Context<'_>) -> Result<Answer, Failure> {
    if let Some(path) = &args.output {
        crate::cli::files::output::must_not_exist(path)?;
    }
    let given = given_answers(&args)?;
    let lessons = args.lessons.as_deref().map(read_lessons).transpose()?;
    let who = Somebody::unlock(&args.signer, || context.peek())?;
    {
        // The questions are asked before the log is locked for the append.
        let ledger = footing::plain(&who, clock::now(), context)?;
        who.must_know(ledger.escrow(), &context.log())?;
        let asked = find_request(ledger.escrow(), &args.request)?;
        if asked.request.requester == *who.signer.person() {
            context.warn("warning: the requester closes their own emergency; verify will report it");
        }
        context.warn(&review(ledger.escrow(), asked));
    }
    let items = answers(given, context)?;
    let mut ledger = footing::plain(&who, clock::now(), context)?;
    let request = find_request(ledger.escrow(), &args.request)?.record;
    let says = crate::record::closing::Close { request, items, lessons }.into();
    let place = state(&who, &mut ledger, says, args.output.as_deref(), context)?;
    let text = format!("request {} is closed by {}\n{place}", request.short(), who.signer.person());
    Ok(Answer::done(text, json!({ "request_id": request, "closed_by": who.signer.person() })))
}

/// Planned actions against logged ones.
fn review(escrow: &Escrow, asked: &RequestState) -> String {
    let mut lines = vec![format!("request {} for {}", asked.record.short(), asked.request.name)];
    for planned in &asked.request.actions {
        lines.push(format!("  planned: {planned}"));
    }
    for collected in &escrow.statements {
        let signed = &collected.statement;
        if let Statement::Action(action) = &signed.statement.says
            && action.request == asked.record
        {
            lines.push(format!("  done:    {} ({}, {})", action.done, signed.person, signed.statement.time));
        }
    }
    lines.join("\n")
}

fn given_answers(args: &Close) -> Result<Vec<Item>, Failure> {
    let mut items: Vec<Item> =
        args.done.iter().map(|obligation| Item { obligation: *obligation, answer: Standing::Done }).collect();
    for text in &args.not_applicable {
        let usage = |why: &dyn std::fmt::Display| {
            Failure::new(Exit::Usage, format!("{why}")).at("--not-applicable").next("give ITEM=WHY")
        };
        let (item, why) = text.split_once('=').ok_or_else(|| usage(&"a reason is missing"))?;
        let obligation = item.parse().map_err(|error| usage(&error))?;
        let why = why.parse().map_err(|error| usage(&error))?;
        items.push(Item { obligation, answer: Standing::NotApplicable(why) });
    }
    for (at, item) in items.iter().enumerate() {
        if items[..at].iter().any(|other| other.obligation == item.obligation) {
            let what = format!("`{}` is answered twice", item.obligation.as_str());
            return Err(Failure::new(Exit::Usage, what)
                .next("leave one of the two out; give each as --done ITEM or --not-applicable ITEM=WHY"));
        }
    }
    Ok(items)
}

/// Completes the list: what was not given is asked for, shown, and signed with a yes.
fn answers(given: Vec<Item>, context: &Context<'_>) -> Result<Vec<Item>, Failure> {
    let mut items: Vec<Option<Item>> = Obligation::ALL
        .iter()
        .map(|wanted| given.iter().find(|item| item.obligation == *wanted).cloned())
        .collect();
    let open: Vec<usize> = (0..items.len()).filter(|at| items[*at].is_none()).collect();
    let Some(first) = open.first().map(|at| Obligation::ALL[*at].as_str()) else {
        return Ok(items.into_iter().flatten().collect());
    };
    let missing = || {
        Failure::new(Exit::Usage, format!("`{first}` is not answered"))
            .next(format!("give --done {first}, or --not-applicable {first}=WHY"))
    };
    if context.scripted {
        return Err(missing());
    }
    let mut terminal = Terminal::open("the closing list").map_err(|_| missing())?.plain(context.plain);
    let mut at = 0;
    loop {
        if let Some(item) = open.get(at) {
            let obligation = Obligation::ALL[*item];
            match ask(&mut terminal, obligation)? {
                Some(answer) => {
                    items[*item] = Some(Item { obligation, answer });
                    at += 1;
                }
                None if at == 0 => terminal.say("  this is the first question; Ctrl-C stops")?,
                None => at -= 1,
            }
            continue;
        }
        terminal.show(&Painted::of(Tone::Due, "\nABOUT TO BE SIGNED"))?;
        for item in items.iter().flatten() {
            let answer = match &item.answer {
                Standing::Done => "done".to_owned(),
                Standing::NotApplicable(why) => format!("does not apply: {why}"),
            };
            terminal.say(&format!("  {:<20} {answer}", item.obligation.as_str()))?;
        }
        match terminal.ask("Is all of it right? Type yes, or < to go back:")?.as_str() {
            "yes" => return Ok(items.into_iter().flatten().collect()),
            guide::BACK => at -= 1,
            _ => terminal.say("  yes, or <")?,
        }
    }
}

/// Asks for one answer; none where somebody wants to go back.
fn ask(terminal: &mut Terminal, obligation: Obligation) -> Result<Option<Standing>, Failure> {
    terminal.say(obligation.question())?;
    loop {
        let answer = terminal.ask("  [done, or why not] >")?;
        match answer.as_str() {
            "done" => return Ok(Some(Standing::Done)),
            guide::BACK => return Ok(None),
            _ => {}
        }
        // A habit of the fingers must not be signed as a reason.
        if ["y", "yes", "n", "no"].contains(&answer.to_lowercase().as_str()) {
            terminal.say("  type done, or say why it does not apply")?;
            continue;
        }
        match answer.parse() {
            Ok(why) => return Ok(Some(Standing::NotApplicable(why))),
            Err(error) => terminal.say(&format!("  {error}"))?,
        }
    }
}

fn read_lessons(text: &str) -> Result<Lessons, Failure> {
    match text.strip_prefix('@') {
        Some(file) => {
            let path = Path::new(file);
            let bytes = files::read_public(path, MAX_BUNDLE as u64)
                .map_err(|error| failures::not_read(path, &error))?;
            Ok(Lessons::Document(Digest::of(&bytes)))
        }
        None => {
            let text = text.parse().map_err(|error| {
                Failure::new(Exit::BadInput, error)
                    .at("--lessons")
                    .next("say it in a few plain words, or put it into a file: --lessons @FILE")
            })?;
            Ok(Lessons::Text(text))
        }
    }
}

/// `collect`: appends statements that were made elsewhere, each judged by its maker and not by its carrier.
pub fn collect(args: Collect, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let mut notes = Vec::new();
    for path in &args.files {
        notes.push((path, read_statement(path)?));
    }
    let who = Somebody::unlock(&args.signer, || context.peek())?;
    let mut ledger = footing::plain(&who, clock::now(), context)?;
    who.must_belong_to(ledger.escrow())?;
    let mut statements: Vec<VerifiedStatement> = Vec::new();
    let mut lines = Vec::new();
    for (path, note) in notes {
        let signed = ledger.escrow().verify_statement(note).map_err(|broken| {
            let exit = Exit::from(broken.rule.severity());
            Failure::new(exit, format!("{}: {}", broken.rule, broken.detail))
                .at(path.display())
                .next("nothing was collected: leave this file out, or have it made again")
        })?;
        if ledger.escrow().has_statement(&signed.note.digest()) {
            lines.push(format!("{}: in the log already", path.display()));
            continue;
        }
        if statements.iter().any(|other| other.note.digest() == signed.note.digest()) {
            lines.push(format!("{}: given twice", path.display()));
            continue;
        }
        lines.push(format!("{}: {} by {}", path.display(), signed.note.kind(), signed.person));
        statements.push(signed);
    }
    let collected = statements.len();
    if !statements.is_empty() {
        ledger.vouch(&statements);
        let statements: Vec<_> = statements.into_iter().map(VerifiedStatement::into_signed).collect();
        let seq = append(&mut ledger, &context.log(), &statements, &who)?;
        lines.push(format!("logged as entry {seq}"));
    }
    Ok(Answer::done(lines.join("\n"), json!({ "collected": collected })))
}

/// Reads a statement, or the statement in an approval file.
fn read_statement(path: &Path) -> Result<Note, Failure> {
    let bytes =
        files::read_public(path, MAX_NOTE as u64).map_err(|error| failures::not_read(path, &error))?;
    if let Ok(file) = ApprovalFile::parse(&bytes) {
        return Ok(file.note);
    }
    // A lone statement is one record: a note and an empty line.
    Note::parse(bytes.strip_suffix(b"\n").unwrap_or(&bytes)).map_err(|error| {
        Failure::new(Exit::BadInput, format!("not a statement: {error}"))
            .at(path.display())
            .next("give a file that check, action, close, deny or approve wrote with -o")
    })
}
