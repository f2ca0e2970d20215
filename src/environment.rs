//! What the machine was like.

/// The memory that secrets are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Locked, and not even the kernel reads it.
    Secret,
    /// Locked: it never reaches the disk.
    Locked,
    /// It may reach the disk.
    Unlocked,
}

/// What the kernel keeps the program from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// The network, other programs, and all files but those that the command names.
    Whole,
    /// The network and other programs.
    NetworkOnly,
    /// Nothing.
    None,
}
