"""Opening age v1 files (https://c2sp.org/age): X25519 and scrypt recipients, binary and armoured."""

import base64
import hashlib
import hmac

import bech32
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from shapes import Malformed, require, unbase64

BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"-----END AGE ENCRYPTED FILE-----\n"
INTRO = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024


def raw(key) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def hkdf(secret, salt, info):
    return HKDF(SHA256(), 32, salt or None, info).derive(secret)


def dearmor(data: bytes) -> bytes:
    """The binary file in an armoured one: lines of 64 characters, the last one shorter or not."""
    require(data.startswith(BEGIN) and data.endswith(END), "no armour")
    lines = data[len(BEGIN):-len(END)].decode("ascii").split("\n")
    require(lines.pop() == "" and lines, "the armour's lines")
    require(all(len(line) == 64 for line in lines[:-1]) and 1 <= len(lines[-1]) <= 64, "the armour's lines")
    return unbase64("".join(lines))


def unpadded(text: str) -> bytes:
    """Base64 without padding, in its one spelling."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    require(base64.b64encode(data).decode().rstrip("=") == text, "base64 in another spelling")
    return data


def header(data: bytes):
    """The stanzas as (arguments, body), the MAC, what it is over, and where the payload begins."""
    require(data.startswith(INTRO), "not an age file")
    at, stanzas = len(INTRO), []
    while True:
        end = data.index(b"\n", at)
        line = data[at:end].decode("ascii")
        if line.startswith("--- "):
            return stanzas, unpadded(line[4:]), data[: at + 3], end + 1
        require(line.startswith("-> "), "not a stanza")
        at, body = end + 1, ""
        while True:
            end = data.index(b"\n", at)
            part = data[at:end].decode("ascii")
            at, body = end + 1, body + part
            if len(part) < 64:
                break
        stanzas.append((line[3:].split(" "), unpadded(body)))


def unwrap_x25519(identity: bytes, arguments, body):
    """The file key in an X25519 stanza; None where it is to somebody else."""
    share = unpadded(arguments[1])
    secret = X25519PrivateKey.from_private_bytes(identity)
    shared = secret.exchange(X25519PublicKey.from_public_bytes(share))
    public = raw(secret.public_key())
    key = hkdf(shared, share + public, b"age-encryption.org/v1/X25519")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None


def unwrap_scrypt(passphrase: str, arguments, body):
    salt, work = unpadded(arguments[1]), int(arguments[2])
    require(work <= 22, "too much work")
    key = hashlib.scrypt(passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=2**work, r=8, p=1,
                         dklen=32, maxmem=2**31 - 1)
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None


def decrypt(data: bytes, identities=(), passphrase=None) -> bytes:
    """The plaintext of an age file, for one of these X25519 secret keys, or for a passphrase."""
    try:
        return opened(dearmor(data) if data.startswith(b"-----") else data, identities, passphrase)
    except (ValueError, IndexError, InvalidTag) as error:
        raise Malformed("not an age file, or not a whole one") from error


def opened(data, identities, passphrase):
    stanzas, mac, covered, at = header(data)
    file_key = None
    scrypt = [stanza for stanza in stanzas if stanza[0][0] == "scrypt"]
    require(not scrypt or len(stanzas) == 1, "a passphrase stands alone")
    for arguments, body in stanzas:
        if arguments[0] == "X25519" and len(arguments) == 2 and len(body) == 32:
            for identity in identities:
                file_key = file_key or unwrap_x25519(identity, arguments, body)
        elif arguments[0] == "scrypt" and passphrase is not None:
            file_key = unwrap_scrypt(passphrase, arguments, body)
    require(file_key is not None and len(file_key) == 16, "it is sealed to somebody else")
    expected = hmac.new(hkdf(file_key, None, b"header"), covered, hashlib.sha256).digest()
    require(hmac.compare_digest(expected, mac), "the header was changed")
    return stream(hkdf(file_key, data[at:at + 16], b"payload"), data[at + 16:])


def stream(key, data):
    """The payload: chunks of 64 KiB, the last one marked."""
    cipher, plain, counter = ChaCha20Poly1305(key), b"", 0
    while True:
        chunk, data = data[:CHUNK + 16], data[CHUNK + 16:]
        part = cipher.decrypt(counter.to_bytes(11, "big") + (b"\0" if data else b"\1"), chunk, None)
        require(part or counter == 0, "an empty last chunk")
        plain, counter = plain + part, counter + 1
        if not data:
            return plain


def identities(data: bytes, passphrase=None):
    """The X25519 secret keys in an identity file: in clear, or under a passphrase."""
    if data.startswith((INTRO, b"-----BEGIN AGE")):
        data = decrypt(data, passphrase=passphrase)
    keys = []
    for line in data.decode().splitlines():
        if line and not line.startswith("#"):
            key = bech32.identity(line)
            require(key is not None, "not an identity")
            keys.append(key)
    require(keys, "no identity")
    return keys


def recipient_of(secret: bytes) -> str:
    return bech32.encode("age", raw(X25519PrivateKey.from_private_bytes(secret).public_key()))
