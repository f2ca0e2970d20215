//! `deny`: a custodian says no to a request. It is recorded, but it is not a veto.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{Answer, Context, Verb};
use crate::cli::files::decision::{self, Asks, Decision};
use crate::cli::files::output::{must_not_exist, write_output};
use crate::cli::files::requests::read_request;
use crate::cli::files::statements::statement_file;
use crate::cli::flags::{As, Global};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::outcomes::deny::DenyOutcome;
use crate::hands::clock;
use crate::hands::sandbox::FileAccess;
use crate::value::text::FreeText;

/// Say no to a request: it is recorded, but it is not a veto
#[derive(Debug, Args)]
#[command(
    after_help = "Example: breakglass deny req.bgr --as alice/alice --because \"no such incident\" -o alice.bgd"
)]
pub(crate) struct DenyArgs {
    /// The request file
    request: PathBuf,
    /// The custodian
    #[command(flatten)]
    signer: As,
    /// Why not, in words
    #[arg(long, value_name = "WHY")]
    because: FreeText,
    /// Where to write the denial
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Verb for DenyArgs {
    const HANDLES_SECRETS: bool = true;
    const RECORDS_MACHINE: bool = false;

    fn files(&self, _: &Global) -> FileAccess {
        let mut access = FileAccess::default();
        self.signer.allow(&mut access);
        access.reads(&self.request);
        access.changes_beside(&self.output);
        access
    }

    fn run(self, context: &mut Context<'_>) -> Result<Answer, Failure> {
        must_not_exist(&self.output)?;
        let carried = read_request(&self.request, &context.known)?;
        let custodian = decision::unlock(&self.signer, &carried)?;
        let decision = Decision {
            path: &self.request,
            carried: &carried,
            custodian: &custodian,
            time: clock::now(),
            asks: Asks::Nothing,
        };
        let examined = decision.examine(context)?;
        let statement = custodian.state(examined.deny(self.because, decision.time), context)?;
        write_output(&self.output, &statement_file(&statement))?;
        let outcome = DenyOutcome {
            request_id: examined.asked.record,
            person: custodian.signer.person().clone(),
            denial: self.output,
        };
        Ok(Answer::of(Exit::Done, &outcome))
    }
}
