"""What comes from outside the log: heads that were taken home, and books."""

import note as notes
import repairs
from note import NonCanonical
from kinds import HEAD
from shapes import HEX, Malformed, Object, read_json, require, seconds, write_json

HEAD_FILE = Object(escrow=HEX, size=HEAD.fields["size"], seq=HEAD.fields["seq"], hash=HEX)
ZERO = "0" * 64
LAST_AFTER_LOSS = 2**53
BEGINNING = b'{"type":"breakglass/v'


def head_file(data: bytes):
    """A head file: one line in the one spelling."""
    head = HEAD_FILE(read_json(data.decode()))
    require(write_json(head) == data, "a head file is one line in one spelling")
    return head


def book(data: bytes, owner: str, key: str):
    """The good records of somebody's book as (note, digest), and whether its end is damaged; raises Malformed where it is
    no unbroken chain of theirs."""
    records, at, prev = [], 0, ZERO
    while at < len(data):
        try:
            note, end = book_record(data, at, owner, key)
        except (Malformed, UnicodeDecodeError):
            require(is_damage(data, at, owner, key), "no damage, and no record of the owner's either")
            return records, True
        require(follows(note.value, after(records), prev) and note.by == [owner], "not the owner's next record")
        prev = notes.sha256(data[at:end])
        records.append((note, prev))
        at = end
    return records, False


def after(records):
    """The number of the record that follows these, where none is lost."""
    return records[-1][0].value["number"] + 1 if records else 0


def follows(value, expected, prev):
    """Whether a record is the one after those that end with `prev`. One that says what is lost may skip numbers, and what
    it follows then is not here."""
    number, lost = value["number"], value.get("lost")
    if lost is None:
        return number == expected and value["prev"] == prev
    good = lost <= expected <= number and lost < number <= LAST_AFTER_LOSS
    return good and (number > expected or value["prev"] == prev)


def book_record(data, at, owner, key):
    note, end = notes.take(data, at)
    note.of("book")
    require([name for name, _, _ in note.lines] == [owner], "another signer")
    require(notes.is_by(note.text, note.lines[0], key), "not signed by the owner")
    return note, end


def is_damage(data, at, owner, key):
    """Whether bytes are a damaged end: no whole record of another kind or key, nothing that the owner signed, and no
    record of the owner's behind them."""
    try:
        text, lines = notes.signed(data[at:notes.extent(data, at)])
        if any(line[0] == owner and notes.is_by(text, line, key) for line in lines):
            return False
        note, _ = notes.take(data, at)
        if note.kind != "book":
            return False
        note.of("book")
        if [name for name, _, _ in lines] != [owner] or lines[0][1] != notes.key_id(owner, key):
            return False
    except (Malformed, UnicodeDecodeError):
        pass
    behind = data.find(BEGINNING, at + 1)
    while behind >= 0:
        try:
            book_record(data, behind, owner, key)
            return False
        except (Malformed, UnicodeDecodeError):
            behind = data.find(BEGINNING, behind + 1)
    return True


def compare(escrow, head):
    """What a head says of the log; None where it agrees."""
    if repairs.shown_missing(escrow, head):
        return "HEAD-TRUNCATED", head["seq"]
    if escrow.is_ancestor(head):
        return None
    return ("HEAD-TRUNCATED" if head["seq"] > max(escrow.heads) else "HEAD-FORK"), head["seq"]


def knows(escrow, head):
    """How far a head vouches for this log: one of an adopted branch, and never of this log, for nothing."""
    place = (head["size"], head["hash"])
    elsewhere = (head["seq"], *place) in escrow.known and escrow.heads.get(head["seq"]) != place
    return 0 if elsewhere else head["seq"]


def judge(escrow, heads, books, required):
    """The findings of heads and books, and what books tell: (findings, statements)."""
    found, told, newest = [], [], -1
    for head in heads:
        if head["escrow"] != escrow.id:
            found.append(("HEAD-FORK", None))
        else:
            newest = max(newest, knows(escrow, head))
            found += filter(None, [compare(escrow, head)])
    for owner, data in books:
        try:
            require(owner in escrow.people, "nobody's book")
            records, damaged = book(data, owner, escrow.people[owner]["verifying_key"])
        except (Malformed, NonCanonical, UnicodeDecodeError):
            found.append(("BOOK-CHAIN", None))
            continue
        if damaged:
            found.append(("BOOK-DAMAGED", None))
        ours = [(note, digest) for note, digest in records if note.value["escrow"] == escrow.id]
        inside = [note.value["head"] for note, _ in ours]
        newest = max([newest] + [knows(escrow, head) for head in inside])
        parted = list(filter(None, (compare(escrow, head) for head in inside)))
        # Of a book's heads the worst is reported, and of several the last.
        found += sorted(parted, key=lambda one: one[0] == "HEAD-FORK")[-1:]
        lost = [(note.value["lost"], note.value["number"]) for note, _ in records if note.value.get("lost") is not None]
        found += [("BOOK-LOST", None)] * len(lost)
        found += reconcile(escrow, owner, ours, lost, after(records) if damaged else None)
        for note, _ in ours:
            ((kind, says),) = note.value["says"].items()
            told.append((owner, kind, says, seconds(note.value["time"])))
    if required and newest < 0:
        found.append(("HEAD-REQUIRED", None))
    elif newest < max(escrow.heads):
        found.append(("COMPLETENESS-UNPROVEN", None))
    return found, told


def reconcile(escrow, owner, records, lost, damaged_from):
    """A book against the log: what is in one and not in the other. What is behind a damaged end, or is lost, cannot be
    told."""
    found = []
    by_record = {(note.value["number"], digest): note for note, digest in records}
    logged = [one for one in escrow.received if one.person == owner]
    for one in logged:
        note = by_record.get(one.book)
        if damaged_from is not None and one.book[0] >= damaged_from:
            continue
        if note is None and any(first <= one.book[0] < number for first, number in lost):
            continue
        if note is None or note.value["says"] != {one.kind: one.says}:
            found.append(("BOOK-SILENT", one.seq))
    if set(by_record) - {one.book for one in logged}:
        found.append(("BOOK-UNLOGGED", None))
    return found
