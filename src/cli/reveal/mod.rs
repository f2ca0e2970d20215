//! The reveal screen: released credentials, shown to a person who is tired, in a hurry, and must not mistype.
//!
//! Everything that decides is pure, and is tested without a terminal: [`state`] says what is open and for how
//! long, and keeps what was in fact shown; [`picture`] draws it for a window of any size; [`rows`](crate::cli::say::rows) gives the
//! same values to consoles whose cursor does not move, and to screen readers; [`values`] says what there is to
//! show for a field, for the screen and for `--print` alike. [`screen`] alone touches the terminal.

mod lines;
mod marks;
mod picture;
pub(crate) mod screen;
pub(crate) mod state;
mod value;
pub(crate) mod values;

#[cfg(test)]
mod tests;
