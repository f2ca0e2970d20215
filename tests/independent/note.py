"""The signed note, docs/spec/note.md."""

import hashlib
import re

import curve
import kinds
from shapes import Malformed, UnknownField, key_name, read_json, read_loosely, require, unbase64, write_json

MAX_NOTE = 16_777_216
DASH = "\u2014 ".encode()
BEGINNING = b'{"type":"breakglass/v'


UNREADABLE = "unreadable"


class NonCanonical(Malformed):
    """It says the right thing in another spelling."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def key_id(name: str, key: str) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\x01" + bytes.fromhex(key)).digest()[:4]


def verifies(key: str, signature: bytes, text: bytes) -> bool:
    return curve.verifies(bytes.fromhex(key), signature, text)


class Note:
    """A note that is of its kind and in the one spelling; nothing is verified yet.

    `kind` its kind, `value` its fields, `lines` the (name, key id, signature) of its signature lines, `raw` all
    its bytes. `record` includes the empty line behind it.
    """

    def __init__(self, raw: bytes):
        self.raw = raw
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8") from error
        self.text, self.lines = signed(raw)
        begins = re.match(rb'\{"type":"breakglass/v([1-9][0-9]{0,3})/([a-z-]{1,32})"', self.text)
        require(begins, "it does not begin with a type")
        self.behind_type = begins.end()
        self.kind = begins[2].decode() if begins[1] == b"1" else f"v{begins[1].decode()}/{begins[2].decode()}"

    def of(self, *families):
        """Reads the fields of one of these families of kinds; refuses another kind, and another spelling."""
        shape = kinds.shape_of(self.kind, families)
        require(shape is not None, f"{self.kind} has no place here")
        if self.text[self.behind_type:][:1] != b",":
            raise NonCanonical("no comma behind the type")
        value = read_json(self.text.decode())
        require(isinstance(value, dict), "not an object")
        self.value = shape(value)
        if write_json(self.value) != self.text:
            raise NonCanonical("another spelling")
        self.by = self.value["by"]
        return self

    def of_record(self):
        """Reads it as a record: the frame, or Malformed. `form` is what is wrong with the rest, if anything is."""
        loose = read_loosely(self.text)
        frame = kinds.frame(loose)
        try:
            too_large = len(self.raw) > kinds.LARGEST.get(self.kind, kinds.MEBIBYTE)
            self.form = "TOO-LARGE" if too_large else None
            if not too_large:
                self.of("record")
        except UnknownField:
            self.form = "FIELD"
        except NonCanonical:
            self.form = "NONCANONICAL"
        except Malformed:
            self.form = "MALFORMED"
        if self.form:
            says = loose.get("says")
            self.value = frame | {"says": says if isinstance(says, dict) else {}}
            self.by = frame["by"]
        return self

    @property
    def record(self) -> bytes:
        return self.raw + b"\n"

    @property
    def digest(self) -> str:
        return sha256(self.raw)

    def fault(self, key_of):
        """What is wrong with its signatures, where `key_of` gives the key to a name: None, or which rule. A key that
        should be in what cannot be read is UNREADABLE: that line alone is passed over."""
        keys = [key_of(name) for name in self.by]
        if None in keys or (keys and set(keys) == {UNREADABLE}):
            return "SIGNER-UNKNOWN"
        if [name for name, _, _ in self.lines] != self.by:
            return "SIGNERS"
        for key, (name, given, signature) in zip(keys, self.lines):
            if key == UNREADABLE:
                continue
            if key_id(name, key) != given:
                return "KEY-ID"
            if not verifies(key, signature, self.text):
                return "SIGNATURE"
        return None


def signed(raw: bytes):
    """The text with its line feed, and the signature lines of a note, whatever the text says."""
    head, empty, signatures = raw.partition(b"\n\n")
    require(empty and b"\n" not in head, "a note is one line, an empty one, and signature lines")
    lines = [signature_line(line) for line in split_lines(signatures)]
    require(1 <= len(lines) <= 16, "1 to 16 signature lines")
    names = [name for name, _, _ in lines]
    require(len(set(names)) == len(names), "two lines of one name")
    return head + b"\n", lines


def is_by(text, line, key):
    """Whether a signature line is by this key."""
    name, given, signature = line
    return key_id(name, key) == given and verifies(key, signature, text)


def split_lines(data: bytes):
    require(data.endswith(b"\n"), "the last line has its line feed")
    return data[:-1].split(b"\n")


def signature_line(line: bytes):
    require(line.startswith(DASH), "not a signature line")
    name, space, blob = line[len(DASH):].decode().partition(" ")
    raw = unbase64(blob) if space else b""
    require(len(raw) == 68, "a signature line has 68 bytes")
    return key_name(name), raw[:4], raw[4:]


def places(data: bytes, start: int):
    """Where in damage notes are looked for: where it begins, and the last beginning of a note in each line."""
    yield start
    at = start
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        last = data.rfind(BEGINNING, at, end)
        if last > start:
            yield last
        at = end


def extent(data: bytes, start: int, is_record=True):
    """Where the note that begins at `start` ends; of a record, before its empty line."""
    end = data.find(b"\n\n", start)
    require(end >= 0, "no empty line")
    end += 2
    while data.startswith(DASH, end):
        line_end = data.find(b"\n", end)
        require(line_end >= 0, "the last line has its line feed")
        end = line_end + 1
    require(data.startswith(b"\n", end) or not is_record, "no empty line behind the note")
    return end


def take(data: bytes, start: int):
    """The record that begins at `start`: its note and where it ends."""
    end = extent(data, start)
    return Note(data[start:end]), end + 1


def embedded(text: str) -> Note:
    """A note in the base64 of a JSON string."""
    raw = unbase64(text)
    require(len(raw) <= MAX_NOTE, "too long")
    return Note(raw)
