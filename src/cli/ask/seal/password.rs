//! Where the password of a vault comes from.

use secrecy::SecretString;

/// Where the password comes from.
pub(crate) enum Password {
    /// It was typed; and whether it is weak, and was taken all the same.
    Typed(SecretString, bool),
    /// It is made here when all of it was seen.
    MadeHere,
}

impl Password {
    /// What there is to say about it.
    pub(crate) fn shown(&self) -> &'static str {
        match self {
            Password::Typed(_, false) => "typed",
            Password::Typed(_, true) => "typed; it is weak",
            Password::MadeHere => "made here, and shown once to be set at the provider",
        }
    }

    /// What was typed.
    pub(crate) fn typed(self) -> Option<SecretString> {
        match self {
            Password::Typed(password, _) => Some(password),
            Password::MadeHere => None,
        }
    }
}
