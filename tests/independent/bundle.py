"""Request and approval files: docs/spec/requests.md."""

import base64

import age
import armour
import log
import note as notes
import rules
import sealing
import statements
from escrow import good_card
from shapes import Malformed, require
from statements import Broken

def split(data: bytes):
    """The records of a bundle, and its armoured files."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    first = 0 if data.startswith(b"-") else data.find(b"\n-") + 1
    require(first > 0, "no record, or no age file")
    records, rest, files = data[:first], data[first:], []
    while rest:
        end = rest.find(age.END)
        require(rest.startswith(age.BEGIN) and end > 0, "something between the files")
        files.append(rest[:end + len(age.END)])
        rest = rest[end + len(age.END):]
    return records, files


def approval(escrow, data: bytes, request, secret: bytes) -> dict:
    """The share in an approval file, checked in the order of the specification."""
    record, files = split(armour.unwrap(data, b"APPROVAL"))
    require(len(files) == 1, "one age file")
    note, end = notes.take(record, 0)
    require(end == len(record), "one record")
    try:
        statement = statements.approval(escrow, base64.b64encode(note.raw).decode(), None, request)
    except Broken as broken:
        raise Malformed(broken.code) from broken
    require(statement.says["ciphertext"] == sealing.sha256(files[0]), "another ciphertext than was signed")
    text = sealing.approved_share(age.decrypt(files[0], [secret]), request.digest)
    share = sealing.check_share(text, escrow.id, request.seal)
    require(share["index"] == statement.says["index"], "somebody else's share")
    return share


def card(data: bytes):
    """A card, which is signed by the key that it names."""
    own = notes.Note(data).of("card")
    require(good_card(own), "the card does not verify")
    return own


def request(data: bytes, card_file: bytes, identities):
    """What an approver's program checks of a request file: gives the request and the approver's share."""
    records, files = split(armour.unwrap(data, b"REQUEST"))
    escrow = log.excerpt(records) if records.startswith(b'{"escrow":') else log.read(records)
    require(escrow.id is not None and escrow.whole, "the log is not whole")
    require(not serious(escrow), f"the log does not hold: {serious(escrow)}")
    digest = escrow.heads[max(escrow.heads)][1]
    require(digest in escrow.requests, "it does not end with a request")
    asked = escrow.requests[digest]
    own = card(card_file)
    person = own.value["person"]
    require(escrow.cards.get(person) == own.digest, "the approver is not in it with this card")
    share = next((one for one in asked.seal["shares"] if one["custodian"] == person), None)
    require(share is not None, "the approver holds no share of this generation")
    sealed = next((one for one in files if sealing.sha256(one) == share["sealed_share"]), None)
    require(sealed is not None, "the approver's sealed share is not there")
    opened = sealing.check_share(age.decrypt(sealed, identities), escrow.id, asked.seal)
    require(opened["index"] == share["index"], "somebody else's share")
    require((asked.says["purpose"] == "drill") == (opened["kind"] == "canary"), "another purpose than the share's")
    return asked, opened


def serious(escrow):
    return [code for code, _ in escrow.findings if rules.EXITS[code] in (10, 11, 12, 13)]
