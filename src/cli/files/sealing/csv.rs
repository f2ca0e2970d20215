//! Credentials from a CSV.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::files::sealing::consent::Consent;
use crate::cli::files::sealing::credentials::{RawCredentials, VaultCredentials, finish};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::hands::files;
use crate::record::seal::AccountId;
use crate::secret::payload::MAX_FIELDS;
use crate::value::names::{FieldName, PersonId, VaultName};

/// The most bytes, rows, columns and cells of a CSV. A larger file would not fit into the memory for secrets.
const MAX_CSV: u64 = 1 << 20;
const MAX_ROWS: usize = 10_000;
const MAX_COLUMNS: usize = MAX_FIELDS;
const MAX_CELLS: usize = MAX_ROWS * MAX_COLUMNS;

/// The column that holds a code to compare with the seed; it is not sealed.
const TOTP_CODE: &str = "totp_code";

/// What a CSV begins with.
const HEADER: &str = "vault,account_id,email,password,totp[,custodians][,threshold][,other fields]";

/// Reads the vaults of a CSV file: one row each, with a header.
pub(crate) fn read_csv(
    path: &Path,
    generate: bool,
    consent: &mut Consent<'_>,
) -> Result<Vec<VaultCredentials>, Failure> {
    if path == Path::new("-") && io::stdin().is_terminal() {
        // It would be typed without echo, and have no end.
        return Err(Failure::new(Exit::Usage, "a CSV cannot be typed at a terminal")
            .at("-")
            .next("give a file, or leave out --from to be asked for each value"));
    }
    let bytes = files::read(path, MAX_CSV).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => failures::not_read(path, &error).next("split it into several files"),
        _ => failures::not_read(path, &error),
    })?;
    parse_csv(&Zeroizing::new(bytes), path, generate, consent)
}

/// The vaults of a CSV, which comes from `path`.
///
/// # Errors
/// A [`Failure`] that names the row, and never quotes it.
pub fn parse_csv(
    bytes: &[u8],
    path: &Path,
    generate: bool,
    consent: &mut Consent<'_>,
) -> Result<Vec<VaultCredentials>, Failure> {
    let bad = |row: usize, why: &str| {
        Failure::new(Exit::BadInput, why.to_owned())
            .at(format!("{}, row {row}", path.display()))
            .next(format!("correct it; the header is {HEADER}"))
    };
    // The reader needs far more room for a cell than the comma that makes one.
    if bytes.iter().filter(|byte| **byte == b',').count() > MAX_CELLS {
        return Err(bad(1, "the file holds too many cells"));
    }
    let mut reader =
        csv::ReaderBuilder::new().from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let header = reader.headers().map_err(|_| bad(1, "the header is not readable"))?.clone();
    if header.len() > MAX_COLUMNS {
        return Err(bad(1, "the header names too many columns"));
    }
    for (at, name) in header.iter().enumerate() {
        if header.iter().take(at).any(|other| other == name) {
            return Err(bad(1, "the header names a column twice"));
        }
    }
    for needed in ["vault", "account_id", "email"] {
        if !header.iter().any(|name| name == needed) {
            return Err(bad(1, &format!("the header lacks `{needed}`")));
        }
    }
    let mut all = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let row = at + 2;
        // The reader's own error could quote the row, which is secret.
        let record = record.map_err(|_| bad(row, "the row is not UTF-8, or has another number of cells"))?;
        if all.len() == MAX_ROWS {
            return Err(bad(row, "there are too many rows"));
        }
        let credentials = read_row(&header, &record, generate, consent);
        all.push(credentials.map_err(|failure| failure.at(format!("{}, row {row}", path.display())))?);
    }
    if all.is_empty() { Err(bad(2, "there is no vault below the header")) } else { Ok(all) }
}

fn read_row(
    header: &csv::StringRecord,
    record: &csv::StringRecord,
    generate: bool,
    consent: &mut Consent<'_>,
) -> Result<VaultCredentials, Failure> {
    let wrong = |column: &str, why: &dyn std::fmt::Display| {
        Failure::new(Exit::BadInput, format!("column `{column}`: {why}"))
            .next("correct that cell, and run the same command again")
    };
    let (mut draft, mut vault, mut custodians, mut threshold) = (RawCredentials::default(), None, None, None);
    for (column, cell) in header.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            "vault" => vault = Some(cell.parse::<VaultName>().map_err(|error| wrong(column, &error))?),
            "account_id" => {
                draft.account = Some(AccountId::from_input(cell).map_err(|error| wrong(column, &error))?)
            }
            "email" => draft.email = Some(cell.into()),
            "password" => draft.password = Some(cell.into()),
            "totp" => draft.totp = Some(cell.into()),
            TOTP_CODE => draft.totp_code = Some(cell.into()),
            "threshold" => threshold = Some(cell.parse().map_err(|error| wrong(column, &error))?),
            "custodians" => {
                let people =
                    cell.split_whitespace().map(str::parse::<PersonId>).collect::<Result<Vec<_>, _>>();
                custodians = Some(people.map_err(|error| wrong(column, &error))?);
            }
            other => {
                let name = other.replace('_', "-");
                let name = name.parse::<FieldName>().map_err(|error| wrong("of the header", &error))?;
                draft.others.push((name, cell.into()));
            }
        }
    }
    let vault = vault.ok_or_else(|| wrong("vault", &"it is empty"))?;
    finish(vault, draft, custodians, threshold, generate, consent)
}
