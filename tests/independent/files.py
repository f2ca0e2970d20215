"""The sealed files beside a log, compared with their seals: docs/spec/verify-rules.md. Nothing is decrypted."""

import hashlib
import re
import stat

import age
import groups
from generations import CONFIRMED
from shapes import Malformed

WORD = re.compile(r"[!-~]+")
BODY = re.compile(r"[A-Za-z0-9+/]*")
MAC = re.compile(r"--- [A-Za-z0-9+/]{43}")


def names(seal):
    """The files of a generation, as (custodian or None for the payload, digest)."""
    return [(None, seal["payload"])] + [(share["custodian"], share["sealed_share"]) for share in seal["shares"]]


def superseded(sealed, generation):
    """Whether a later generation with other credentials is confirmed."""
    return any(one.seal["generation"] > generation.seal["generation"] and one.origin != generation.origin
               and one.verdicts.standing == CONFIRMED for one in sealed)


def judge(escrow, read):
    """What the files say. `read(seal, custodian)` gives a file's bytes, or None; without `read` there is no folder."""
    if read is None:
        return [("FILES-NOT-EXAMINED", None)]
    found = []
    for generations in escrow.vaults.values():
        for generation in generations:
            found += of_generation(escrow, generation, superseded(generations, generation), read)
    return found


def shares_its_number(escrow, generation):
    """Whether another seal has its vault's name and its number."""
    name, number = generation.seal["name"], generation.seal["generation"]
    return any(one is not generation and (one.seal["name"], one.seal["generation"]) == (name, number)
               for sealed in escrow.vaults.values() for one in sealed)


def stanzas(data, armoured):
    """The types of the stanzas in an age file's header, which anybody can read; None if it has none in its form."""
    try:
        data = age.dearmor(data) if armoured else data
        lines = data.split(b"\n")
        if lines.pop(0) != b"age-encryption.org/v1":
            return None
        types, at = [], 0
        while not lines[at].startswith(b"--- "):
            words = lines[at].decode("ascii").split(" ")
            if words[0] != "->" or len(words) < 2 or not all(map(WORD.fullmatch, words[1:])):
                return None
            types.append(words[1])
            whole = True
            while whole:
                at += 1
                body = lines[at].decode("ascii")
                if len(body) > 64 or not BODY.fullmatch(body):
                    return None
                whole = len(body) == 64
            at += 1
        ends = at + 1 < len(lines) and MAC.fullmatch(lines[at].decode("ascii"))
        return types if types and ends else None
    except (Malformed, ValueError, IndexError):
        return None


def recipients(escrow, seal, custodian):
    """How many recipients a file should have; None if the card that says so is not the one on record."""
    if custodian is None:
        return 1
    card = next(share["card"] for share in seal["shares"] if share["custodian"] == custodian)
    return len(escrow.people[custodian]["recipients"]) if escrow.cards[custodian] == card else None


def is_for(types, count):
    """Whether a header is for so many X25519 recipients and nobody else; one stanza may be grease."""
    others = [one for one in types if one != "X25519"]
    return len(types) - len(others) == count and len(others) <= 1 and all(one.endswith("-grease") for one in others)


def of_generation(escrow, generation, is_superseded, read):
    found, good, is_shared = [], [], shares_its_number(escrow, generation)
    for custodian, digest in names(generation.seal):
        data = read(generation, custodian)
        right = data is not None and hashlib.sha256(data).hexdigest() == digest
        if data is None or not right and is_shared:
            # Under a number that two seals have, it is a file of the other one.
            found.append(("FILE-MISSING-SUPERSEDED" if is_superseded else "FILE-MISSING", generation.seq))
        elif not right:
            found.append(("FILE-CHANGED", generation.seq))
        else:
            good.append(custodian)
            count, types = recipients(escrow, generation.seal, custodian), stanzas(data, custodian is not None)
            if count is not None and (types is None or not is_for(types, count)):
                found.append(("FILE-RECIPIENTS", generation.seq))
    if not is_superseded and (None not in good or not groups.enough(generation.seal, good)):
        found.append(("VAULT-NOT-OPENABLE", generation.seq))
    return found


def place(folder, generation):
    """The folder of a generation's files: with the seal's digest in its name, if there is one."""
    seal = generation.seal
    own = folder / seal["name"] / f"{seal['generation']}-{generation.digest}"
    return own if own.is_dir() and not own.is_symlink() else folder / seal["name"] / str(seal["generation"])


def beside(log):
    """Reads the files of the escrow whose log this is; None if it has no folder of them. No link is followed."""
    folder = log.parent / "vaults"
    if not folder.exists():
        return None

    def read(generation, custodian):
        name = "payload.age" if custodian is None else f"{custodian}.share.age"
        path = place(folder, generation) / name
        try:
            return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
        except OSError:
            return None

    return read
