//! What is appended to: logs and books, on a medium that is written, made durable and read again.

pub mod bookkeeping;
pub mod draft;
pub mod error;
pub mod log;
pub mod medium;
