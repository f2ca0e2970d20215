//! `retire`: somebody takes no more part.

use serde_json::json;

use crate::cli::args::Retire;
use crate::cli::context::{Answer, Context};
use crate::cli::files::footing;
use crate::cli::files::people::{must_administer, signers};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::hands::clock;
use crate::ledger::draft::Draft;
use crate::record::retire;

/// Records it. Shares that were sealed to them stay what they are, until the next generation.
pub fn retire(args: Retire, context: &mut Context<'_>) -> Result<Answer, Failure> {
    let sitting = args.signer.unlock(context)?;
    let mut ledger = footing::plain(&sitting[0], clock::now(), context)?;
    must_administer(&sitting, ledger.escrow())?;
    let person = ledger.escrow().people.get(&args.person).ok_or_else(|| {
        let what = format!("`{}` does not belong to this escrow", args.person);
        failures::no_person(&what, &args.person, ledger.escrow().people.keys())
    })?;
    if person.retired.is_some() {
        return Err(Failure::new(Exit::BadInput, format!("`{}` has retired already", args.person))
            .next("nothing is left to do; breakglass log --kind retire shows when"));
    }
    let holds: Vec<String> = ledger
        .escrow()
        .vaults
        .iter()
        .filter(|vault| vault.current().seal.share_of(&args.person).is_some())
        .map(|vault| vault.current().seal.title())
        .collect();
    let says = retire::Retire { person: args.person.clone(), because: args.because };
    let draft = Draft { time: clock::now(), says, signers: signers(&sitting) };
    let appended = ledger.append(draft).map_err(|error| failures::ledger(&context.log(), &error))?;
    let mut text = format!("{} has retired; logged as entry {}", args.person, appended.head().seq);
    if !holds.is_empty() {
        text.push_str(&format!(
            "\nthey still hold shares of {}: seal the next generation to others",
            holds.join(", ")
        ));
    }
    Ok(Answer::done(text, json!({ "person": args.person, "entry": appended.head().seq, "holds": holds })))
}
