//! Requests: in the log, and as files.

use std::path::{Path, PathBuf};

use crate::ceremony::approve::RequestFile;
use crate::cli::files::output::must_not_exist;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::escrow::{Escrow, GenerationName, KnownLogs, NotNamed, RequestState, Vault};
use crate::hands::files;
use crate::record::armour::Label;
use crate::secret::payload::{EMAIL, PASSWORD, TOTP};
use crate::value::names::{FieldName, VaultName};
use crate::value::public;

/// The request whose id begins with `id`.
pub(crate) fn find_request<'a>(escrow: &'a Escrow, id: &str) -> Result<&'a RequestState, Failure> {
    let wanted = id.to_ascii_lowercase();
    let mut found = escrow.requests.iter().filter(|asked| asked.record.to_string().starts_with(&wanted));
    let none = || {
        Failure::new(Exit::BadInput, format!("there is no request `{id}`"))
            .at("--request")
            .next("`breakglass log --kind request` lists the requests")
    };
    if wanted.len() < 8 {
        return Err(Failure::new(Exit::BadInput, format!("`{id}` is too short for the id of a request"))
            .at("--request")
            .next("give at least the first 8 digits; `breakglass log --kind request` lists the requests"));
    }
    let first = found.next().ok_or_else(none)?;
    if found.next().is_some() {
        return Err(Failure::new(Exit::BadInput, format!("several requests begin with `{id}`"))
            .at("--request")
            .next("give more digits of it; `breakglass log --kind request` lists the requests"));
    }
    Ok(first)
}

/// The vault of that name; of several, the one that has this generation.
pub(crate) fn find_vault<'a>(
    escrow: &'a Escrow,
    name: &VaultName,
    generation: Option<&GenerationName>,
) -> Result<&'a Vault, Failure> {
    escrow.vault_of(name, generation).map_err(|error| match error {
        NotNamed::NoVault => failures::no_vault(escrow, name),
        error => failures::not_named(name, &error),
    })
}

/// Reads a request file.
pub(crate) fn read_request(path: &Path, known: &KnownLogs) -> Result<RequestFile, Failure> {
    public::work(|| {
        let bytes = files::read(path, Label::Request.file_limit())
            .map_err(|error| failures::not_read(path, &error))?;
        RequestFile::parse_known(&bytes, known).map_err(|error| failures::approve(path, &error))
    })
}

/// `req.bgr` has its session in `req.session.age`.
pub(crate) fn session_path(request: &Path) -> PathBuf {
    request.with_extension("session.age")
}

/// Fails if the request file or its session exists already.
pub(crate) fn request_must_be_new(output: &Path) -> Result<(), Failure> {
    must_not_exist(output)?;
    must_not_exist(&session_path(output))
}

/// The fields that were named; if none was, those of a sign-in, in the order in which they are typed.
pub(crate) fn fields_or_usual(named: Vec<FieldName>) -> Vec<FieldName> {
    if named.is_empty() {
        [EMAIL, PASSWORD, TOTP].map(|name| name.parse().expect("a field's name")).to_vec()
    } else {
        named
    }
}
