//! Credentials are sealed.

pub(crate) mod batch;
pub(crate) mod columns;
pub(crate) mod commit;
pub mod consent;
pub mod credentials;
pub mod csv;
pub(crate) mod draft;
pub(crate) mod plan;
pub(crate) mod table;
