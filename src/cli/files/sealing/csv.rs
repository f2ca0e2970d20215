//! Credentials from a CSV.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::files::sealing::columns::{Column, MAX_COLUMNS, read_header};
use crate::cli::files::sealing::consent::{Consent, SealDeviation};
use crate::cli::files::sealing::credentials::{RawCredentials, VaultCredentials, VaultFacts, finish};
use crate::cli::files::sealing::table::{Row, TableError, TableText, TextPlace};
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::crypto::digest::Digest;
use crate::hands::files;
use crate::record::seal::AccountId;
use crate::secret::payload::{Fields, PASSWORD};
use crate::value::names::{PersonId, VaultName};
use crate::value::public;

/// The most bytes and rows of a CSV. A larger file would not fit into the memory for secrets.
const MAX_CSV: u64 = 1 << 20;
const MAX_ROWS: usize = 10_000;

/// What a CSV begins with.
const HEADER: &str = "vault,account_id,email,password,totp[,custodians][,threshold][,other fields]";

/// The vaults of a CSV file, one row each. Its rows were all read and judged once; what is kept of them besides the file
/// is not secret, but for passwords that were made here.
pub struct CsvBatch {
    table: TableText,
    columns: Vec<Column>,
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
        let bad = |row: usize, why: &str| {
            Failure::new(Exit::BadInput, why.to_owned())
                .at(format!("{}, row {row}", path.display()))
                .next(format!("correct it; the header is {HEADER}"))
        };
        let broken = |(error, place): (TableError, TextPlace)| {
            let failure = Failure::new(Exit::BadInput, error).at(format!("{}, {place}", path.display()));
            failure.next(format!("{}. Nothing was sealed", error.remedy()))
        };
        let table = TableText::decode(bytes).map_err(broken)?;
        let mut unread = table.rows_from(0);
        let header = unread.next_row(MAX_COLUMNS).map_err(|(error, place)| match error {
            TableError::TooManyCells { .. } => bad(1, "the header names too many columns"),
            _ => broken((error, place)),
        })?;
        let header = header.unwrap_or_default();
        let columns = read_header(&header).map_err(|why| bad(1, &why))?;
        let (mut rows, mut passwords) = (Vec::new(), Passwords::new());
        for row in 2.. {
            let Some(cells) = unread.next_row(columns.len()).map_err(broken)? else { break };
            if cells.count() != columns.len() {
                let (there, needed) = (cells.count(), columns.len());
                let why =
                    format!("the row has another number of cells than the header: {there}, not {needed}");
                return Err(bad(row, &why));
            }
            if rows.len() == MAX_ROWS {
                return Err(bad(row, "there are too many rows"));
            }
            let read = CsvRow::judged(&columns, cells, generate, consent);
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
        Ok(CsvBatch { table, columns, rows })
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

    /// The vault at `at`, without its fields.
    pub(crate) fn facts_at(&self, at: usize) -> &VaultFacts {
        &self.rows[at].facts
    }

    /// The fields of the vault at `at`, out of the file. The row was judged before.
    ///
    /// # Errors
    /// None for a row of this file.
    pub fn fields(&self, at: usize) -> Result<Fields, Failure> {
        let row = &self.rows[at];
        let gone = || {
            Failure::new(Exit::BadInput, format!("the row of `{}` cannot be read again", row.facts.vault))
                .next("nothing was sealed: run the same command again")
        };
        let again = self.table.rows_from(row.at).next_row(self.columns.len()).ok().flatten();
        let Cells { vault, custodians, threshold, mut raw } =
            read_cells(&self.columns, again.ok_or_else(gone)?)?;
        raw.is_judged = true;
        raw.password = raw.password.or_else(|| row.generated.clone());
        let mut nobody = Consent::beforehand(&[]);
        Ok(finish(vault, raw, custodians, threshold, false, &mut nobody)?.fields)
    }
}

impl CsvRow {
    /// A row that was read and judged, and its fields.
    fn judged(
        columns: &[Column],
        cells: Row,
        generate: bool,
        consent: &mut Consent<'_>,
    ) -> Result<(CsvRow, Fields), Failure> {
        let at = cells.at;
        let Cells { vault, custodians, threshold, raw } = read_cells(columns, cells)?;
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

/// Takes a row apart. The row goes before anything else is made of its cells: it can have a megabyte. Blanks around a
/// cell belong to its value where that is secret, and nowhere else.
fn read_cells(columns: &[Column], row: Row) -> Result<Cells, Failure> {
    let wrong = |column: &str, why: &dyn std::fmt::Display| {
        Failure::new(Exit::BadInput, format!("column `{column}`: {why}"))
            .next("correct that cell, and run the same command again")
    };
    let (mut raw, mut vault, mut custodians, mut threshold) = (RawCredentials::default(), None, None, None);
    for (column, cell) in columns.iter().zip(row.cells()).filter(|(_, cell)| !cell.is_empty()) {
        let (name, plain) = (column.name(), cell.trim());
        match column {
            Column::Password => raw.password = Some(cell.into()),
            Column::Field(field) => raw.others.push((field.clone(), cell.into())),
            _ if plain.is_empty() => {}
            Column::Vault => vault = Some(plain.parse::<VaultName>().map_err(|error| wrong(name, &error))?),
            Column::Account => {
                raw.account = Some(AccountId::from_input(plain).map_err(|error| wrong(name, &error))?);
            }
            Column::Email => raw.email = Some(plain.into()),
            Column::Totp => raw.totp = Some(plain.into()),
            Column::TotpCode => raw.totp_code = Some(plain.into()),
            Column::Threshold => threshold = Some(plain.parse().map_err(|error| wrong(name, &error))?),
            Column::Custodians => {
                let people = plain.split_whitespace().map(str::parse::<PersonId>);
                custodians =
                    Some(people.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(name, &error))?);
            }
        }
    }
    let vault = vault.ok_or_else(|| wrong("vault", &"it is empty"))?;
    Ok(Cells { vault, custodians, threshold, raw })
}
