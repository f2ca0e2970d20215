//! Where the password of a vault comes from.

use secrecy::SecretString;

/// Where the password comes from.
pub(crate) enum Password {
    /// It was typed; and whether it is weak, and was accepted nevertheless.
    Typed(SecretString, bool),
    /// It is made here, after the summary was confirmed.
    MadeHere,
}

impl Password {
    /// How the summary shows it.
    pub(crate) fn shown(&self) -> &'static str {
        match self {
            Password::Typed(_, false) => "typed",
            Password::Typed(_, true) => "typed; it is weak",
            Password::MadeHere => "made here, and shown once so that you can set it at the provider",
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
