//! `status`: where the escrow stands, and what to do next. It needs no secret and no key.

use serde_json::json;

use crate::audit::status::{Status, screen, status as standing};
use crate::cli::args;
use crate::cli::exit::{Exit, Failure};
use crate::cli::log::read_log;
use crate::cli::verify::finding_to_json;
use crate::cli::{Answer, Context, failures};
use crate::escrow::Reading;
use crate::words::Words;

/// Reads the log without locking it, and tells what it amounts to now.
pub fn status(args: &args::Status, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let path = context.log();
    let reading = Reading::of(read_log(context)?).map_err(|found| failures::finding(&path, &found))?;
    let status = standing(&reading, Context::time(args.at.time));
    let exit = match status.worst() {
        Some(worst) => Exit::from(worst),
        None if status.is_overdue() => Exit::Overdue,
        None => Exit::Done,
    };
    Ok(Answer { exit, text: screen(&status).join("\n"), json: to_json(&status, exit) })
}

fn to_json(status: &Status, exit: Exit) -> serde_json::Value {
    let trouble: Vec<_> = status.trouble.iter().map(finding_to_json).collect();
    json!({
        "verdict": exit.code(),
        "exit": exit as u8,
        "time": status.now,
        "escrow": {
            "id": status.id, "words": Words::of(&status.id).to_string(), "name": status.name,
            "head": status.head, "last_entry": status.last,
        },
        "trouble": trouble,
        "other_findings": status.findings,
        "vaults": status.vaults,
        "requests": status.requests,
        "duties": status.duties,
        "upcoming": status.upcoming,
    })
}
