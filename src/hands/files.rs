//! Files: bounded reads, and writes that are whole or not there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::hands::lacking::cannot_sync;
use crate::value::public;

/// The system could not say that something is durable. What the medium holds is not known then, and asking once
/// more proves nothing: the kernel may have dropped what it could not write.
#[derive(Debug, thiserror::Error)]
#[error("it could not be made durable: {0}")]
struct NotDurable(io::Error);

/// Whether an error says that something could not be made durable: its medium must not be used again.
pub(crate) fn is_not_durable(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<NotDurable>())
}

/// Marks an error as the failure of a sync.
pub(super) fn durable(synced: io::Result<()>) -> io::Result<()> {
    synced.map_err(|error| io::Error::new(error.kind(), NotDurable(error)))
}

/// Reads a file that a person named, or standard input for `-`. Anything but a regular file is refused, so
/// that no device or pipe can hold the program up; a link is followed, since the person named it.
///
/// # Errors
/// The system's error; `InvalidInput` if it is not a regular file, `FileTooLarge` above `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        return read_bounded(&mut standard_input()?, limit);
    }
    read_file(regular(open_options().read(true).open(path)?)?, limit)
}

/// As [`read`], for what is public or encrypted.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_public(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    public::work(|| read(path, limit))
}

/// Reads one of the escrow's own files, which are public or encrypted. A link is never followed.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_own(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    public::work(|| read_file(open_own(path, OpenOptions::new().read(true))?, limit))
}

/// Reads what the kernel shows as a file, at most `limit` bytes of it.
///
/// # Errors
/// Whatever the system says.
pub(super) fn read_kernel(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_bounded(&mut File::open(path)?, limit)
}

/// The size in bytes of a file of the escrow's own.
///
/// # Errors
/// Whatever the system says.
pub(crate) fn size_of(path: &Path) -> io::Result<u64> {
    path.symlink_metadata().map(|metadata| metadata.len())
}

/// Opens a file of the escrow's own: a regular file, never by way of a link.
pub(super) fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    let opened = options.open(path);
    regular(opened.map_err(|error| fs::read_link(path).map_or(error, |target| IsLink(target).into()))?)
}

/// A file of the escrow's own, or a book, is a link.
#[derive(Debug, thiserror::Error)]
#[error("it is a symbolic link, and none is followed here")]
struct IsLink(PathBuf);

impl From<IsLink> for io::Error {
    fn from(link: IsLink) -> io::Error {
        io::Error::other(link)
    }
}

/// Where a link leads, if an error says that there is one in the place of a file.
pub(crate) fn link_target(error: &io::Error) -> Option<&Path> {
    error.get_ref()?.downcast_ref::<IsLink>().map(|link| link.0.as_path())
}

/// Has the system forget what it holds in memory of a file from byte `from` on, so that it is read from the medium again.
/// What was not synced stays. Best effort: where the system has no such call, nothing can be done.
pub(super) fn forget_cached(file: &File, from: u64) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::fs::{Advice, fadvise};
        // A page of which only a part is forgotten stays; no page has more bytes than this.
        const PAGE: u64 = 64 << 10;
        let _ = fadvise(file, from / PAGE * PAGE, None, Advice::DontNeed);
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (file, from);
}

/// Whether `path` still names the open `file`.
pub(super) fn is_still(path: &Path, file: &File) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (named, open) = (path.symlink_metadata()?, file.metadata()?);
        Ok(named.dev() == open.dev() && named.ino() == open.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (path, file);
        Ok(true)
    }
}

/// Options under which opening a pipe without a writer does not wait for one.
fn open_options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    options
}

/// Standard input without the library's buffer, which would keep what was read for as long as the program lives.
fn standard_input() -> io::Result<impl Read> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    }
    #[cfg(not(unix))]
    {
        Ok(io::stdin())
    }
}

fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Reads a whole file. If its metadata says that it is too large, it is refused before it is read.
fn read_file(mut file: File, limit: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    within(length, limit)?;
    // All the room at once: a vector that grows takes up to twice as much, and leaves pieces behind.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length).unwrap_or_default() + 1)?;
    read_into(bytes, &mut file, limit)
}

fn read_bounded(from: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    read_into(Vec::new(), from, limit)
}

fn read_into(mut bytes: Vec<u8>, from: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    from.take(limit + 1).read_to_end(&mut bytes)?;
    within(bytes.len() as u64, limit)?;
    Ok(bytes)
}

fn within(length: u64, limit: u64) -> io::Result<()> {
    if length <= limit {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")))
}

/// Creates a file with `bytes` in it, readable by its owner alone, and makes it durable. It must not exist.
/// When this fails, the file is not there.
///
/// # Errors
/// The system's error; `AlreadyExists` if something has that name, even a link.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new(create_new(path)?, path, bytes)
}

/// As [`create`], for what is public: readable by all whom the process's mask lets.
///
/// # Errors
/// As [`create`].
pub(crate) fn create_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new(OpenOptions::new().write(true).create_new(true).open(path)?, path, bytes)
}

fn write_new(mut file: File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written =
        file.write_all(bytes).and_then(|()| durable(file.sync_all())).and_then(|()| sync_parent(path));
    written.inspect_err(|_| {
        // Best effort: the first error is the one that is reported.
        let _ = fs::remove_file(path);
    })
}

/// Creates an empty file, readable by its owner alone, which must not exist.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    }
    options.open(path)
}

/// Creates a directory that only its owner may enter. It must not exist.
///
/// # Errors
/// Whatever the system says.
pub fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    owner_only(&mut builder);
    builder.create(path)
}

/// Creates the directory that `path` is to lie in, and those above it, where they are missing, and makes them
/// durable. They are remembered in `created`, and go again while nothing lies in them.
///
/// # Errors
/// Whatever the system says.
pub fn create_parent(path: &Path, created: &mut Created) -> io::Result<()> {
    let missing = |place: &&Path| *place != Path::new("") && !place.is_dir();
    let missing: Vec<&Path> = parent(path).ancestors().take_while(missing).collect();
    for directory in missing.into_iter().rev() {
        match create_dir(directory) {
            Ok(()) => created.add_parent(directory.to_owned()),
            // Another process made it in the meantime, or it is a way up that exists by now.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(error),
        }
        sync_parent(directory)?;
    }
    Ok(())
}

#[cfg_attr(not(unix), expect(unused_variables))]
fn owner_only(builder: &mut DirBuilder) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
}

/// The directory that `path` lies in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes the name of `path` in its directory durable, if the file system has such an operation.
///
/// # Errors
/// Whatever the system says.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    sync_directory(parent(path)).map(drop)
}

/// Makes the names in a directory durable; `false` if the file system has no such operation.
///
/// # Errors
/// The system's error; [`is_not_durable`] if the sync failed.
pub(super) fn sync_directory(directory: &Path) -> io::Result<bool> {
    if cfg!(not(unix)) {
        return Ok(true);
    }
    match File::open(directory)?.sync_all() {
        Err(error) if cannot_sync(&error) => Ok(false),
        synced => durable(synced).map(|()| true),
    }
}

/// Overwrites a file with zeros and removes it. On media that write elsewhere the old bytes may remain.
///
/// # Errors
/// Whatever the system says.
pub(crate) fn destroy(path: &Path) -> io::Result<()> {
    let mut file = open_own(path, OpenOptions::new().write(true))?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    durable(file.sync_all())?;
    fs::remove_file(path)?;
    sync_parent(path)
}

/// Files and directories that were created, and are removed again unless [`Created::keep`] is called.
#[derive(Debug, Default)]
pub struct Created {
    things: Vec<Thing>,
}

#[derive(Debug)]
enum Thing {
    /// A file, or a directory with everything in it.
    Whole(PathBuf),
    /// A directory that others may use too: it is removed only if it is empty.
    Parent(PathBuf),
}

impl Created {
    /// Remembers a file or directory that was created.
    pub fn add(&mut self, path: PathBuf) {
        self.things.push(Thing::Whole(path));
    }

    /// Remembers a directory that was created for something else to lie in.
    pub(crate) fn add_parent(&mut self, path: PathBuf) {
        self.things.push(Thing::Parent(path));
    }

    /// Remembers that something was given another name.
    pub fn rename(&mut self, from: &Path, to: &Path) {
        for thing in &mut self.things {
            match thing {
                Thing::Whole(path) | Thing::Parent(path) if path == from => to.clone_into(path),
                _ => {}
            }
        }
    }

    /// Keeps everything.
    pub fn keep(mut self) {
        self.things.clear();
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        for thing in self.things.drain(..).rev() {
            // Best effort: this runs because something else failed, and that failure is the one reported.
            let _ = match thing {
                Thing::Parent(path) => fs::remove_dir(path),
                Thing::Whole(path) if path.is_dir() => fs::remove_dir_all(path),
                Thing::Whole(path) => fs::remove_file(path),
            };
        }
    }
}
