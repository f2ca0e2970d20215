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
