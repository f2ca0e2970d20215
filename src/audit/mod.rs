//! What auditors compare a log with: time, heads that were taken home, and people's books. Nothing here needs
//! a secret, or could reach one.

pub mod books;
pub mod heads;
pub mod obligations;
