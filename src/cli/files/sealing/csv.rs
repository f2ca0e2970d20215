//! Credentials from a CSV.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::files::sealing::consent::{Consent, SealDeviation};
use crate::cli::files::sealing::credentials::{RawCredentials, VaultCredentials, VaultFacts, finish};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::hands::files;
use crate::record::seal::AccountId;
use crate::secret::payload::{Fields, MAX_FIELDS, PASSWORD};
use crate::value::names::{FieldName, PersonId, VaultName};
use crate::value::public;

/// The most bytes, rows, columns and cells of a CSV. A larger file would not fit into the memory for secrets.
const MAX_CSV: u64 = 1 << 20;
const MAX_ROWS: usize = 10_000;
const MAX_COLUMNS: usize = MAX_FIELDS;
const MAX_CELLS: usize = MAX_ROWS * MAX_COLUMNS;

/// What some programs write before everything else.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The column that holds a code to compare with the seed; it is not sealed.
const TOTP_CODE: &str = "totp_code";

/// What a CSV begins with.
const HEADER: &str = "vault,account_id,email,password,totp[,custodians][,threshold][,other fields]";

/// The vaults of a CSV file, one row each. Its rows were all read and judged once; what is kept of them besides the file
/// is not secret, but for passwords that were made here.
pub struct CsvBatch {
    bytes: Zeroizing<Vec<u8>>,
    header: csv::StringRecord,
    rows: Vec<CsvRow>,
}

/// A row that was read and judged.
struct CsvRow {
    facts: VaultFacts,
    /// Where it begins, in bytes.
    at: usize,
    /// The password, if the row has none.
    generated: Option<SecretString>,
}

/// The cells of a row.
struct Cells {
    vault: VaultName,
    custodians: Option<Vec<PersonId>>,
    threshold: Option<u8>,
    raw: RawCredentials,
}

/// Reads the vaults of a CSV file, and judges each row.
pub(crate) fn read_csv(path: &Path, generate: bool, consent: &mut Consent<'_>) -> Result<CsvBatch, Failure> {
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
    CsvBatch::parse(bytes, path, generate, consent)
}

impl CsvBatch {
    /// The vaults of a CSV, which comes from `path`.
    ///
    /// # Errors
    /// A [`Failure`] that names the row, and never quotes it.
    pub fn parse(
        bytes: Vec<u8>,
        path: &Path,
        generate: bool,
        consent: &mut Consent<'_>,
    ) -> Result<CsvBatch, Failure> {
        let mut bytes = Zeroizing::new(bytes);
        let bad = |row: usize, why: &str| {
            Failure::new(Exit::BadInput, why.to_owned())
                .at(format!("{}, row {row}", path.display()))
                .next(format!("correct it; the header is {HEADER}"))
        };
        // The reader needs far more room for a cell than the comma that makes one.
        if bytes.iter().filter(|byte| **byte == b',').count() > MAX_CELLS {
            return Err(bad(1, "the file holds too many cells"));
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        let mut reader = csv::ReaderBuilder::new().from_reader(&bytes[..]);
        let header = reader.headers().map_err(|_| bad(1, "the header is not readable"))?.clone();
        check_header(&header).map_err(|why| bad(1, &why))?;
        let (mut rows, mut passwords) = (Vec::new(), Passwords::new());
        // The reader's own iterator would hold each row twice.
        let mut record = csv::StringRecord::new();
        for row in 2.. {
            // The reader's own error could quote the row, which is secret.
            let more = reader.read_record(&mut record);
            if !more.map_err(|_| bad(row, "the row is not UTF-8, or has another number of cells"))? {
                break;
            }
            if rows.len() == MAX_ROWS {
                return Err(bad(row, "there are too many rows"));
            }
            let read = CsvRow::judged(&header, std::mem::take(&mut record), generate, consent);
            let (read, fields) =
                read.map_err(|failure| failure.at(format!("{}, row {row}", path.display())))?;
            passwords.add(&fields);
            public::work(|| rows.push(read));
        }
        if rows.is_empty() {
            return Err(bad(2, "there is no vault below the header"));
        }
        if let Some((first, second)) = passwords.reused() {
            let (first, second) = (&rows[first].facts.vault, &rows[second].facts.vault);
            let what = format!("`{first}` and `{second}` have the same password.");
            consent.ask(SealDeviation::ReusedPassword, &what)?;
        }
        Ok(CsvBatch { bytes, header, rows })
    }

    /// How many vaults there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Each vault, without its fields.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &VaultFacts> {
        self.rows.iter().map(|row| &row.facts)
    }

    /// The fields of the vault at `at`, out of the file. The row was judged before.
    ///
    /// # Errors
    /// None for a row of this file.
    pub fn fields(&self, at: usize) -> Result<Fields, Failure> {
        let row = &self.rows[at];
        let mut reader = csv::ReaderBuilder::new().from_reader(&self.bytes[row.at..]);
        // The reader takes the first row for a header otherwise, and holds it twice.
        reader.set_headers(csv::StringRecord::new());
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).map_err(|_| {
            Failure::new(Exit::BadInput, format!("the row of `{}` cannot be read again", row.facts.vault))
                .next("nothing was sealed: run the same command again")
        })?;
        let Cells { vault, custodians, threshold, mut raw } = read_cells(&self.header, record)?;
        raw.is_judged = true;
        raw.password = raw.password.or_else(|| row.generated.clone());
        let mut nobody = Consent::beforehand(&[]);
        Ok(finish(vault, raw, custodians, threshold, false, &mut nobody)?.fields)
    }
}

/// What is wrong with a header, if something is.
fn check_header(header: &csv::StringRecord) -> Result<(), String> {
    if header.len() > MAX_COLUMNS {
        return Err("the header names too many columns".to_owned());
    }
    for (at, name) in header.iter().enumerate() {
        if header.iter().take(at).any(|other| other == name) {
            return Err("the header names a column twice".to_owned());
        }
    }
    match ["vault", "account_id", "email"].iter().find(|needed| !header.iter().any(|name| name == **needed)) {
        Some(needed) => Err(format!("the header lacks `{needed}`")),
        None => Ok(()),
    }
}

impl CsvRow {
    /// A row that was read and judged, and its fields.
    fn judged(
        header: &csv::StringRecord,
        record: csv::StringRecord,
        generate: bool,
        consent: &mut Consent<'_>,
    ) -> Result<(CsvRow, Fields), Failure> {
        let at = record.position().map_or(0, |position| position.byte() as usize);
        let Cells { vault, custodians, threshold, raw } = read_cells(header, record)?;
        let is_generated = generate && raw.password.is_none();
        let VaultCredentials { facts, fields } =
            finish(vault, raw, custodians, threshold, generate, consent)?;
        let generated = fields.get(PASSWORD).filter(|_| is_generated).cloned();
        Ok((CsvRow { facts: public::work(|| facts.clone()), at, generated }, fields))
    }
}

/// Which passwords were seen: by digests with a key of their own, which last no longer than the comparison.
struct Passwords {
    key: Zeroizing<[u8; 32]>,
    seen: BTreeMap<Digest, usize>,
    count: usize,
    reused: Option<(usize, usize)>,
}

impl Passwords {
    fn new() -> Passwords {
        let mut key = Zeroizing::new([0; 32]);
        Context::rng().fill_bytes(key.as_mut());
        Passwords { key, seen: BTreeMap::new(), count: 0, reused: None }
    }

    /// Remembers the next vault's password.
    fn add(&mut self, fields: &Fields) {
        let at = self.count;
        self.count += 1;
        let Some(password) = fields.get(PASSWORD) else { return };
        let digest = Digest::of_parts(&[self.key.as_slice(), password.expose_secret().as_bytes()]);
        if let Some(before) = self.seen.insert(digest, at) {
            self.reused.get_or_insert((before, at));
        }
    }

    /// The first two vaults with one password.
    fn reused(&self) -> Option<(usize, usize)> {
        self.reused
    }
}

/// Takes a row apart. The row goes before anything else is made of its cells: it can have a megabyte.
fn read_cells(header: &csv::StringRecord, record: csv::StringRecord) -> Result<Cells, Failure> {
    let wrong = |column: &str, why: &dyn std::fmt::Display| {
        Failure::new(Exit::BadInput, format!("column `{column}`: {why}"))
            .next("correct that cell, and run the same command again")
    };
    let (mut raw, mut vault, mut custodians, mut threshold) = (RawCredentials::default(), None, None, None);
    for (column, cell) in header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            "vault" => vault = Some(cell.parse::<VaultName>().map_err(|error| wrong(column, &error))?),
            "account_id" => {
                raw.account = Some(AccountId::from_input(cell).map_err(|error| wrong(column, &error))?)
            }
            "email" => raw.email = Some(cell.into()),
            "password" => raw.password = Some(cell.into()),
            "totp" => raw.totp = Some(cell.into()),
            TOTP_CODE => raw.totp_code = Some(cell.into()),
            "threshold" => threshold = Some(cell.parse().map_err(|error| wrong(column, &error))?),
            "custodians" => {
                let people =
                    cell.split_whitespace().map(str::parse::<PersonId>).collect::<Result<Vec<_>, _>>();
                custodians = Some(people.map_err(|error| wrong(column, &error))?);
            }
            other => {
                let name = other.replace('_', "-");
                let name = name.parse::<FieldName>().map_err(|error| wrong("of the header", &error))?;
                raw.others.push((name, cell.into()));
            }
        }
    }
    let vault = vault.ok_or_else(|| wrong("vault", &"it is empty"))?;
    Ok(Cells { vault, custodians, threshold, raw })
}
