//! What auditors compare a log with: time, heads that were taken home, people's books, and the sealed
//! files; and what that amounts to at one moment. Nothing here needs a secret, or could reach one.

pub mod books;
pub mod files;
pub(crate) mod generations;
pub mod handed;
pub mod heads;
mod met;
pub mod obligations;
pub mod status;
mod timeline;
pub mod verify;
