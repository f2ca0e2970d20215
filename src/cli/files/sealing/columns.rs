//! What the columns of a table mean, by its header.

use crate::cli::files::sealing::table::Row;
use crate::secret::payload::MAX_FIELDS;
use crate::value::names::FieldName;

/// The most columns.
pub(crate) const MAX_COLUMNS: usize = MAX_FIELDS;

/// What a column may be called that holds a TOTP seed.
const SEEDS: &[&str] = &[
    "totp",
    "otp",
    "otpauth",
    "login_totp",
    "mfa_seed",
    "mfa_secret",
    "otp_seed",
    "otp_secret",
    "otp_uri",
    "otp_url",
    "totp_seed",
    "totp_secret",
    "totp_uri",
    "totp_url",
];

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// The vault's name.
    Vault,
    /// The account's id.
    Account,
    /// The root user's e-mail address.
    Email,
    /// The password.
    Password,
    /// The TOTP seed.
    Totp,
    /// A code to compare with the seed; it is not sealed.
    TotpCode,
    /// The custodians, separated by blanks.
    Custodians,
    /// The threshold.
    Threshold,
    /// A field of this name.
    Field(FieldName),
}

impl Column {
    /// How the header calls it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Column::Vault => "vault",
            Column::Account => "account_id",
            Column::Email => "email",
            Column::Password => "password",
            Column::Totp => "totp",
            Column::TotpCode => "totp_code",
            Column::Custodians => "custodians",
            Column::Threshold => "threshold",
            Column::Field(name) => name.as_str(),
        }
    }

    /// The column of a header's cell; `None` if nothing can be called that. Case, blanks around, and what is between the
    /// words do not matter.
    fn read(cell: &str) -> Option<Column> {
        let name = cell.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        Some(match name.as_str() {
            "vault" => Column::Vault,
            "account_id" => Column::Account,
            "email" => Column::Email,
            "password" => Column::Password,
            "totp_code" => Column::TotpCode,
            "custodians" => Column::Custodians,
            "threshold" => Column::Threshold,
            seed if SEEDS.contains(&seed) => Column::Totp,
            other => Column::Field(other.replace('_', "-").parse().ok()?),
        })
    }
}

/// Reads a header.
///
/// # Errors
/// What is wrong with it; nothing of it is quoted, since rows without a header may stand in its place.
pub(crate) fn read_header(header: &Row) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.count());
    for (at, cell) in header.cells().enumerate() {
        let column = Column::read(cell).ok_or_else(|| {
            format!(
                "column {} of the header is not a field's name: 1 to 32 characters of a-z, 0-9 and -",
                at + 1
            )
        });
        match column {
            // What is missing says more of rows without a header.
            Err(_) if !has(header, &Column::Vault) => return Err("the header lacks `vault`".to_owned()),
            Err(why) => return Err(why),
            Ok(column) if columns.contains(&column) => {
                let name = column.name();
                let is_new = matches!(column, Column::Field(_));
                return Err(if is_new {
                    format!("column {} of the header names a field a second time", at + 1)
                } else {
                    format!("the header has two columns for `{name}`")
                });
            }
            Ok(column) => columns.push(column),
        }
    }
    let needed = [Column::Vault, Column::Account, Column::Email];
    match needed.iter().find(|needed| !columns.contains(needed)) {
        Some(needed) => Err(format!("the header lacks `{}`", needed.name())),
        None => Ok(columns),
    }
}

/// Whether a header has such a column.
fn has(header: &Row, column: &Column) -> bool {
    header.cells().any(|cell| Column::read(cell).as_ref() == Some(column))
}
