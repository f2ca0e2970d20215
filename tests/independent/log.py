"""Reading a log from its genesis on: form, signers and signatures, place in the chain, content."""

import re

import evidence
import note as notes
import repairs
import timeline
from escrow import Escrow, good_card
from kinds import HEAD
from shapes import Malformed, read_loosely, require
from statements import Broken

ZERO = "0" * 64


def read(data: bytes, parts_from=0) -> Escrow:
    """What a log says. `whole` is true where it was read to its end; parts of branches count from that record on."""
    escrow = Escrow()
    escrow.parts_from = parts_from
    escrow.whole, escrow.last_time, escrow.data = False, None, data
    at = seq = 0
    prev = ZERO
    while at < len(data) or seq == 0:
        try:
            end, digest, seq = record(escrow, data, at, seq, prev)
        except Broken as broken:
            escrow.report(broken.code, seq)
            if escrow.id is not None:
                repairs.expose_signed(escrow, data, at, escrow.last_time, seq)
            break
        escrow.heads[seq] = (end, digest)
        escrow.known.add((seq, end, digest))
        escrow.last = seq
        at, prev, seq = end, digest, seq + 1
    else:
        escrow.whole = True
    for gap in escrow.missing:
        if gap.reported(escrow):
            escrow.report("RECORDS-MISSING", gap.first)
    for number in escrow.left + [number for number, _ in escrow.parts]:
        escrow.report("ADOPT-UNFINISHED", number)
    return escrow


def excerpt(data: bytes) -> Escrow:
    """The small form of a log: a head, genesis, the records that are kept, and the request behind that head."""
    line, feed, data = data.partition(b"\n")
    head = evidence.head_file(line + feed)
    require(0 < head["seq"] <= 2**53 and head["size"] <= 2**53, "nothing is left out, or too much")
    escrow = Escrow()
    escrow.whole, escrow.last_time, escrow.data = False, None, b""
    try:
        at, digest, _ = record(escrow, data, 0, 0, ZERO)
        require(escrow.id == head["escrow"], "another escrow's head")
        escrow.heads[0], escrow.last, last = (at, digest), 0, 0
        escrow.known.add((0, at, digest))
        repairs.leave_out(escrow, head)
        while True:
            note, end = notes.take(data, at)
            note.of_record()
            if note.value["seq"] > head["seq"]:
                break
            last = repairs.keep(escrow, data[at:end], last, head)
            at = end
        end, digest, seq = record(escrow, data, at, head["seq"] + 1, head["hash"])
    except Broken as broken:
        raise Malformed(broken.code) from broken
    require(note.kind == "request" and digest in escrow.requests and end == len(data), "no request at its end")
    escrow.heads[seq] = (head["size"] + end - at, digest)
    escrow.whole = True
    return escrow


def record(escrow, data, at, seq, prev):
    """Takes the record at `at`. Raises the rule that ends the reading; reports one that it breaks by content."""
    try:
        note, end = notes.take(data, at)
        note.of_record()
        if escrow.id is None:
            # The keys are in it, so that its place and its cards come before its signature.
            if note.kind != "genesis":
                raise Broken("GENESIS-FIRST")
            if note.form:
                raise Broken(f"RECORD-{unsigned(note.form)}")
            place(escrow, note, seq, prev)
            escrow.genesis(note)
        fault = note.fault(escrow.key_of(note))
        form = f"RECORD-{unsigned(note.form) or fault}" if fault else None
        if form and not note.form and escrow.id is not None and is_genesis(note):
            place(escrow, note, seq, prev)
    except (Malformed, UnicodeDecodeError):
        form = "RECORD-MALFORMED"
    if form == "RECORD-SIGNER-UNKNOWN" or (form and (at == 0 or no_damage(escrow, data, at))):
        raise Broken(form)
    if form:
        repairs.expose(escrow, repairs.began(data[at:]), escrow.last_time, seq)
        raise Broken("TORN")
    seq = place(escrow, note, seq, prev)
    digest = notes.sha256(data[at:end])
    if escrow.id is None:
        escrow.id = digest
        if "succeeds" in note.value["says"]:
            escrow.report("SUCCEEDS", seq)
    else:
        content(escrow, note, seq, digest)
    timeline.dated(escrow, note, seq)
    escrow.last_time = note.value["time"]
    return end, digest, seq


def unsigned(form):
    """What is not signed is no record, however large it is."""
    return "MALFORMED" if form == "TOO-LARGE" else form


def place(escrow, note, seq, prev):
    """The place in the chain: gives the record's number. Only a `continue` may leave numbers out."""
    value = note.value
    head, last = follows_of(note)
    if is_place(head) and (last is None or is_place(last)):
        if value.get("escrow") != escrow.id:
            raise Broken("CHAIN-ESCROW")
        follows = (value["seq"], value["prev"]) == (head["seq"] + 1, head["hash"])
        before = last or head
        here = (before["seq"], before["size"], before["hash"]) == (escrow.last, *escrow.heads[escrow.last])
        later = last is None or escrow.last < head["seq"] <= 2**53
        if not (follows and here and later):
            raise Broken("CONTINUE-FROM")
        return value["seq"]
    if value["seq"] != seq:
        raise Broken("CHAIN-SEQ")
    if value["prev"] != prev:
        raise Broken("CHAIN-PREV")
    if value.get("escrow") != escrow.id:
        raise Broken("CHAIN-ESCROW")
    return seq


def follows_of(note):
    """What a `continue` follows, and the last record before those that are missing; nothing of any other record."""
    says = note.value["says"] if note.kind == "continue" else {}
    return says.get("from"), says.get("last")


def content(escrow, note, seq, digest):
    """The rules of the kind. A record that breaks one is a link of the chain all the same."""
    if note.value["time"] < escrow.last_time:
        escrow.report("TIME-BACKWARDS", seq)
    try:
        if note.form or note.kind not in Escrow.KINDS:
            escrow.expose_signed(note)
        if note.form:
            raise Broken(f"RECORD-{note.form}")
        if note.kind == "genesis":
            raise Broken("GENESIS-FIRST")
        if note.kind in Escrow.KINDS:
            Escrow.KINDS[note.kind](escrow, note, seq, digest)
        else:
            if escrow.may_seal(note.by, None):
                escrow.newer.add(digest)
            escrow.repairs[digest] = (seq, note.by)
            escrow.report("UNKNOWN-KIND", seq)
            escrow.signed[digest] = (("unknown",), note.by)
    except Broken as broken:
        cannot_tell = escrow.newer and broken.is_reference
        escrow.report("RECORD-NEWER-REFERENCE" if cannot_tell else broken.code, seq)
    if note.kind != "adopt-part" or note.form:
        escrow.left += [number for number, _ in escrow.parts]
        escrow.parts = []


def is_place(head):
    """Whether something is a head, be there more in it."""
    try:
        return bool(HEAD({name: head[name] for name in ("size", "seq", "hash")}))
    except (Malformed, TypeError, KeyError):
        return False


def no_damage(escrow, data, at) -> bool:
    """Whether bytes that are no record are no damage either: what was signed stands there, or behind it."""
    return any(is_whole_at(escrow, data, place) for place in notes.places(data, at))


def is_whole_at(escrow, data, at) -> bool:
    """Whether a whole record stands there: one that verifies, or whose signers nobody knows, since the damaged record
    may have brought them in; a genesis of whichever escrow; or any text that is signed by keys of this log."""
    try:
        note, _ = notes.take(data, at)
        note.of_record()
        fault = note.fault(escrow.key_of(note))
        if fault is None or (fault == "SIGNER-UNKNOWN" and not note.form) or is_genesis(note):
            return True
    except (Malformed, UnicodeDecodeError):
        pass
    return is_signed(escrow, data, at)


def is_signed(escrow, data, at) -> bool:
    """Whether a text stands there that each of its signature lines verifies, as far as their keys can be told."""
    try:
        text, lines = notes.signed(data[at:notes.extent(data, at)])
    except (Malformed, UnicodeDecodeError):
        return False
    try:
        says = read_loosely(text).get("says")
    except (Malformed, UnicodeDecodeError):
        says = None
    kind = re.match(rb'\{"type":"breakglass/v1/([a-z-]{1,32})"', text)
    typed = re.match(rb'\{"type":"breakglass/v[1-9][0-9]{0,3}/[a-z-]{1,32}"', text)
    key_of = escrow.loose_key_of(kind[1].decode() if kind else "", says if isinstance(says, dict) else {}, text, lines)
    keys = [(key_of(line[0]), line) for line in lines]
    # Of a text without a type nobody can tell whether it brings in a key itself.
    told = [(key, line) for key, line in keys if key != notes.UNREADABLE and
            (typed or line[0] in escrow.people or key and notes.is_by(text, line, key))]
    return bool(told) and all(key and notes.is_by(text, line, key) for key, line in told)


def is_genesis(note) -> bool:
    """Whether it is a genesis, of whichever escrow, that a card in it verifies."""
    if note.kind != "genesis" or note.form or len(note.by) != 1:
        return False
    for text in note.value["says"]["cards"]:
        try:
            card = notes.embedded(text).of("card")
        except (Malformed, UnicodeDecodeError):
            continue
        if card.value["person"] == note.by[0] and good_card(card):
            return note.fault(lambda _: card.value["verifying_key"]) is None
    return False
