//! Every word that is said, and how it looks.

pub mod deviation;
pub mod exit;
pub mod failures;
pub(crate) mod finding;
pub(crate) mod groups;
pub mod layout;
pub mod look;
pub mod nearest;
pub mod painted;
pub mod plain;
pub(crate) mod records;
pub(crate) mod request;
pub(crate) mod rows;
pub mod spelling;
pub mod status;
pub mod timeline;
pub mod usage;
