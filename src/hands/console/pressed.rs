//! What comes from the keyboard.

/// What came from the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// A byte.
    Byte(u8),
    /// Nothing, for as long as was waited.
    Nothing,
    /// The end: of the input, of the terminal, or because a signal asked the program to end.
    End,
}
