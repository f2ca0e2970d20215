"""The sealed files beside a log, compared with their seals: docs/spec/verify-rules.md. Nothing is decrypted."""

import hashlib
import stat


def names(seal):
    """The files of a generation, as (custodian or None for the payload, digest)."""
    return [(None, seal["payload"])] + [(share["custodian"], share["sealed_share"]) for share in seal["shares"]]


def superseded(escrow, vault, number):
    """Whether newer credentials replaced a generation's, and it is not the one that a request asks for."""
    generations = escrow.vaults[vault]
    newer = any(later > number and generations[later].seal["credentials"] == "new" for later in generations)
    return newer and escrow.current(vault) is not generations[number]


def judge(escrow, read):
    """What the files say. `read(seal, custodian)` gives a file's bytes, or None; without `read` there is no folder."""
    if read is None:
        return [("FILES-NOT-EXAMINED", None)]
    found = []
    for vault, generations in escrow.vaults.items():
        for number, generation in generations.items():
            found += of_generation(generation, superseded(escrow, vault, number), read)
    return found


def of_generation(generation, is_superseded, read):
    found, good = [], []
    for custodian, digest in names(generation.seal):
        data = read(generation.seal, custodian)
        if data is None:
            found.append(("FILE-MISSING-SUPERSEDED" if is_superseded else "FILE-MISSING", generation.seq))
        elif hashlib.sha256(data).hexdigest() != digest:
            found.append(("FILE-CHANGED", generation.seq))
        else:
            good.append(custodian)
    shares = len([one for one in good if one is not None])
    if not is_superseded and (None not in good or shares < generation.seal["threshold"]):
        found.append(("VAULT-NOT-OPENABLE", generation.seq))
    return found


def beside(log):
    """Reads the files of the escrow whose log this is; None if it has no folder of them. No link is followed."""
    folder = log.parent / "vaults"
    if not folder.exists():
        return None

    def read(seal, custodian):
        name = "payload.age" if custodian is None else f"{custodian}.share.age"
        path = folder / seal["name"] / str(seal["generation"]) / name
        try:
            return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
        except OSError:
            return None

    return read
