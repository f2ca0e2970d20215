"""Words: 8 of 11 bits each, from the English list of BIP-39. A fingerprint's, and those of a session and of a card."""

import hashlib
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]


def word_list():
    text = (ROOT / "src/value/fingerprint/english.txt").read_text()
    words = text.split()
    assert len(words) == 2048
    return words


def of_bits(bits: int):
    words = word_list()
    return [words[bits >> shift & 2047] for shift in range(77, -1, -11)]


def of(digest: str):
    return of_bits(int(digest[:22], 16))


def stretched(artifact: bytes, what: str):
    """The words of a request's record (`session`) or of a card (`card`)."""
    digest, salt = hashlib.sha256(artifact).digest(), f"breakglass/v1/{what}-words".encode()
    output = hashlib.scrypt(digest, salt=salt, n=1 << 16, r=8, p=1, maxmem=1 << 27, dklen=11)
    return of_bits(int.from_bytes(output, "big"))


def names(anchor: str, digest: str) -> bool:
    """Whether a fingerprint on paper, in digits or in words, is that of a digest."""
    if re.fullmatch(r"[0-9a-f]{64}", anchor):
        return anchor == digest
    return anchor.split() == of(digest)
