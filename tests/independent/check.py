"""Reads every case of tests/vectors and compares what this reader says with what the case expects.

python3 check.py [FOLDER]: prints each disagreement, and how many cases there were; exit code 1 if any disagree.
"""

import pathlib
import sys

import age
import bundle
import curve
import evidence
import files
import log
import note as notes
import recover
import rules
import sealing
import verify
import words
from note import NonCanonical
from shapes import Malformed, require, seconds

TOLD = ("expect", "exit", "finding", "field", "totp", "words")


class Case:
    """A folder with artifacts and a file `expect` of lines `name: value`."""

    def __init__(self, folder: pathlib.Path, root: pathlib.Path):
        self.root, self.folder, self.name = root, folder, folder.relative_to(root).as_posix()
        self.family = self.name.split("/")[0]
        lines = (folder / "expect").read_text().splitlines()
        self.lines = [tuple(line.split(": ", 1)) for line in lines]

    def value(self, name):
        return next((value for key, value in self.lines if key == name), None)

    def expected(self):
        return [f"{key}: {value}" for key, value in self.lines if key in TOLD]

    def file(self, name):
        data = (self.folder / name).read_bytes()
        base = self.value("base") if name == "log" else None
        return (self.root / "base" / base).read_bytes() + data if base else data

    def files(self, ending):
        found = sorted(path for path in self.folder.iterdir() if path.name.endswith(ending))
        return [(path.name[: -len(ending)], path.read_bytes()) for path in found]

    def sealed(self, generation, custodian):
        """A sealed file beside the log: the case's own, or that of the folder that it names; None if it is gone."""
        name = "payload.age" if custodian is None else f"{custodian}.share.age"
        number = f"{generation.seal['name']}.{generation.seal['generation']}"
        apart = f"{number}-{generation.digest}.{name}"
        name = apart if (self.folder / apart).exists() else f"{number}.{name}"
        own, kept = self.folder / name, self.root / "base" / self.value("vaults") / name
        if ("gone", name) in self.lines:
            return None
        return (own if own.exists() else kept).read_bytes()

    def identities(self):
        return [one for _, file in self.files(".key") for one in age.identities(file, self.value("passphrase"))]


def of_log(case):
    vaults = case.value("vaults")
    read = case.sealed if vaults != "none" else None
    report = verify.verify(
        case.file("log"), [evidence.head_file(head) for _, head in case.files(".head")], case.files(".book"),
        case.value("anchor"), case.value("time"), case.value("require-head") is not None,
        (lambda escrow: files.judge(escrow, read)) if vaults else None)
    found = [f"finding: {one['code']} {'-' if one['seq'] is None else one['seq']}" for one in report["findings"]]
    found += [f"reading: not as musts.md says of {one['code']}" for one in report["findings"]
              if not rules.is_read_so(one["code"], one["seq"], report["last"])]
    return [f"expect: {report['verdict']}", f"exit: {report['exit']}"] + found


def of_note(case):
    try:
        note = notes.Note(case.file("note")).of("record")
        if note.kind != "end":
            return ["expect: malformed"]
        fault = note.fault(lambda _: case.value("key"))
        return [f"expect: {fault.lower() if fault else 'good'}"]
    except NonCanonical:
        return ["expect: noncanonical"]
    except (Malformed, UnicodeDecodeError):
        return ["expect: malformed"]


def of_recover(case):
    escrow = log.read(case.file("log"))
    vault = next(one for one in escrow.vaults.values() if one[0].seal["name"] == "prod")
    generation, identities = vault[0], case.identities()
    sessions = case.files(".session.age")
    if sessions:
        secret, key = sealing.session(sessions[0][1], identities)
        request = next(one for one in escrow.requests.values() if one.says["session_key"] == key)
        shares = [bundle.approval(escrow, file, request, secret) for _, file in case.files(".bga")]
    else:
        shares = recover.shares_of(escrow, generation, dict(case.files(".share.age")), identities)
    fields = recover.open_payload(sealing.combine(shares, generation.seal), case.file("payload.age"), generation)
    if sessions:
        return ["expect: good"]
    told = [f"field: {name} {value}" for name, value in fields.items()]
    return ["expect: good"] + told + [f"totp: {sealing.totp(fields['totp'], seconds(case.value('time')))}"]


def of_approval(case):
    escrow = log.read(case.file("log"))
    secret, key = sealing.session(case.file("request.session.age"), case.identities())
    request = next(one for one in escrow.requests.values() if one.says["session_key"] == key)
    shares = [bundle.approval(escrow, case.file(name), request, secret) for name in ("approval.bga", "other.bga")]
    sealing.combine(shares, request.seal)


def of_share(case):
    escrow = log.read(case.file("log"))
    vault = next(one for one in escrow.vaults.values() if one[0].seal["name"] == "prod")
    sealing.check_share(case.file("share"), escrow.id, vault[0].seal)


def of_card(case):
    bundle.card(case.file("card"))


def of_request(case):
    bundle.request(case.file("request.bgr"), case.file("card"), case.identities())


def of_canary(case):
    require(case.file("payload") == sealing.canary_payload(case.value("vault")), "not what a canary holds")


def of_words(case):
    return [f"words: {' '.join(words.stretched(case.file('artifact'), case.value('of')))}"]


FAMILIES = {
    "log": of_log, "files": of_log, "note": of_note, "recover": of_recover, "approval": of_approval, "share": of_share,
    "card": of_card, "request": of_request, "head": lambda case: evidence.head_file(case.file("head")) and None,
    "words": of_words, "canary": of_canary, "payload": lambda case: sealing.decode_payload(case.file("payload")) and None,
}


def run(case):
    """What this reader says of a case, in the lines of an `expect` file."""
    try:
        return FAMILIES[case.family](case) or ["expect: good"]
    except (Malformed, UnicodeDecodeError):
        return ["expect: refused"]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "vectors")
    curve.self_check()
    cases = [Case(path.parent, root) for path in sorted(root.rglob("expect"))]
    wrong = 0
    for case in cases:
        found = run(case)
        if found != case.expected():
            wrong += 1
            print(f"{case.name}: expected {case.expected()}, found {found}")
    print(f"{len(cases)} cases, {wrong} disagree")
    sys.exit(1 if wrong or not cases else 0)


if __name__ == "__main__":
    main()
