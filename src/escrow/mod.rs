//! An escrow: what a log, read from its genesis on, amounts to.

mod deviations;
mod excerpt;
mod forks;
mod known;
mod people;
mod reading;
mod requests;
mod rules;
mod signers;
mod state;
mod statements;
mod vaults;
mod verified;

pub use deviations::{of_release, of_request};
pub use excerpt::Excerpt;
pub(crate) use forks::forks;
pub use known::KnownLogs;
pub use people::{Person, people};
pub use reading::Reading;
pub use requests::{Circumstances, CloseState, EndState, ReleaseState, RequestState};
pub use rules::MAX_SEQ;
pub use signers::may_administer;
pub use state::{Escrow, Gap};
pub use statements::LoggedStatement;
pub use vaults::{Generation, Vault};
pub use verified::VerifiedStatement;
