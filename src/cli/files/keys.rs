//! Identity files: made, locked with a passphrase, and read.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::files::output::write_output;
use crate::cli::say::exit::{Exit, Failure};
use crate::cli::say::failures;
use crate::cli::terminal::prompt::Terminal;
use crate::crypto::envelope::{self, Identity, IdentityError, IdentityFile, MAX_IDENTITY_FILE};
use crate::crypto::work::{self, WORK_FACTOR};
use crate::hands::{clock, files, memory};
use crate::secret::password::refused_passphrase;

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// An identity that has no file yet.
pub(crate) struct NewKey {
    /// The identity.
    pub(crate) identity: Identity,
    file: SecretString,
}

impl NewKey {
    /// Makes one whose file has no passphrase: whoever gets hold of the file can use it.
    pub(crate) fn unlocked() -> NewKey {
        let identity = Identity::generate();
        let file = envelope::identity_file(&identity, &clock::now().to_string());
        NewKey { identity, file }
    }

    /// Makes one whose file is locked with a passphrase, which is asked for. One that is easily guessed by somebody who
    /// knows `about` the person is refused.
    pub(crate) fn locked(terminal: &mut Terminal, about: &[&str]) -> Result<NewKey, Failure> {
        must_have_room(work::scratch(WORK_FACTOR))?;
        terminal.say(
            "The passphrase locks this identity. Nobody can reset it: if it is lost, so is the share.",
        )?;
        let passphrase = terminal.ask_new_passphrase(|typed| refused_passphrase(typed, about))?;
        let NewKey { identity, file } = NewKey::unlocked();
        let locked = envelope::lock_identity_file(&file, &passphrase, WORK_FACTOR)
            .map_err(|error| failures::envelope(&error))?;
        Ok(NewKey { identity, file: locked.into() })
    }

    /// Writes its file, which must not exist.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        write_output(path, self.file.expose_secret().as_bytes())
    }
}

/// Fails, before anybody types a passphrase, if there is not as much memory as it takes to make a key of one.
fn must_have_room(bytes: usize) -> Result<(), Failure> {
    if memory::has_room_for(bytes) {
        return Ok(());
    }
    let what = format!("a passphrase takes {} MiB of memory, and this program gets less", bytes >> 20);
    Err(Failure::new(Exit::Machine, what)
        .next("raise the limit on it (`ulimit -v unlimited`) or close other programs, and run it again"))
}

/// Reads an identity file, and asks for its passphrase if it has one.
pub(crate) fn read_identities(path: &Path) -> Result<Vec<Identity>, Failure> {
    let bytes =
        files::read(path, MAX_IDENTITY_FILE as u64).map_err(|error| failures::not_read(path, &error))?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let bad = |error: IdentityError| {
        Failure::new(Exit::BadInput, error)
            .at(path.display())
            .next("give the .key file that `breakglass keygen` wrote, or another age identity file, with -i")
    };
    let locked = match IdentityFile::parse(&bytes).map_err(bad)? {
        IdentityFile::Plain(identities) => return Ok(identities),
        IdentityFile::Locked(locked) => locked,
    };
    must_have_room(locked.scratch()).map_err(|failure| failure.at(path.display()))?;
    let mut terminal = Terminal::open("the passphrase of an identity")?;
    for _ in 0..TRIES {
        let passphrase = terminal.ask_secret(&format!("Passphrase of {}:", path.display()))?;
        match locked.unlock(&passphrase) {
            Ok(identities) => return Ok(identities),
            Err(IdentityError::WrongPassphrase) => terminal.say("  that is not the passphrase")?,
            Err(error) => return Err(bad(error)),
        }
    }
    Err(Failure::new(Exit::Locked, "the identity could not be unlocked")
        .at(path.display())
        .next("run the same command again; check Caps Lock and the keyboard layout"))
}

/// Reads several identity files.
pub(crate) fn read_all_identities(paths: &[PathBuf]) -> Result<Vec<Identity>, Failure> {
    let mut identities = Vec::new();
    for path in paths {
        identities.extend(read_identities(path)?);
    }
    Ok(identities)
}
