"""Reading a log from its genesis on: form, signers and signatures, place in the chain, content."""

import note as notes
import repairs
from escrow import Escrow
from note import NonCanonical
from shapes import Malformed
from statements import Broken

BEGINNING = b'{"type":"breakglass/v1/'
ZERO = "0" * 64


def read(data: bytes) -> Escrow:
    """What a log says. `whole` is true where it was read to its end."""
    escrow = Escrow()
    escrow.whole, escrow.last_time, escrow.data = False, None, data
    at = seq = 0
    prev = ZERO
    while at < len(data) or seq == 0:
        try:
            end, digest, seq = record(escrow, data, at, seq, prev)
        except Broken as broken:
            escrow.report(broken.code, seq)
            break
        escrow.heads[seq] = (end, digest)
        escrow.known.add((seq, end, digest))
        escrow.last = seq
        at, prev, seq = end, digest, seq + 1
    else:
        escrow.whole = True
    for first, _ in escrow.missing:
        escrow.report("RECORDS-MISSING", first)
    return escrow


def record(escrow, data, at, seq, prev):
    """Takes the record at `at`. Raises the rule that ends the reading; reports one that it breaks by content."""
    try:
        note, end = notes.take(data, at)
        note.of("record")
        if escrow.id is None:
            # The keys are in it, so that its place and its cards come before its signature.
            if note.kind != "genesis":
                raise Broken("GENESIS-FIRST")
            place(escrow, note, seq, prev)
            escrow.genesis(note)
        key_of = escrow.key_of(note)
        fault = note.fault(key_of)
        form = None if fault is None else f"RECORD-{fault}"
    except NonCanonical:
        form = "RECORD-NONCANONICAL"
    except (Malformed, UnicodeDecodeError):
        form = "RECORD-MALFORMED"
    if form == "RECORD-SIGNER-UNKNOWN" or (form and (at == 0 or stands_behind(escrow, data, at))):
        raise Broken(form)
    if form:
        repairs.expose(escrow, repairs.began(data[at:]), escrow.last_time)
        raise Broken("TORN")
    seq = place(escrow, note, seq, prev)
    digest = notes.sha256(data[at:end])
    if escrow.id is None:
        escrow.id = digest
    else:
        content(escrow, note, seq, digest)
    escrow.last_time = note.value["time"]
    return end, digest, seq


def place(escrow, note, seq, prev):
    """The place in the chain: gives the record's number. Only a `continue` may leave numbers out."""
    value = note.value
    if note.kind == "continue":
        head = value["says"]["from"]
        follows = (value["seq"], value["prev"]) == (head["seq"] + 1, head["hash"])
        last = value["says"].get("last", head)
        here = (last["seq"], last["size"], last["hash"]) == (escrow.last, *escrow.heads[escrow.last])
        later = head["seq"] > escrow.last or "last" not in value["says"]
        if not (follows and here and later) or head["seq"] > 2**53:
            raise Broken("CONTINUE-FROM")
        seq, prev = value["seq"], head["hash"]
    if value["seq"] != seq:
        raise Broken("CHAIN-SEQ")
    if value["prev"] != prev:
        raise Broken("CHAIN-PREV")
    if value.get("escrow") != escrow.id:
        raise Broken("CHAIN-ESCROW")
    return seq


def content(escrow, note, seq, digest):
    """The rules of the kind. A record that breaks one is a link of the chain all the same."""
    if note.value["time"] < escrow.last_time:
        escrow.report("TIME-BACKWARDS", seq)
    try:
        if note.kind == "genesis":
            raise Broken("GENESIS-FIRST")
        if note.kind in Escrow.KINDS:
            Escrow.KINDS[note.kind](escrow, note, seq, digest)
        else:
            escrow.report("UNKNOWN-KIND", seq)
    except Broken as broken:
        escrow.report(broken.code, seq)


def stands_behind(escrow, data, damaged) -> bool:
    """Whether a whole record stands behind damage: one that verifies, or whose signers nobody knows, since the
    damaged record may have brought them in."""
    at = data.find(BEGINNING, damaged + 1)
    while at >= 0:
        try:
            note, _ = notes.take(data, at)
            note.of("record")
            if note.fault(escrow.key_of(note)) in (None, "SIGNER-UNKNOWN"):
                return True
        except (Malformed, UnicodeDecodeError):
            pass
        at = data.find(BEGINNING, at + 1)
    return False

