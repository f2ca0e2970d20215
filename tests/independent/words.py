"""The words of a digest: 8 of 11 bits each, from the English list of BIP-39."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]


def word_list():
    text = (ROOT / "src/value/fingerprint/english.txt").read_text()
    words = text.split()
    assert len(words) == 2048
    return words


def of(digest: str):
    bits = int(digest[:22], 16)
    words = word_list()
    return [words[bits >> shift & 2047] for shift in range(77, -1, -11)]


def names(anchor: str, digest: str) -> bool:
    """Whether a fingerprint on paper, in digits or in words, is that of a digest."""
    if re.fullmatch(r"[0-9a-f]{64}", anchor):
        return anchor == digest
    return anchor.split() == of(digest)
