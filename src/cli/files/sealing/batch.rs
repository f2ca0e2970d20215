//! What one `seal` seals: a vault that was asked for, or the rows of a CSV. Of a CSV one vault's fields at a time are taken
//! out of the file, sealed and wiped: there is little memory for secrets, and a file can have thousands of rows.

use crate::cli::files::sealing::credentials::{VaultCredentials, VaultFacts};
use crate::cli::files::sealing::csv::CsvBatch;
use crate::cli::say::exit::Failure;
use crate::secret::payload::Fields;
use crate::value::names::FieldName;
use crate::value::public;

/// What one `seal` seals.
pub(crate) enum Batch {
    /// A vault that was asked for.
    Asked(VaultCredentials),
    /// The rows of a CSV.
    Csv(CsvBatch),
}

impl Batch {
    /// Each vault, in order, without its fields.
    pub(crate) fn facts(&self) -> Vec<VaultFacts> {
        public::work(|| match self {
            Batch::Asked(credentials) => vec![credentials.facts.clone()],
            Batch::Csv(csv) => csv.facts().cloned().collect(),
        })
    }

    /// What the TOTP seed of the vault at `at` was given as, if it was not given as that.
    pub(crate) fn totp_from(&self, at: usize) -> Option<FieldName> {
        public::work(|| match self {
            Batch::Asked(credentials) => credentials.facts.totp_from.clone(),
            Batch::Csv(csv) => csv.facts_at(at).totp_from.clone(),
        })
    }

    /// Does something with the fields of the vault at `at`.
    ///
    /// # Errors
    /// A [`Failure`], as `each` gives it.
    pub(crate) fn with_fields<T>(
        &self,
        at: usize,
        each: impl FnOnce(&Fields) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match self {
            Batch::Asked(credentials) => each(&credentials.fields),
            Batch::Csv(csv) => each(&csv.fields(at)?),
        }
    }
}
