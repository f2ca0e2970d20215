"""Ed25519 with one verdict: RFC 8032, and what docs/spec/note.md refuses beyond it."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def decode(point: bytes):
    """The point (x, y) that 32 bytes stand for; None where they are no point, or not its one spelling."""
    y = int.from_bytes(point, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(point) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x % 2 != sign else x), y


def add(a, b):
    """The sum of two points, in affine coordinates: the formula is complete on this curve."""
    cross = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + cross, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, P)
    return x % P, y % P


def small(point) -> bool:
    """Whether the order of a point divides 8."""
    for _ in range(3):
        point = add(point, point)
    return point == (0, 1)


def good_key(key: bytes) -> bool:
    """Whether a verifying key may enter."""
    point = decode(key)
    return point is not None and not small(point)


def verifies(key: bytes, signature: bytes, text: bytes) -> bool:
    """Whether `signature` is one by `key` over `text`."""
    if len(signature) != 64 or not good_key(key):
        return False
    r = decode(signature[:32])
    if r is None or small(r) or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def self_check():
    """A signature that only the holder of a key can make, with R of small order: OpenSSL may take it, we must not.

    It is made here, by RFC 8032's own arithmetic; with another R the same arithmetic gives a good signature.
    """
    seed, text = bytes(range(32)), b"text\n"
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    secret = int.from_bytes(half, "little")
    for r, r_secret, good in ((public, secret, True), ((1).to_bytes(32, "little"), 0, False)):
        challenge = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little")
        scalar = ((r_secret + challenge * secret) % ORDER).to_bytes(32, "little")
        if verifies(public, r + scalar, text) != good:
            raise AssertionError("a signature with R of small order")
