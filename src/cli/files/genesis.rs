//! A new escrow: its directory, and the genesis record.

use std::path::Path;

use crate::ceremony::init::{Beginning, genesis};
use crate::cli::context::Context;
use crate::cli::files::output::must_not_exist;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::hands::clock;
use crate::hands::files::{self, Created};
use crate::hands::store::{ChainFile, EscrowDir};
use crate::ledger::log::Ledger;
use crate::record::policy::{MAX_POLICY, Policy};
use crate::secret::signer::Signer;

/// Writes the genesis record, and returns the escrow's id. What was written is added to `created`.
pub(crate) fn begin(
    directory: &Path,
    beginning: &Beginning,
    administrator: &Signer,
    created: &mut Created,
) -> Result<Digest, Failure> {
    must_not_exist(directory)?;
    let genesis = genesis(beginning, administrator, clock::now(), &mut Context::rng()).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at("--card")
            .next("give one card for each person, including the administrator who signs")
    })?;
    let escrow = EscrowDir::at(directory);
    let failed = |error: std::io::Error| failures::not_written(directory, &error);
    files::create_parent(directory, created).map_err(failed)?;
    files::create_dir(directory).map_err(failed)?;
    created.add(directory.to_owned());
    let medium = ChainFile::create(&escrow.log()).map_err(failed)?;
    let ledger = Ledger::begin(medium, &genesis).map_err(|error| failures::ledger(&escrow.log(), &error))?;
    files::sync_parent(directory).map_err(failed)?;
    Ok(ledger.escrow().id)
}

/// Reads a policy.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let bytes =
        files::read_public(path, MAX_POLICY as u64).map_err(|error| failures::not_read(path, &error))?;
    Policy::from_toml(&bytes).map_err(|error| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("correct that line, or leave out --policy for the usual deadlines")
    })
}
