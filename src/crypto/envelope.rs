//! Envelopes: age files, and the identities that open them.
//!
//! Source: the age format, <https://c2sp.org/age>, by the `age` crate; this is the only file that names it.
//! Only native X25519 identities open anything here, and nothing here starts a process. The crate draws its
//! ephemeral keys and nonces from the operating system's generator itself.
//!
//! Known limits of the crate: it frees a block of up to 64 KiB of plaintext without wiping it, which is why
//! the program's allocator wipes whatever is freed; its header parser takes quadratic time, which is why
//! headers are bounded before it sees them; and it times scrypt by the clock whenever a passphrase is used.

use std::borrow::Cow;
use std::fmt;
use std::io::{Read as _, Write as _};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor, x25519};
use bech32::{Bech32, Hrp};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::crypto::recipient::Recipient;
use crate::crypto::work::{self, MAX_WORK_FACTOR};

/// The most bytes of an identity file.
pub const MAX_IDENTITY_FILE: usize = 64 << 10;

/// The most bytes of an age file's header, and the most stanzas in it. A header is read before anything in it
/// can be checked, so its size has to be bounded first.
const MAX_HEADER: usize = 64 << 10;
const MAX_STANZAS: usize = 64;

/// The human-readable part of a native identity.
const HRP: Hrp = Hrp::parse_unchecked("age-secret-key-");

const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const BINARY: &[u8] = b"age-encryption.org/v1\n";

/// A native age identity: an X25519 secret key. It is wiped when dropped; its `Debug` shows nothing.
#[derive(Clone)]
pub struct Identity(x25519::Identity);

/// Why something is not encrypted, or not opened. It carries nothing that was secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// No recipient was given.
    #[error("there is no recipient to encrypt to")]
    NoRecipient,
    /// The age library refuses.
    #[error("the age library could not encrypt")]
    NotEncrypted,
    /// None of the identities opens it.
    #[error("none of the given identities can open it")]
    NoMatchingKey,
    /// A passphrase opens it, where an identity should.
    #[error("it is locked with a passphrase, but should be encrypted to a recipient")]
    Passphrase,
    /// Not an age file, or damaged.
    #[error("it is not a whole age file: {0}")]
    Damaged(&'static str),
    /// The plaintext is too large.
    #[error("it holds more than {0} bytes, the most that is allowed")]
    TooLarge(usize),
}

/// Why an identity file is not taken. It never carries the file's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// More than [`MAX_IDENTITY_FILE`] bytes.
    #[error("the identity file is larger than {MAX_IDENTITY_FILE} bytes")]
    TooLarge,
    /// It holds no identity.
    #[error("the identity file holds no identity")]
    None,
    /// A line is not an identity.
    #[error("line {0} of the identity file is neither a comment nor a native age identity")]
    Malformed(usize),
    /// A plugin's identity.
    #[error(
        "line {0} of the identity file is a plugin's identity; plugins need another program to be run, and breakglass runs none"
    )]
    Plugin(usize),
    /// An SSH key.
    #[error(
        "the file is an SSH key; SSH keys are not accepted, since the code that reads them has open security advisories"
    )]
    Ssh,
    /// The passphrase is another one.
    #[error("the passphrase does not open the identity file")]
    WrongPassphrase,
    /// The file wants more work than is done for a stranger's file.
    #[error("the identity file asks for 2^{0} scrypt rounds; at most 2^{MAX_WORK_FACTOR} are allowed")]
    TooMuchWork(u8),
    /// It is encrypted, and not with a passphrase.
    #[error("the identity file is encrypted to a recipient, not locked with a passphrase")]
    NotLocked,
    /// Damaged.
    #[error("the identity file is damaged: {0}")]
    Damaged(&'static str),
}

impl Identity {
    /// A fresh identity.
    pub fn generate() -> Identity {
        Identity(x25519::Identity::generate())
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`IdentityError::Malformed`].
    pub fn from_text(text: &str) -> Result<Identity, IdentityError> {
        let identity = Identity(text.parse().map_err(|_| IdentityError::Malformed(1))?);
        // The library also takes lower case and stray padding bits; one key has one spelling here.
        let same = identity.expose_text().expose_secret() == text;
        if same { Ok(identity) } else { Err(IdentityError::Malformed(1)) }
    }

    /// The secret key as text, `AGE-SECRET-KEY-1…`.
    pub fn expose_text(&self) -> SecretString {
        self.0.to_string()
    }

    /// The recipient that it opens.
    pub fn to_recipient(&self) -> Recipient {
        let text = self.0.to_public().to_string();
        text.parse().expect("the public half of an X25519 key is never of low order")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(…)")
    }
}

/// The identity that a vault key is: its 32 bytes are the X25519 secret key.
pub fn vault_identity(vault_key: &[u8; 32]) -> Identity {
    let text = bech32::encode_upper::<Bech32>(HRP, vault_key).expect("32 bytes fit into Bech32");
    let text = Zeroizing::new(text);
    Identity(text.parse().expect("any 32 bytes are an X25519 secret key"))
}

/// The recipient of a vault key: what commits to it in the seal.
pub fn vault_recipient(vault_key: &[u8; 32]) -> Recipient {
    vault_identity(vault_key).to_recipient()
}

/// Encrypts to every one of `recipients`: a binary age file.
///
/// # Errors
/// [`EnvelopeError::NoRecipient`] or [`EnvelopeError::NotEncrypted`].
pub fn encrypt(recipients: &[Recipient], plaintext: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    encrypt_as(recipients, plaintext, Format::Binary)
}

/// Encrypts to every one of `recipients`: an age file in ASCII armour.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_armored(recipients: &[Recipient], plaintext: &[u8]) -> Result<String, EnvelopeError> {
    let bytes = encrypt_as(recipients, plaintext, Format::AsciiArmor)?;
    String::from_utf8(bytes).map_err(|_| EnvelopeError::NotEncrypted)
}

fn encrypt_as(recipients: &[Recipient], plaintext: &[u8], format: Format) -> Result<Vec<u8>, EnvelopeError> {
    if recipients.is_empty() {
        return Err(EnvelopeError::NoRecipient);
    }
    let keys = recipients.iter().map(|recipient| recipient.as_str().parse::<x25519::Recipient>());
    let keys = keys.collect::<Result<Vec<_>, _>>().map_err(|_| EnvelopeError::NotEncrypted)?;
    let encryptor = Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))
        .map_err(|_| EnvelopeError::NotEncrypted)?;
    finish(encryptor, plaintext, format).map_err(|_| EnvelopeError::NotEncrypted)
}

fn finish(encryptor: Encryptor, plaintext: &[u8], format: Format) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(plaintext.len() * 3 / 2 + 1024);
    let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(&mut out, format)?)?;
    writer.write_all(plaintext)?;
    writer.finish()?.finish()?;
    Ok(out)
}

/// Opens an age file, binary or armoured, with whichever of `identities` fits. The plaintext may have at most
/// `limit` bytes.
///
/// # Errors
/// [`EnvelopeError`]. Headers that are too large are refused before they are read.
pub fn decrypt(
    identities: &[Identity],
    file: &[u8],
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let binary = unarmored(file)?;
    check_header(&binary)?;
    let decryptor = Decryptor::new_buffered(&binary[..]).map_err(open_error)?;
    if decryptor.is_scrypt() {
        return Err(EnvelopeError::Passphrase);
    }
    let keys = identities.iter().map(|identity| &identity.0 as &dyn age::Identity);
    let reader = decryptor.decrypt(keys).map_err(open_error)?;
    read_plaintext(reader, binary.len(), limit)
}

/// Reads all of a plaintext into memory that is never moved, so that no copy is left behind.
fn read_plaintext(
    mut reader: impl std::io::Read,
    file: usize,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let damaged = |_| EnvelopeError::Damaged("its payload does not verify");
    // A plaintext is never longer than its file.
    let mut plain = Zeroizing::new(vec![0; file.min(limit)]);
    let mut length = 0;
    while length < plain.len() {
        match reader.read(&mut plain[length..]).map_err(damaged)? {
            0 => break,
            count => length += count,
        }
    }
    // The last chunk is authenticated only when the end is read.
    if reader.read(&mut [0]).map_err(damaged)? > 0 {
        return Err(EnvelopeError::TooLarge(limit));
    }
    plain.truncate(length);
    Ok(plain)
}

/// The binary file within the armour, or the file itself.
fn unarmored(file: &[u8]) -> Result<Cow<'_, [u8]>, EnvelopeError> {
    // What was pasted may begin with blank lines.
    let file = if file.trim_ascii_start().starts_with(ARMOR) { file.trim_ascii_start() } else { file };
    if !file.starts_with(ARMOR) {
        return Ok(Cow::Borrowed(file));
    }
    let mut binary = Vec::with_capacity(file.len());
    let read = ArmoredReader::new(file).take(file.len() as u64 + 1).read_to_end(&mut binary);
    read.map_err(|_| EnvelopeError::Damaged("its armour is malformed"))?;
    Ok(Cow::Owned(binary))
}

/// Bounds a header before the age library reads it: it ends within [`MAX_HEADER`] bytes, with at most
/// [`MAX_STANZAS`] stanzas.
fn check_header(binary: &[u8]) -> Result<(), EnvelopeError> {
    if !binary.starts_with(BINARY) {
        return Err(EnvelopeError::Damaged("it does not begin like an age file of version 1"));
    }
    let within = &binary[..binary.len().min(MAX_HEADER)];
    let end = within.windows(4).position(|four| four == b"\n---");
    let header = &within[..end.ok_or(EnvelopeError::Damaged("its header is too large or does not end"))?];
    let stanzas = header.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"-> ")).count();
    if stanzas > MAX_STANZAS {
        return Err(EnvelopeError::Damaged("its header has too many stanzas"));
    }
    Ok(())
}

fn open_error(error: DecryptError) -> EnvelopeError {
    match error {
        DecryptError::NoMatchingKeys => EnvelopeError::NoMatchingKey,
        DecryptError::InvalidHeader => EnvelopeError::Damaged("its header is malformed"),
        DecryptError::InvalidMac => EnvelopeError::Damaged("its header was changed"),
        // The version line was checked before, so this too is damage.
        DecryptError::UnknownFormat => EnvelopeError::Damaged("its header is malformed"),
        _ => EnvelopeError::Damaged("it does not verify"),
    }
}

/// What an identity file holds.
#[derive(Debug)]
pub enum IdentityFile {
    /// Identities in plain.
    Plain(Vec<Identity>),
    /// Identities behind a passphrase.
    Locked(LockedIdentities),
}

/// Identities behind a passphrase.
pub struct LockedIdentities {
    binary: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for LockedIdentities {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LockedIdentities(…)")
    }
}

impl IdentityFile {
    /// Reads an identity file as `age-keygen` writes it, or one locked with a passphrase.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn parse(bytes: &[u8]) -> Result<IdentityFile, IdentityError> {
        if bytes.len() > MAX_IDENTITY_FILE {
            return Err(IdentityError::TooLarge);
        }
        if bytes.trim_ascii_start().starts_with(ARMOR) || bytes.starts_with(BINARY) {
            let binary = unarmored(bytes).map_err(|_| IdentityError::Damaged("its armour is malformed"))?;
            return Ok(IdentityFile::Locked(LockedIdentities {
                binary: Zeroizing::new(binary.into_owned()),
            }));
        }
        parse_identities(bytes).map(IdentityFile::Plain)
    }
}

impl LockedIdentities {
    /// How many bytes of memory it takes to open them.
    pub fn scratch(&self) -> usize {
        work::scratch_of(&self.binary)
    }

    /// Opens them with the passphrase. This takes scrypt's time, about a second.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn unlock(&self, passphrase: &SecretString) -> Result<Vec<Identity>, IdentityError> {
        let damaged = |_| IdentityError::Damaged("it is not a whole age file");
        check_header(&self.binary).map_err(damaged)?;
        let decryptor = Decryptor::new_buffered(&self.binary[..])
            .map_err(|_| IdentityError::Damaged("its header is malformed"))?;
        if !decryptor.is_scrypt() {
            return Err(IdentityError::NotLocked);
        }
        let mut key = age::scrypt::Identity::new(passphrase.clone());
        key.set_max_work_factor(MAX_WORK_FACTOR);
        let reader =
            decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(|error| match error {
                DecryptError::ExcessiveWork { required, .. } => IdentityError::TooMuchWork(required),
                DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                    IdentityError::WrongPassphrase
                }
                _ => IdentityError::Damaged("its header does not verify"),
            })?;
        let plain = read_plaintext(reader, self.binary.len(), MAX_IDENTITY_FILE)
            .map_err(|_| IdentityError::Damaged("its content does not verify"))?;
        parse_identities(&plain)
    }
}

/// Reads lines: comments, empty ones, and identities.
fn parse_identities(bytes: &[u8]) -> Result<Vec<Identity>, IdentityError> {
    let text = std::str::from_utf8(bytes).map_err(|_| IdentityError::Malformed(1))?;
    if text.contains("-----BEGIN OPENSSH PRIVATE KEY") || text.contains("-----BEGIN RSA PRIVATE KEY") {
        return Err(IdentityError::Ssh);
    }
    let mut identities = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("AGE-PLUGIN-") {
            return Err(IdentityError::Plugin(at + 1));
        }
        identities.push(Identity::from_text(line).map_err(|_| IdentityError::Malformed(at + 1))?);
    }
    if identities.is_empty() { Err(IdentityError::None) } else { Ok(identities) }
}

/// An identity file in plain, as `age-keygen` writes it. `created` is a moment in RFC 3339.
pub fn identity_file(identity: &Identity, created: &str) -> SecretString {
    let mut text = Zeroizing::new(String::with_capacity(512));
    for part in [
        "# created: ",
        created,
        "\n# public key: ",
        identity.to_recipient().as_str(),
        "\n",
        identity.expose_text().expose_secret(),
        "\n",
    ] {
        text.push_str(part);
    }
    SecretString::from(text.as_str())
}

/// Locks an identity file with a passphrase: an age file in ASCII armour. `work_factor` is log2 of scrypt's
/// rounds; [`work::WORK_FACTOR`] is what it should be.
///
/// # Errors
/// [`EnvelopeError::NotEncrypted`].
pub fn lock_identity_file(
    text: &SecretString,
    passphrase: &SecretString,
    work_factor: u8,
) -> Result<String, EnvelopeError> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(work_factor);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|_| EnvelopeError::NotEncrypted)?;
    let bytes = finish(encryptor, text.expose_secret().as_bytes(), Format::AsciiArmor)
        .map_err(|_| EnvelopeError::NotEncrypted)?;
    String::from_utf8(bytes).map_err(|_| EnvelopeError::NotEncrypted)
}
