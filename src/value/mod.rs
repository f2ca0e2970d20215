//! Values that everything else is made of: names, texts, times and fingerprints.

pub mod fingerprint;
pub mod names;
pub mod public;
pub mod shared_list;
pub mod shared_map;
pub mod text;
pub mod time;
pub mod words;
