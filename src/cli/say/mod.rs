//! Every word that is said, and how it looks.

pub mod deviation;
pub mod exit;
pub mod failures;
pub mod layout;
pub mod look;
pub mod nearest;
pub mod painted;
pub mod plain;
pub mod spelling;
pub mod status;
pub mod timeline;
pub mod usage;
