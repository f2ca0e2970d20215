//! The flags of commands that help a shell and a reader along.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// A shell that can be helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Source the script in ~/.bashrc
    Bash,
    /// Save the script as _breakglass, in a directory of $fpath
    Zsh,
    /// Save the script as ~/.config/fish/completions/breakglass.fish
    Fish,
    /// Save the script in ~/.config/elvish/lib, and `use` it in rc.elv
    Elvish,
    /// Run the script in $PROFILE
    Powershell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Where to write the pages; made where it is missing
    pub directory: PathBuf,
}
