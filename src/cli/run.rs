//! Which function carries out which command.

use crate::cli::args::{Cli, Command};
use crate::cli::context::{Answer, Context};
use crate::cli::files::people;
use crate::cli::say::exit::Failure;
use crate::cli::verb::{
    check, close, completions, copies, demo, doctor, enroll, init, log, man, open, release, request, retire,
    seal, status, verify, vote,
};

/// Carries out a command.
///
/// # Errors
/// A [`Failure`], which says what failed, where, and what to do next.
pub fn run(cli: Cli, context: &mut Context<'_>) -> Result<Answer, Failure> {
    // Seals, requests and releases ask about it, and record it; the others can only say it.
    if cli.command.handles_secrets()
        && (!cli.command.records_machine() || matches!(cli.command, Command::Init(_)))
    {
        context.warn_of_machine();
    }
    match cli.command {
        Command::Keygen(args) => people::keygen(&args),
        Command::Enroll(args) => enroll::enroll(args, context),
        Command::Init(args) => init::init(args, context),
        Command::Seal(args) => seal::seal(args, context),
        Command::Check(args) => check::check(args, context),
        Command::Open(args) => open::open(args, context),
        Command::Drill(args) => open::drill(args, context),
        Command::Request(args) => request::request(args, context),
        Command::Approve(args) => vote::approve(args, context),
        Command::Deny(args) => vote::deny(args, context),
        Command::Release(args) => release::release(args, context),
        Command::Action(args) => close::action(args, context),
        Command::Close(args) => close::close(args, context),
        Command::Collect(args) => close::collect(args, context),
        Command::Compare(args) => copies::compare(&args, context),
        Command::Copy(args) => copies::copy(&args, context),
        Command::Adopt(args) => copies::adopt(args, context),
        Command::Retire(args) => retire::retire(args, context),
        Command::Log(args) => log::log(&args, context),
        Command::Head(args) => log::head(&args, context),
        Command::Status(args) => status::status(&args, context),
        Command::Verify(args) => verify::verify(args, context),
        Command::Doctor(args) => doctor::doctor(&args, context),
        Command::Demo(args) => demo::demo(&args, context),
        Command::Completions(args) => completions::completions(&args, context),
        Command::Man(args) => man::man(&args),
    }
}
