//! Where people's files are looked for, when they name themselves by their id.

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::files::people::LocalPerson;
use crate::cli::flags::{As, with_ending};
use crate::cli::say::exit::{Exit, Failure};
use crate::escrow::Escrow;
use crate::value::names::PersonId;

/// Places in which people's files may lie, each person's in a directory of their own: `alice/alice.key`.
pub(crate) struct FileFinder(Vec<PathBuf>);

impl FileFinder {
    /// Here, and beside the escrow.
    pub(crate) fn of(context: &Context<'_>) -> FileFinder {
        FileFinder(vec![PathBuf::new(), context.escrow.join("..")])
    }

    /// Also looks beside the files of a person whose PREFIX is known.
    pub(crate) fn beside(&mut self, prefix: &Path) {
        self.0.extend(prefix.parent().map(|folder| folder.join("..")));
    }

    /// The PREFIX of a person who is here, named by their id or by the path of their files.
    pub(crate) fn find(&self, typed: &str, escrow: &Escrow) -> Result<PathBuf, Failure> {
        let exists = |prefix: &Path| with_ending(prefix, "key").exists();
        let known = typed.parse::<PersonId>().ok().filter(|id| escrow.people.contains_key(id));
        let found = match known {
            None => Some(PathBuf::from(typed)).filter(|prefix| exists(prefix)),
            Some(id) => {
                let (folder, file) = (id.as_str(), id.as_str());
                self.0.iter().map(|place| place.join(folder).join(file)).find(|prefix| exists(prefix))
            }
        };
        found.ok_or_else(|| {
            Failure::new(Exit::BadInput, format!("the identity file of `{typed}` was not found")).next(
                format!(
                    "type its path without the ending, e.g. /media/usb/{0}/{0} for /media/usb/{0}/{0}.key",
                    "alice"
                ),
            )
        })
    }

    /// Unlocks a person who is here and belongs to the escrow.
    pub(crate) fn unlock(&self, typed: &str, escrow: &Escrow) -> Result<LocalPerson, Failure> {
        let signer = As { prefix: self.find(typed, escrow)?, identities: Vec::new(), book: None };
        let who = LocalPerson::unlock(&signer, |id| escrow.card_of(id))?;
        who.must_belong_to(escrow)?;
        Ok(who)
    }
}
