//! The store: an escrow's directory, and people's books.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::hands::files::{self, Created};
use crate::log::ledger::Medium;
use crate::names::{PersonId, VaultName};

/// The most bytes of a log that are read.
pub const MAX_LOG: u64 = 4 << 30;

/// The most bytes of a sealed share, and of a payload's file.
pub const MAX_SEALED_SHARE: u64 = 64 << 10;
/// See [`MAX_SEALED_SHARE`].
pub const MAX_PAYLOAD_FILE: u64 = 2 << 20;

/// An escrow's directory.
#[derive(Debug, Clone)]
pub struct EscrowDir {
    root: PathBuf,
}

impl EscrowDir {
    /// The directory at `root`.
    pub fn at(root: &Path) -> EscrowDir {
        EscrowDir { root: root.to_owned() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The folder of the sealed files.
    pub fn vaults(&self) -> PathBuf {
        self.root.join("vaults")
    }

    fn vault(&self, vault: &VaultName) -> PathBuf {
        self.vaults().join(vault.as_str())
    }

    fn generation(&self, vault: &VaultName, generation: u32) -> PathBuf {
        self.vault(vault).join(generation.to_string())
    }

    /// The payload's file of a generation.
    pub fn payload(&self, vault: &VaultName, generation: u32) -> PathBuf {
        self.generation(vault, generation).join("payload.age")
    }

    /// A custodian's sealed share of a generation.
    pub fn sealed_share(&self, vault: &VaultName, generation: u32, custodian: &PersonId) -> PathBuf {
        self.generation(vault, generation).join(format!("{custodian}.share.age"))
    }

    /// Writes the files of a generation: all of them, under their final names, durable — or none. They are
    /// remembered in `created`, so that they go again if the seal does not get into the log.
    ///
    /// # Errors
    /// Whatever the system says; `AlreadyExists` where that generation has files already.
    pub fn write_generation(
        &self,
        vault: &VaultName,
        generation: u32,
        payload: &[u8],
        sealed_shares: &[(PersonId, String)],
        created: &mut Created,
    ) -> io::Result<()> {
        for directory in [self.vaults(), self.vault(vault)] {
            match files::create_dir(&directory) {
                Ok(()) => created.add(directory),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_real_dir(&directory) => {}
                Err(error) => return Err(error),
            }
        }
        let (place, partial) =
            (self.generation(vault, generation), self.vault(vault).join(format!("{generation}.partial")));
        if place.symlink_metadata().is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} exists, and the log has no seal of it", place.display()),
            ));
        }
        files::create_dir(&partial).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let why = format!("{} is left of a seal that was cut off", partial.display());
                io::Error::new(io::ErrorKind::AlreadyExists, why)
            }
            _ => error,
        })?;
        created.add(partial.clone());
        files::create(&partial.join("payload.age"), payload)?;
        for (custodian, file) in sealed_shares {
            files::create(&partial.join(format!("{custodian}.share.age")), file.as_bytes())?;
        }
        fs::rename(&partial, &place)?;
        created.rename(&partial, &place);
        files::sync_parent(&place)?;
        files::sync_parent(&self.vault(vault))?;
        files::sync_parent(&self.vaults())
    }
}

fn is_real_dir(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// A log or a book on disk. It is locked against other writers for as long as the value lives.
#[derive(Debug)]
pub struct ChainFile {
    path: PathBuf,
    file: File,
}

impl ChainFile {
    /// Whether another process holds the file's lock at this moment. Where that cannot be told, it does not.
    pub fn is_held(path: &Path) -> bool {
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
            file.lock()?;
            // While this waited for the lock, the file may have been replaced: then the lock is on the old one.
            if files::is_still(path, &file)? {
                return Ok(ChainFile { path: path.to_owned(), file });
            }
        }
    }

    /// Creates the file, which must not exist, and locks it.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn create(path: &Path) -> io::Result<ChainFile> {
        let file = files::create_new(path)?;
        file.lock()?;
        files::sync_parent(path)?;
        Ok(ChainFile { path: path.to_owned(), file })
    }

    /// Opens the file, or creates it where it is missing.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn open_or_create(path: &Path) -> io::Result<ChainFile> {
        match ChainFile::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => ChainFile::create(path),
            other => other,
        }
    }
}

impl Medium for ChainFile {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        self.reread(0)
    }

    fn append(&mut self, size: u64, bytes: &[u8]) -> io::Result<()> {
        let end = self.file.seek(SeekFrom::End(0))?;
        if end != size {
            let why = format!("it has {end} bytes, where {size} were read: something else writes to it");
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, why));
        }
        if let Err(error) = self.file.write_all(bytes) {
            // What a full disk let through of this write was never a record, and nothing rests on it: it goes
            // again, so that the file can be added to once there is room. Best effort: where it cannot go, it
            // is a damaged tail. A failed sync is another matter, since nobody knows what the medium holds.
            let _ = self.file.set_len(size).and_then(|()| self.file.sync_data());
            return Err(error);
        }
        self.file.sync_data()
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
            file.lock()?;
            fs::rename(&beside, &self.path)?;
            Ok(file)
        })();
        match replaced {
            Ok(file) => {
                self.file = file;
                files::sync_parent(&self.path)
            }
            Err(error) => {
                // Best effort: the error that is reported is the first one.
                let _ = fs::remove_file(&beside);
                Err(error)
            }
        }
    }

    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>> {
        // A new descriptor: what is under the name now, not what this one happens to hold.
        let mut file = files::open_own(&self.path, OpenOptions::new().read(true))?;
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
