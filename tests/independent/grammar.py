"""Compares docs/spec/grammar.md with this reader: on every note of the corpus, and on each of their values changed.

python3 grammar.py [PAGE [INTO]]: prints a disagreement of each sort, and how much was compared; exit code 1 if anything disagrees.
Each value that was compared goes into a file, with what this reader says of its form.
"""

import copy
import functools
import json
import os
import pathlib
import sys

import abnf
import bech32
import cddl
import curve
import kinds
import note as notes
import sealing
import shapes
from shapes import Malformed, read_json, unbase64

ROOT = pathlib.Path(__file__).parents[2]
FAMILIES = ("record", "statement", "card", "book")
# A value of each rule that is not made of others.
LEAVES = {
    "digest": "ab" * 32, "verifying-key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "recipient": "age14hu06ngduyu33utus68v2fpzue0f2n8dfuhdru65jy3a9tyl4qyqdhu5qx", "moment": "2026-11-20T11:00:00Z",
    "length": "1d", "word": "aws", "deviation": "swap-on", "account": "111122223333", "person": "alice", "key-name": "alice",
    "field-name": "password", "group-name": "security", "vault-name": "prod", "free-text": "x", "in-base64": "eA==",
    "kind": "seal",
}
# What stands in for any value of a note: kinds and bounds of everything, from both sides.
PROBES = [
    None, True, "", "x", "X", "-x", "é", "a b", " a", "a" * 32, "a" * 33, "a" * 64, "a" * 65, "~" * 128, "~" * 129,
    "é" * 2048, "é" * 2048 + "x", 0, 1, 255, 256, 2**32 - 1, 2**32, 2**64 - 1, 2**64, -1, [], [""], ["a"], [0], {}, {"a": 1},
    "session", "con", "com1", "release/0123abcd/1", "release/0123abcd/4294967295", "release/0123abcd/4294967296",
    "release/0123abcd/01",
    "0" * 64, "A" * 64, "f" * 63, "unknown", "done", "log", "root", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
    "9999-12-30T22:00:00Z", "9999-12-30T22:00:01Z", "2026-02-29T00:00:00Z", "2024-02-29T23:59:59Z",
    "2026-11-20T24:00:00Z", "2026-11-20T11:00:60Z", "24h", "1d", "0s", "0d", "01d", "253402207200s", "253402207201s", "2932896d", "2932897d",
    {"failed": "x"}, {"failed": ""}, {"record": "0" * 64}, {"text": "x"},
    {"denial": {"request": "0" * 64, "because": "x"}}, "breakglass/v1/x", "breakglass/v2/end", *("x" + chr(code) for code in (
        0x9, 0xA, 0xB, 0x7E, 0x7F, 0xA0, 0xAD, 0x34F, 0x350, 0x115E, 0x115F, 0x1161, 0x200A, 0x200B, 0x2010, 0x3164, 0xFE0F,
        0xFE10, 0xFEFF, 0xFFFB, 0xFFFC, 0x1BCA0, 0x1BCA4, 0x1D17A, 0xE0FFF, 0xE1000)),
]


def block(page: str, language: str) -> str:
    (found,) = [part.split("\n```")[0] for part in page.split(f"```{language}\n")[1:]]
    return found


def known(name: str, value: str) -> bool:
    """What no expression of the grammar can have."""
    match name:
        case "key":
            return curve.good_key(bytes.fromhex(value))
        case "recipient":
            return bech32.recipient(value) is not None
        case "date":
            return holds(shapes.time, value)
        case "length":
            return holds(shapes.duration, value) and shapes.duration(value) == value
        case "name":
            return holds(shapes.name(64), value)
        case "generation":
            return int(value.rpartition("/")[2]) < 2**32
    raise AssertionError(name)


def holds(shape, value) -> bool:
    try:
        shape(value)
    except Malformed:
        return False
    return True


def bodies(data: bytes):
    """The values of the notes in some bytes, and of those within them: each with its kind, if they are JSON."""
    at = data.find(b'{"type":"breakglass/v1/')
    while at >= 0:
        line, _, _ = data[at:].partition(b"\n")
        try:
            value = read_json(line.decode())
            yield value["type"].removeprefix("breakglass/v1/"), value
            for text in texts(value):
                yield from bodies(unbase64(text))
        except (Malformed, UnicodeDecodeError):
            pass
        at = data.find(b'{"type":"breakglass/v1/', at + 1)


def texts(value):
    """The texts in a value that may be notes in base64."""
    if isinstance(value, str):
        if len(value) > 100 and value.startswith("eyJ0eXBl") and holds(unbase64, value):
            yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def paths(value, path=()):
    """The way to each value within a value."""
    yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


def changed(value):
    """A value, and what it becomes by one change."""
    yield value
    for path in list(paths(value))[1:]:
        for probe in PROBES:
            yield with_change(value, path, lambda holder, key: holder.__setitem__(key, probe))
        yield with_change(value, path, lambda holder, key: holder.pop(key))
        yield with_change(value, path, to_the_end)
        if isinstance(at(value, path), dict):
            yield with_change(value, path, lambda holder, key: holder[key].__setitem__("more", "x"))
            yield with_change(value, path, lambda holder, key: holder[key].clear())
        if isinstance(at(value, path), list):
            yield with_change(value, path, lambda holder, key: holder[key].clear())


def at(value, path):
    return functools.reduce(lambda holder, key: holder[key], path, value)


def with_change(value, path, change):
    made = copy.deepcopy(value)
    change(at(made, path[:-1]), path[-1])
    return made


def to_the_end(holder, key):
    """Puts a key behind the others, or an element."""
    inner = holder.pop(key)
    if isinstance(holder, dict):
        holder[key] = inner
    else:
        holder.append(inner)


class Compared:
    """Values that were given to the grammar and to the reader, and where the two disagree."""

    def __init__(self, page, told):
        self.grammar, self.told = cddl.Grammar(block(page, "cddl"), known), told
        self.rules = {}
        for family in ("record", "statement"):
            for name, rule in self.grammar.types(family).items():
                self.rules[family, name.removeprefix("breakglass/v1/")] = rule
        self.rules |= {("card", "card"): "card", ("book", "book"): "book"}
        self.count, self.good, self.wrong = 0, 0, []

    def disagree(self, what):
        self.wrong.append(what)

    def kinds(self):
        """Every kind is in the grammar, under the same name, and nothing in the grammar is in vain."""
        here = {("record", kind) for kind in kinds.RECORDS} | {("statement", kind) for kind in kinds.STATEMENTS}
        for family, kind in here ^ {one for one in self.rules if one[0] in ("record", "statement")}:
            self.disagree(f"the {family} {kind} is not in both")
        for kind in kinds.STATEMENTS:
            if self.rules.get(("statement", kind)) != kind:
                self.disagree(f"the rule of {kind} has another name")
        unused = self.grammar.unused(
            ["record", "statement", "newer-record", "newer-statement", "card", "book", "head-file"])
        if unused:
            self.disagree(f"nothing leads to {sorted(unused)}")

    def value(self, family, kind, value):
        """The form of one value: both say yes, or both no."""
        shape = kinds.shape_of(kind, (family,))
        try:
            written = shape(value)
            good = json.dumps(written) == json.dumps(value)
        except Malformed:
            good = False
        if next(iter(value.items()), None) != ("type", f"breakglass/v1/{kind}"):
            return good  # The type decides which rule it is; a reader has looked at it before.
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self.count += 1
        self.good += good
        if self.grammar.matches(value, self.rules[family, kind], ordered=True) != good:
            self.disagree(f"{family} {kind}: the reader says {good} of {line}")
        self.told(f"{family} {'good' if good else 'bad'} {line}")
        return good


BOUNDS = ("too large", "counted wrongly", "reserved", "no such generation", "too long", "padding", "a field is cut off")


class Lines:
    """What is no JSON, given to the grammar and to the reader."""

    def __init__(self, page):
        self.grammar, self.count, self.wrong = abnf.Grammar(block(page, "abnf")), 0, []
        for rule in self.grammar.rules:
            self.grammar.matches(b"", rule)  # every rule can be read

    def compare(self, rule, data, read):
        """Both take it, or neither does; what the grammar says in a comment alone may be the reader's reason."""
        try:
            read(data)
            good = True
        except UnicodeDecodeError:
            good = False
        except Malformed as malformed:
            good = None if any(bound in str(malformed) for bound in BOUNDS) else False
        if not good and rule == "payload":
            return  # its lengths count octets, which no expression does
        self.count += 1
        if good is not None and self.grammar.matches(data, rule) != good:
            self.wrong.append(f"{rule}: the reader says {good} of {data!r}")

    def spoilt(self, rule, data, read):
        """The same of some bytes, and of each with one byte more, less, or another."""
        self.compare(rule, data, read)
        for place in range(min(len(data), 1200)):
            for byte in b"", b"\n", b" ", b"0", b"9", b"a", b"A", b"-", b"\0", b"\xff", data[place:place + 1] * 2:
                self.compare(rule, data[:place] + byte + data[place + 1:], read)


def compare_lines(page):
    lines, root = Lines(page), ROOT / "tests/vectors"
    good = ("share/good/share", "payload/good/payload", "card/good/card")
    share, payload, card = ((root / name).read_bytes() for name in good)
    lines.spoilt("share-text", share, sealing.parse_share)
    lines.spoilt("payload", payload, sealing.decode_payload)
    signature = card.split(b"\n")[2] + b"\n"
    release = signature.replace(b" alice ", b" release/0123abcd/1 ")
    for line in signature, release, signature.replace(b" alice ", b" session "):
        lines.spoilt("signature-line", line, lambda data: notes.signature_line(one_line(data)))
    for path in sorted(root.glob("*/*/share")):
        lines.compare("share-text", path.read_bytes(), sealing.parse_share)
    for path in sorted(root.glob("*/*/payload")):
        lines.compare("payload", path.read_bytes(), sealing.decode_payload)
    for path in sorted((root / "log").glob("*/log"), key=lambda path: path.stat().st_size)[-40:]:
        for note in path.read_bytes().split(b"\n\n{"):
            notes_of(lines, b"{" + note.removeprefix(b"{").rstrip(b"\n") + b"\n")
    return lines


def one_line(data: bytes) -> bytes:
    """A line without its line feed, of which there is one."""
    shapes.require(data.endswith(b"\n") and data.count(b"\n") == 1, "not one line")
    return data[:-1]


def notes_of(lines, raw):
    """A note that is of its kind has the form of a note."""
    try:
        note = notes.Note(raw)
    except Malformed:
        return
    lines.compare("note", note.raw, lambda _: None)


def corpus():
    """The bytes of every file of the corpus."""
    for path in sorted((ROOT / "tests/vectors").rglob("*")):
        if path.is_file() and path.name != "expect":
            yield path.read_bytes()


def compare(page, told):
    """Everything that is compared; `told` is called with each value."""
    compared, seen = Compared(page, told), set()
    compared.kinds()
    for data in corpus():
        for kind, value in bodies(data):
            families = [family for family in FAMILIES if (family, kind) in compared.rules]
            line = json.dumps(value)
            if families and line not in seen:
                seen.add(line)
                compared.value(families[0], kind, value)
    for (family, kind), rule in compared.rules.items():
        for place, example in enumerate(compared.grammar.examples(rule, LEAVES)):
            for one in changed(example) if place == 0 or maps(example) not in seen else [example]:
                compared.value(family, kind, one)
            seen.add(maps(example))
    return compared


def maps(value) -> str:
    """Which keys there are, however deep."""
    return json.dumps([path for path in paths(value) if not path or isinstance(path[-1], str)])


def main():
    curve.self_check()
    curve.good_key = functools.cache(curve.good_key)
    bech32.recipient = functools.cache(bech32.recipient)
    page, into = (sys.argv[1:] + [None, None])[:2]
    page = pathlib.Path(page or ROOT / "docs/spec/grammar.md").read_text()
    with open(into or os.devnull, "w", encoding="utf-8") as file:
        compared = compare(page, lambda line: print(line, file=file))
    lines = compare_lines(page)
    wrong = compared.wrong + lines.wrong
    for one in {one.partition(" of ")[0]: one for one in wrong}.values():
        print(one[:2000])
    print(f"{compared.count} values, {compared.good} good, {lines.count} lines: {len(wrong)} disagree")
    sys.exit(1 if wrong or not compared.good else 0)


if __name__ == "__main__":
    main()
