//! The command line: every command is one line here, and one file in `verb`.

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::cli::context::{Answer, Context, Program, Verb};
use crate::cli::flags::Global;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::verb;
use crate::hands::sandbox::FileAccess;

/// Splits root credentials into shares for named custodians, and logs every reconstruction before it shows
/// anything.
#[derive(Debug, Parser)]
#[command(name = "breakglass", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Flags of every command
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Makes the commands of their table: what clap parses, and what is done with it.
macro_rules! commands {
    ($($name:ident($verb:ident::$args:ident),)+) => {
        /// The commands.
        #[derive(Debug, Subcommand)]
        enum Command {
            $($name(verb::$verb::$args),)+
        }

        impl Command {
            fn handles_secrets(&self) -> bool {
                match self { $(Command::$name(_) => verb::$verb::$args::HANDLES_SECRETS,)+ }
            }

            fn records_machine(&self) -> bool {
                match self { $(Command::$name(_) => verb::$verb::$args::RECORDS_MACHINE,)+ }
            }

            fn warns_of_machine(&self) -> bool {
                match self { $(Command::$name(_) => verb::$verb::$args::WARNS_OF_MACHINE,)+ }
            }

            fn files(&self, global: &Global) -> FileAccess {
                match self { $(Command::$name(verb) => verb.files(global),)+ }
            }

            fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
                match self { $(Command::$name(verb) => verb.run(context),)+ }
            }
        }
    };
}

// In the order in which `--help` lists them.
commands! {
    Keygen(keygen::KeygenArgs),
    Enroll(enroll::EnrollArgs),
    Init(init::InitArgs),
    Seal(seal::SealArgs),
    Check(check::CheckArgs),
    Open(open::OpenArgs),
    Drill(drill::DrillArgs),
    Request(request::RequestArgs),
    Approve(approve::ApproveArgs),
    Deny(deny::DenyArgs),
    Release(release::ReleaseArgs),
    Action(action::ActionArgs),
    Close(close::CloseArgs),
    Collect(collect::CollectArgs),
    Compare(compare::CompareArgs),
    Copy(copy::CopyArgs),
    Adopt(adopt::AdoptArgs),
    Confirm(confirm::ConfirmArgs),
    Agree(agree::AgreeArgs),
    Retire(retire::RetireArgs),
    Disavow(disavow::DisavowArgs),
    Status(status::StatusArgs),
    Log(log::LogArgs),
    Head(head::HeadArgs),
    Verify(verify::VerifyArgs),
    Doctor(doctor::DoctorArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// The program itself, for the commands that are about it: they are below this file, and cannot import it.
    pub const PROGRAM: Program = Program { definitions: Cli::command, run: run_typed };

    /// Whether a secret may come into the program's hands. The auditors' commands never see one.
    pub fn handles_secrets(&self) -> bool {
        self.command.handles_secrets()
    }

    /// Whether a record of the command, or its answer, says what the machine is like.
    pub fn records_machine(&self) -> bool {
        self.command.records_machine()
    }

    /// Which files the command needs: its sandbox lets it open no others.
    pub fn files(&self) -> FileAccess {
        self.command.files(&self.global)
    }

    /// Carries out the command.
    ///
    /// # Errors
    /// A [`Failure`], which says what failed, where, and what to do next.
    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        if self.command.warns_of_machine() {
            context.warn_of_machine();
        }
        self.command.run(context)
    }
}

/// Parses what was typed, and carries it out.
fn run_typed(typed: &[String], context: &mut Context<'_>) -> Result<Answer, Failure> {
    let cli = Cli::try_parse_from(typed).map_err(|error| {
        Failure::new(Exit::Usage, error).next("`--help` lists what can be given, with an example")
    })?;
    cli.run(context)
}
