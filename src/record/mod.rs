//! Everything that is signed or written: notes, cards, the records of a log and what they say, statements and
//! books, and the findings that a reader of them can make.

pub mod age_header;
pub mod agree;
pub mod approvers;
pub mod armour;
pub mod book;
pub mod bundle;
pub mod canary;
pub mod card;
pub mod chain;
pub mod closing;
pub mod confirm;
pub mod custody;
pub mod decommission;
pub mod deviation;
pub mod environment;
pub mod faulty;
pub mod finding;
pub mod frame;
pub mod genesis;
pub mod groups;
pub mod gzip;
pub mod head;
pub mod kinds;
pub mod note;
mod note_error;
pub mod policy;
pub mod repair;
pub mod request;
pub mod retire;
mod rule;
pub mod seal;
mod signature_line;
mod spelling;
pub mod statement;
pub mod statements;
pub mod succeeded;
