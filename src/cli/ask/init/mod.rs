//! An escrow is begun in one sitting.

pub(crate) mod dialog;
mod members;
mod sitting;
