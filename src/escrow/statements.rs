//! Statements that the log holds.

use crate::record::statement::SignedStatement;

/// A statement that the log holds.
#[derive(Debug, Clone)]
pub struct LoggedStatement {
    /// The statement.
    pub statement: SignedStatement,
    /// The number of the record that holds it.
    pub seq: u64,
    /// Whether it is embedded in a release or an end, and not in a record of statements.
    pub embedded: bool,
}
