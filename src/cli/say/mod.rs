//! Every word that is said, and how it looks.

pub(crate) mod adopting;
pub(crate) mod deviation;
pub mod exit;
pub(crate) mod failures;
pub(crate) mod files;
pub(crate) mod finding;
pub(crate) mod groups;
pub(crate) mod layout;
pub mod look;
pub(crate) mod nearest;
pub(crate) mod outcome;
pub(crate) mod outcomes;
pub mod painted;
pub(crate) mod plain;
pub(crate) mod records;
pub(crate) mod release;
pub mod request;
pub(crate) mod rows;
pub(crate) mod spelling;
pub mod status;
pub mod summary;
pub(crate) mod timeline;
pub mod usage;
