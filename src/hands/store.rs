//! The store: an escrow's directory, and people's books.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::crypto::digest::Digest;
use crate::hands::clock::Stopwatch;
use crate::hands::files::{self, Created, durable};
use crate::hands::lacking::knows_no_locks;
pub use crate::hands::places::EscrowDir;
use crate::hands::places::{PAYLOAD, is_real_dir, share_name};
use crate::hands::{console, limits};
use crate::ledger::medium::Medium;
use crate::value::names::{PersonId, VaultName};

/// The most bytes of a log that are read.
pub(crate) const MAX_LOG: u64 = 4 << 30;

/// The most bytes of a sealed share, and of a payload's file.
pub(crate) const MAX_SEALED_SHARE: u64 = 64 << 10;
/// See [`MAX_SEALED_SHARE`].
pub(crate) const MAX_PAYLOAD_FILE: u64 = 2 << 20;

/// How long to wait before a lock is tried again.
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How the mark is named that lies among the files of a generation until its seal is in the log; behind it
/// stands the hash of the record after which the seal was to come.
const UNLOGGED: &str = "unlogged-";

impl EscrowDir {
    fn partial(&self, vault: &VaultName, generation: u32) -> PathBuf {
        self.vault(vault).join(format!("{generation}.partial"))
    }

    /// Creates the folders of this escrow that `path` will be in, if they are missing. No link is followed.
    /// What was created is remembered in `created`. Gives whether any was.
    ///
    /// # Errors
    /// The system's error; `AlreadyExists` if something other than a folder is in the way.
    pub(crate) fn create_folders(&self, path: &Path, created: &mut Created) -> io::Result<bool> {
        let mut any = false;
        for directory in self.folders(path) {
            match files::create_dir(directory) {
                Ok(()) => {
                    created.add_parent(directory.to_owned());
                    any = true;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_real_dir(directory) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(any)
    }

    /// Makes the folders durable that `path` lies in.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn sync_folders(&self, path: &Path) -> io::Result<()> {
        self.folders(path).into_iter().rev().try_for_each(files::sync_parent)
    }

    /// The folders between this escrow's directory and `path`, from above.
    fn folders<'a>(&self, path: &'a Path) -> Vec<&'a Path> {
        let within = path.ancestors().skip(1).take_while(|folder| *folder != self.root());
        within.collect::<Vec<_>>().into_iter().rev().collect()
    }

    /// Removes what an interrupted sealing left behind, and returns what that was. Whoever calls
    /// this holds the log's lock, and the log has no seal of that generation.
    ///
    /// Only what is beyond doubt goes: an empty folder of an unfinished name, and a folder with the mark of a
    /// sealing that was to come after a record which the log `knows`. Files of a seal that another log holds,
    /// or that a person put there, have no such mark.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn take_away_unlogged(
        &self,
        vault: &VaultName,
        generation: u32,
        knows: &dyn Fn(&Digest) -> bool,
    ) -> io::Result<Vec<PathBuf>> {
        let mut taken = Vec::new();
        let partial = self.partial(vault, generation);
        if is_real_dir(&partial) && fs::read_dir(&partial)?.next().is_none() {
            fs::remove_dir(&partial)?;
            taken.push(partial.clone());
        }
        for folder in [partial, self.generation(vault, generation)] {
            if is_real_dir(&folder) && mark_of(&folder)?.is_some_and(|after| knows(&after)) {
                fs::remove_dir_all(&folder)?;
                files::sync_parent(&folder)?;
                taken.push(folder);
            }
        }
        Ok(taken)
    }

    /// Takes the mark away from the files of a generation whose seal is in the log.
    pub(crate) fn unmark(&self, vault: &VaultName, generation: u32, after: &Digest) {
        // Best effort: a mark on what the log names means nothing.
        let _ = fs::remove_file(self.generation(vault, generation).join(format!("{UNLOGGED}{after}")));
    }

    /// Writes the files of a generation: all of them, under their final names, durable — or none. They are
    /// remembered in `created`, so that they go again if the seal does not get into the log. Until
    /// [`EscrowDir::unmark`] they are marked as files of a seal that comes `after` a record.
    ///
    /// # Errors
    /// The system's error; `AlreadyExists` if that generation has files already.
    pub(crate) fn write_generation(
        &self,
        vault: &VaultName,
        generation: u32,
        payload: &[u8],
        sealed_shares: &[(PersonId, String)],
        after: &Digest,
        created: &mut Created,
    ) -> io::Result<()> {
        let (place, partial) = (self.generation(vault, generation), self.partial(vault, generation));
        self.create_folders(&place, created)?;
        if place.symlink_metadata().is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} exists, and the log has no seal of it", place.display()),
            ));
        }
        files::create_dir(&partial).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let why = format!("{} is left over from an interrupted sealing", partial.display());
                io::Error::new(io::ErrorKind::AlreadyExists, why)
            }
            _ => error,
        })?;
        created.add(partial.clone());
        // It is made durable together with the files, whose folder is synced.
        files::create_new(&partial.join(format!("{UNLOGGED}{after}")))?;
        files::create(&partial.join(PAYLOAD), payload)?;
        for (custodian, file) in sealed_shares {
            files::create(&partial.join(share_name(custodian)), file.as_bytes())?;
        }
        fs::rename(&partial, &place)?;
        created.rename(&partial, &place);
        files::sync_parent(&place)?;
        self.sync_folders(&place)
    }
}

/// The record after which the seal of the files in `folder` was to be logged; `None` if they have no mark.
fn mark_of(folder: &Path) -> io::Result<Option<Digest>> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let mark = name.to_str().and_then(|name| name.strip_prefix(UNLOGGED));
        if let Some(after) = mark.and_then(|hash| hash.parse().ok()) {
            return Ok(Some(after));
        }
    }
    Ok(None)
}

/// Waits until the lock is this process's, or a person wants no more of it. A wait in the kernel would go on over every
/// signal that is only noted.
fn wait_for_lock(file: &File) -> io::Result<()> {
    let (waited, patience) = (Stopwatch::start(), limits::patience());
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            // There is nothing to wait for; whoever records anything records this too.
            Err(TryLockError::Error(error)) if knows_no_locks(&error) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if console::interrupted() => {
                let why = "it was waited for, since another breakglass writes to it, and that was broken off";
                return Err(io::Error::other(why));
            }
            Err(TryLockError::WouldBlock) if waited.elapsed() >= patience => {
                let why =
                    format!("another program holds its lock, and {} seconds are over", patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN_TRIES),
        }
    }
}

/// A log or a book on disk. It is locked against other writers for as long as the value lives.
#[derive(Debug)]
pub struct ChainFile {
    path: PathBuf,
    file: File,
    is_new: bool,
}

impl ChainFile {
    /// Whether another process holds the file's lock at this moment; `false` if that cannot be determined.
    pub(crate) fn is_held(path: &Path) -> bool {
        let file = files::open_own(path, OpenOptions::new().read(true));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Opens an existing file and waits for its lock.
    ///
    /// # Errors
    /// Whatever the system says; a link or anything but a regular file is refused.
    pub fn open(path: &Path) -> io::Result<ChainFile> {
        loop {
            let file = files::open_own(path, OpenOptions::new().read(true).append(true))?;
            wait_for_lock(&file)?;
            // While this waited for the lock, the file may have been replaced: then the lock is on the old one.
            if files::is_still(path, &file)? {
                return Ok(ChainFile { path: path.to_owned(), file, is_new: false });
            }
        }
    }

    /// Creates the file, which must not exist, and locks it. When this fails, the file is not there.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn create(path: &Path) -> io::Result<ChainFile> {
        let file = files::create_new(path)?;
        let made = wait_for_lock(&file).and_then(|()| files::sync_parent(path));
        let chain = ChainFile { path: path.to_owned(), file, is_new: true };
        match made {
            Ok(()) => Ok(chain),
            Err(error) => {
                chain.discard();
                Err(error)
            }
        }
    }

    /// Whether the file was created here. Another process may have had its lock since, and written to it.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Removes the file again. Whoever calls this created it, and nothing that was written to it since was
    /// acknowledged. Best effort: what is reported is another error.
    pub(crate) fn discard(self) {
        if self.is_here().is_ok() {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Fails if another file has taken the name since this one was opened and read: what was verified is
    /// then not what is under the name.
    fn is_here(&self) -> io::Result<()> {
        if files::is_still(&self.path, &self.file)? {
            return Ok(());
        }
        let why = "another file was put in its place while it was open";
        Err(io::Error::new(io::ErrorKind::ResourceBusy, why))
    }

    /// Opens the file, or creates it if it is missing.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn open_or_create(path: &Path) -> io::Result<ChainFile> {
        match ChainFile::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => ChainFile::create(path),
            other => other,
        }
    }
}

impl Medium for ChainFile {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        self.read_from(0, |_| ())
    }

    fn append(&mut self, size: u64, bytes: &[u8]) -> io::Result<()> {
        self.is_here()?;
        let end = self.file.seek(SeekFrom::End(0))?;
        if end != size {
            let why = format!("it has {end} bytes, where {size} were read: something else writes to it");
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, why));
        }
        if let Err(error) = self.file.write_all(bytes) {
            // The part of this write that a full disk accepted is not a record, and nobody relies on it. Remove it,
            // so that records can be added once there is room. Best effort: if it cannot be removed, it is a damaged
            // tail. After a failed sync nothing is removed, since it is unknown what the medium holds.
            let _ = self.file.set_len(size).and_then(|()| self.file.sync_data());
            return Err(error);
        }
        durable(self.file.sync_data())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".recovering");
        let beside = PathBuf::from(beside);
        // What an earlier attempt left was never the log.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        files::create(&beside, bytes)?;
        let replaced = (|| {
            let file = files::open_own(&beside, OpenOptions::new().read(true).append(true))?;
            wait_for_lock(&file)?;
            self.is_here()?;
            fs::rename(&beside, &self.path)?;
            Ok(file)
        })();
        match replaced {
            Ok(file) => {
                self.file = file;
                files::sync_parent(&self.path)
            }
            Err(error) => {
                // Best effort: the first error is the one that is reported.
                let _ = fs::remove_file(&beside);
                Err(error)
            }
        }
    }

    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>> {
        // What was written still lies in the system's memory, and would be read from there, whatever the medium holds.
        self.read_from(from, |file| files::forget_cached(file, from))
    }
}

impl ChainFile {
    /// Reads everything from byte `from` on, once `prepared` had its way with the file.
    fn read_from(&self, from: u64, prepared: impl FnOnce(&File)) -> io::Result<Vec<u8>> {
        // A new descriptor: what is under the name now, not what this one happens to hold.
        let mut file = files::open_own(&self.path, OpenOptions::new().read(true))?;
        prepared(&file);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(MAX_LOG + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_LOG {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it is larger than {MAX_LOG} bytes"),
            ));
        }
        Ok(bytes)
    }
}
