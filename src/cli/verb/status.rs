//! `status`: where the escrow stands, and what to do next. It needs no secret and no key.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::audit::status::{Status, status as standing};
use crate::cli::args;
use crate::cli::context::{Answer, Context};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::say::painted::Painted;
use crate::cli::say::status::screen;
use crate::cli::verb::log::read_log;
use crate::cli::verb::verify::finding_to_json;
use crate::escrow::Reading;
use crate::value::fingerprint::Words;

/// Reads the log without locking it, and tells what it amounts to now.
pub fn status(args: &args::Status, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let path = context.log();
    let reading = Reading::of(read_log(context)?).map_err(|found| failures::finding(&path, &found))?;
    let mut status = standing(&reading, Context::time(args.at.time));
    let place = place(context);
    for command in status.duties.iter_mut().filter_map(|duty| duty.command.as_mut()) {
        command.push_str(&place);
    }
    let exit = match status.worst() {
        Some(worst) => Exit::from(worst),
        None if status.is_overdue() => Exit::Overdue,
        None => Exit::Done,
    };
    Ok(Answer { exit, text: Painted::lines(screen(&status)), json: to_json(&status, exit) })
}

/// The flags with which a command finds this very log, where it would not find it by itself. A path that a
/// shell would take apart is left to be filled in.
pub fn place(context: &Context<'_>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let flag = |name: &str, path: &Path| {
        let path = path.to_str().filter(|path| path.bytes().all(plain)).unwrap_or("PATH");
        format!(" {name} {path}")
    };
    let known = std::env::var_os("BREAKGLASS_ESCROW").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let escrow = (context.escrow != known).then(|| flag("--escrow", &context.escrow));
    let log = context.log.as_ref().map(|log| flag("--log", log));
    escrow.into_iter().chain(log).collect()
}

fn to_json(status: &Status, exit: Exit) -> serde_json::Value {
    let trouble: Vec<_> = status.trouble.iter().map(finding_to_json).collect();
    json!({
        "verdict": exit.code(),
        "exit": exit as u8,
        "time": status.now,
        "clock_behind": status.is_clock_behind(),
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
