//! What the sealed files of a copy mean for the person at the keyboard.

use crate::audit::files::GenerationFiles;
use crate::cli::say::painted::{Painted, Tone};

/// What to do about files that are missing or changed: no copy is refused, and another one may be whole.
pub(crate) const ANOTHER_COPY: &str = "another copy of the escrow may have the files: `breakglass copy THE-COPY` brings \
    it up to date and names what both lack; then use it with --escrow THE-COPY. `breakglass compare` tells which copy is \
    behind";

/// That a generation cannot be opened from this copy, and why.
pub(crate) fn not_openable(files: &GenerationFiles) -> Painted {
    let text = format!(": {} generation {}: {}", files.vault, files.generation, files.obstacles());
    Painted::of(Tone::Bad, "NOT OPENABLE").and(Tone::Plain, text)
}
