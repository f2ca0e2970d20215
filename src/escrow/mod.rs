//! An escrow: what a log, read from its genesis on, amounts to.

mod dates;
mod deviations;
mod electors;
mod excerpt;
mod forks;
mod known;
mod notices;
mod people;
mod place;
mod reading;
mod requests;
mod rules;
mod signers;
mod state;
mod statements;
mod vaults;
mod verdicts;
mod verified;
mod written;

pub use dates::Act;
pub(crate) use dates::Mark;
pub use deviations::{of_release, of_request};
pub use excerpt::Excerpt;
pub(crate) use forks::forks;
pub use known::KnownLogs;
pub use people::{Person, people};
pub use place::Place;
pub use reading::Reading;
pub use requests::{Circumstances, CloseState, EndState, ReleaseState, RequestState};
pub use rules::MAX_SEQ;
pub use signers::may_seal;
pub use state::{Escrow, Gap};
pub use statements::LoggedStatement;
pub use vaults::{Cause, Generation, Released, Vault};
pub use verdicts::StandingVerdict;
pub use verified::VerifiedStatement;
