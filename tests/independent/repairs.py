"""Damaged ends, logs that go on elsewhere, branches that are joined, people who retire: docs/spec/repairs.md."""

import copy
import re

import generations
import grants
import note as notes
import offices
import timeline
from shapes import Malformed, seconds, unbase64
from statements import Broken, demand
from timeline import Exposure

BEGINNING = b'{"type":"breakglass/v1/'
MAX_DAMAGE, MAX_KEPT = 67_108_864, 8_388_608


class Gap:
    """Records that a `continue` declares missing: from number `first` to the head `last`."""

    def __init__(self, first, last, record, signer):
        self.first, self.last, self.record, self.signer = first, last, record, signer
        self.believed, self.proved = True, None

    @property
    def end(self):
        return self.last["seq"], self.last["size"], self.last["hash"]

    def __eq__(self, other):
        return (self.first, self.end, self.record) == (other.first, other.end, other.record)

    def holds(self, escrow, head):
        """Whether a head lies among them, which neither this log nor an adopted branch has."""
        place = (head["seq"], head["size"], head["hash"])
        new = place == self.end or place not in escrow.known
        return self.first <= head["seq"] <= self.last["seq"] and new

    def reported(self, escrow):
        """The last of them that is reported as missing, or None."""
        return self.last if self.believed and self.record not in escrow.disavowed else self.proved


def take_repair(escrow, note, seq, digest):
    if note.by[0] in escrow.retired:
        escrow.report("REPAIR-RETIRED", seq)
        for gap in escrow.missing:
            gap.believed = gap.believed and gap.record != digest
    escrow.unseen.add((note.kind, note.by[0], seq))
    escrow.repairs[digest] = (seq, note.by)


def see(escrow, statement):
    """Whoever states something on a head that is missing here proves that it is."""
    head = statement.value["head"]
    for gap in escrow.missing:
        if gap.holds(escrow, head) and statement.person not in escrow.retired | {gap.signer}:
            if gap.proved is None or gap.proved["seq"] < head["seq"]:
                gap.proved = head


def shown_missing(escrow, head):
    """Whether a head from outside shows that records are missing that were only declared to be."""
    found = [gap.reported(escrow) for gap in escrow.missing if gap.holds(escrow, head)]
    return bool(found) and all(last is None or last["seq"] < head["seq"] for last in found)


def may_lack(escrow):
    """Whether a request has to say that records are missing."""
    return any(gap.proved or gap.record not in escrow.disavowed for gap in escrow.missing)


def disavow(escrow, note, seq, _digest):
    record = note.value["says"]["record"]
    demand(record in escrow.repairs, "DISAVOW-RECORD", is_reference=True)
    demand(record not in escrow.disavowed, "DISAVOW-RECORD")
    taken = generations.consents(escrow, note, seq, "disavow", record, "DISAVOW-SIGNER")
    people = {one.person for one in taken}
    demand(len(note.by) == 1 and note.by[0] in escrow.people, "DISAVOW-SIGNER")
    demand(may_disavow(escrow, record, people), "DISAVOW-SIGNER")
    escrow.report("DISAVOWED", seq)
    take_back(escrow, record, people)
    generations.keep(escrow, taken)


def may_disavow(escrow, record, people):
    """Two administrators, or a satisfying set of one vault's electors, without the signers."""
    others = people - set(escrow.repairs[record][1])
    administrators = [one for one in others if escrow.is_administrator([one])]
    return len(administrators) >= 2 or any(escrow.satisfied(vault, others) for vault in escrow.with_electors())


def take_back(escrow, record, people):
    seq, by = escrow.repairs[record]
    escrow.unseen = {one for one in escrow.unseen if one[2] != seq or one[1] not in by}
    escrow.newer.discard(record)
    escrow.disavowed[record] = people


def merge_disavowed(escrow, branch):
    """What was disavowed on a branch, if those people suffice here too."""
    escrow.repairs.update(branch.repairs)
    escrow.newer |= branch.newer - set(escrow.disavowed)
    for record, people in branch.disavowed.items():
        if record not in escrow.disavowed and may_disavow(escrow, record, people):
            take_back(escrow, record, people)


def one_person(escrow, note, code):
    demand(len(note.by) == 1 and note.by[0] in escrow.people, code)


def damaged_bytes(damage):
    """The bytes of a damage object, whole; None where it contradicts itself."""
    try:
        kept = unbase64(damage["bytes"])
    except (KeyError, Malformed):
        return None
    zeros = damage.get("zeros", 0)
    fits = damage["size"] <= MAX_DAMAGE and len(kept) <= MAX_KEPT and len(kept) + zeros == damage["size"]
    if not fits or kept.endswith(b"\0"):
        return None
    whole = kept + bytes(zeros)
    return whole if notes.sha256(whole) == damage["digest"] else None


def began(damaged: bytes):
    """What a damaged tail began: None, "unknown", or the release of a request, be it behind another record."""
    start = began_first(damaged)
    later = damaged.find(b"\n" + BEGINNING + b'release"')
    return began_first(damaged[later + 1:]) if start is None and later >= 0 else start


def began_first(damaged: bytes):
    if not damaged.startswith(BEGINNING):
        return "unknown"
    kind, quote, _ = damaged[len(BEGINNING):].partition(b'"')
    if not quote and b"release".startswith(kind):
        return "unknown"
    if kind != b"release":
        return None
    found = re.search(rb'"says":\{"request":"([0-9a-f]{64})?', damaged)
    return {"release": found[1].decode()} if found and found[1] else "unknown"


def recovered(escrow, note, seq, digest):
    import log  # which reads this module

    one_person(escrow, note, "REPAIR-SIGNER")
    says = note.value["says"]
    damaged = damaged_bytes(says["damage"])
    demand(damaged, "RECOVERED-CONTENT")
    start = began(damaged)
    demand(says.get("began") == start, "RECOVERED-CONTENT")
    demand(not log.no_damage(escrow, damaged, 0), "RECOVERED-CONTENT")
    escrow.report("RECOVERED", seq)
    take_repair(escrow, note, seq, digest)
    expose_signed(escrow, damaged, 0, escrow.last_time, seq)
    expose(escrow, start, escrow.last_time, seq)


def expose(escrow, start, time, seq):
    """What a damaged tail exposes that began so."""
    request = escrow.requests.get(start["release"]) if isinstance(start, dict) else None
    damage = Exposure(seconds(time), timeline.last_person(escrow), (), (seq, 0), True)
    if request:
        request.generation.exposed.append(damage)
    elif start:
        for one in escrow.requests.values():
            if one.end is None:
                until = seconds(one.says["not_after"])
                one.generation.exposed.append(damage._replace(until=until))


def expose_signed(escrow, data, start, time, seq):
    """Every note from here on that a release key signed exposes the generation of that key."""
    for at in notes.places(data, start):
        try:
            note = notes.Note(data[at:notes.extent(data, at, is_record=False)])
            for seal in [one for vault in escrow.vaults.values() for one in vault]:
                name = f"release/{seal.seal['vault'][:8]}/{seal.seal['generation']}"
                if any(line[0] == name and notes.is_by(note.text, line, seal.seal["release_key"]) for line in note.lines):
                    damage = Exposure(seconds(time), timeline.last_person(escrow), (), (seq, 0), True)
                    seal.exposed.append(damage)
        except (Malformed, UnicodeDecodeError):
            pass


def continued(escrow, note, seq, digest):
    one_person(escrow, note, "REPAIR-SIGNER")
    says = note.value["says"]
    head, last = says["from"], escrow.last
    demand(not {"bytes", "zeros"} & set(says.get("left", {})), "CONTINUE-FROM")
    if "last" not in says:
        demand("kept" not in says, "CONTINUE-KEPT")
    else:
        before, told = copy.deepcopy(vars(escrow)), len(escrow.findings)
        leave_out(escrow, head, digest, note.by[0])
        try:
            for text in says.get("kept", []):
                last = keep(escrow, decoded(text), last, head)
        except Broken:
            vars(escrow).update(before)
            raise
        # What is found in records that were kept is found here.
        escrow.findings[told:] = [(code, seq) for code, _ in escrow.findings[told:]]
    escrow.report("CONTINUED", seq)
    take_repair(escrow, note, seq, digest)


def leave_out(escrow, head, record=None, signer=None):
    """The records after the last one, up to and including this head, are missing."""
    escrow.missing.append(Gap(escrow.last + 1, head, record, signer))
    escrow.known.add((head["seq"], head["size"], head["hash"]))


def decoded(text):
    try:
        return unbase64(text)
    except Malformed:
        raise Broken("CONTINUE-KEPT") from None


def keep(escrow, raw, after, head):
    """Takes a record that stood among the missing ones; gives its number."""
    try:
        note, end = notes.take(raw, 0)
        note.of_record()
    except (Malformed, UnicodeDecodeError):
        raise Broken("CONTINUE-KEPT") from None
    demand(not note.form, "CONTINUE-KEPT")
    number, digest = note.value["seq"], notes.sha256(raw)
    demand(end == len(raw) and note.kind in KEPT, "CONTINUE-KEPT")
    demand(after < number <= head["seq"] and note.value.get("escrow") == escrow.id, "CONTINUE-KEPT")
    demand(number < head["seq"] or digest == head["hash"], "CONTINUE-KEPT")
    demand(note.fault(escrow.key_of(note)) is None, "CONTINUE-KEPT")
    try:
        KEPT[note.kind](escrow, note, number, digest)
    except Broken as broken:
        raise Broken("CONTINUE-KEPT", broken.is_reference) from None
    timeline.dated(escrow, note, number)
    return number


def adopt(escrow, note, seq, _digest):
    """Reads the branch as a log that ends with `from`, and takes what it says."""
    import log  # which reads this module: a branch is read as a log

    two = len(set(note.by)) == len(note.by) == 2
    demand(two and all(one in escrow.people and one not in escrow.retired for one in note.by), "ADOPT-SIGNERS")
    says = note.value["says"]
    head = (says["from"]["seq"], says["from"]["size"], says["from"]["hash"])
    branch_bytes = whole_branch(escrow, says, seq)
    before = escrow.prefix_of(head)
    demand(before is not None, "ADOPT-BRANCH")
    # What the branch adopts, it holds itself: no parts from before it.
    branch = log.read(before + branch_bytes, parts_from=head[0] + 1)
    common = log.read(before)
    new = {(number, *place) for number, place in branch.heads.items() if number > head[0]}
    bad = branch.serious() - common.serious()
    demand(branch.whole and new and not bad, "ADOPT-BRANCH")
    ends = {gap.end for gap in escrow.missing}
    demand(not new <= escrow.known - ends, "ADOPT-BRANCH")
    found = {(number, *place) for number, place in branch.heads.items()}
    for gap in escrow.missing:
        if gap.end in found:
            for vault, sealed in escrow.vaults.items():
                for one in sealed:
                    if gap.first <= one.seq <= gap.last["seq"] and not branch.sealed(vault, one.digest):
                        escrow.report("ADOPT-CONFLICT", seq)
    merge(escrow, branch, head, seq)
    timeline.join(escrow, branch, head, seq)
    escrow.findings += [(code, seq) for code, where in branch.findings if where > head[0] and code not in OF_THE_END]
    escrow.known |= new | branch.known
    escrow.branches += [(before + branch_bytes, new, branch), *branch.branches]
    merge_disavowed(escrow, branch)
    escrow.missing = [gap for gap in escrow.missing if gap.end not in new | branch.known - common.known]
    escrow.missing += [gap for gap in branch.missing if gap.first > head[0] and gap not in escrow.missing
                       and escrow.heads.get(gap.end[0]) != gap.end[1:]]
    escrow.report("ADOPTED", seq)


def whole_branch(escrow, says, seq):
    """The bytes of a branch: those of the parts directly before it, and its own."""
    count = says.get("parts", 0)
    first = escrow.parts_from if seq >= escrow.parts_from else 0
    demand(count <= len([number for number, _ in escrow.parts if number >= first]), "ADOPT-BRANCH")
    taken, escrow.parts = escrow.parts[len(escrow.parts) - count:], escrow.parts[:len(escrow.parts) - count]
    try:
        return b"".join(unbase64(text) for text in [one for _, one in taken] + [says["records"]])
    except Malformed:
        raise Broken("ADOPT-BRANCH") from None


def adopt_part(escrow, note, seq, _digest):
    """Waits for the `adopt` directly behind it, or for more parts."""
    one_person(escrow, note, "REPAIR-SIGNER")
    escrow.parts.append((seq, note.value["says"]["records"]))


def merge(escrow, branch, head, seq):
    """What a branch says counts here too, each thing once."""
    before = grants.before_adoption(escrow)
    offices.merge(escrow, branch)
    for vault, sealed in branch.vaults.items():
        if vault not in escrow.vaults and sealed[0].seal["name"] in [one[0].seal["name"] for one in escrow.vaults.values()]:
            escrow.report("ADOPT-CONFLICT", seq)
        for theirs in sealed:
            ours = escrow.sealed(vault, theirs.digest)
            if ours is None:
                grants.bring_in(before, escrow, branch, vault, theirs, seq)
            else:
                ours.checked |= theirs.checked
                ours.unmasked = ours.unmasked or theirs.unmasked
                new = [one for one in theirs.exposed if one.place[0] > head[0]]
                ours.exposed += [one._replace(place=(seq, one.place[0])) for one in new]
            if branch.votes[vault].seal is not None:
                escrow.begin_vote(escrow.sealed(vault, theirs.digest), True)
    for digest, theirs in branch.requests.items():
        ours = escrow.requests.setdefault(digest, theirs)
        if ours is theirs:
            ours.seq = seq
            ours.releases = {digest: one._replace(seq=seq) for digest, one in ours.releases.items()}
        else:
            fresh, here = theirs.releases.keys() - ours.releases, ours.releases.keys() - theirs.releases
            if (fresh and (here or ours.end)) or (here and theirs.end and theirs.end != ours.end):
                escrow.report("RELEASE-BRANCHES", seq)
            ours.releases |= {digest: one._replace(seq=seq) for digest, one in theirs.releases.items() if digest in fresh}
            ours.approvers |= theirs.approvers
            ours.end = ours.end or theirs.end
        ours.generation = escrow.sealed(theirs.says["vault"], theirs.says["seal"])
    digests = {one.note.digest for one in escrow.statements}
    escrow.statements += [one for one in branch.statements if one.note.digest not in digests]
    digests = {one.note.digest for one in escrow.received}
    fresh = [one for one in branch.received if one.note.digest not in digests]
    for one in fresh:
        one.seq = seq
    escrow.receive(fresh)
    grants.join(before, escrow, branch, seq)
    escrow.keys |= branch.keys
    escrow.recipients |= branch.recipients


# What is found once a log was read, of that log alone.
OF_THE_END = ("RECORDS-MISSING", "ADOPT-UNFINISHED")
KEPT = {
    "seal": lambda escrow, *record: escrow.seal(*record, gaps=True),
    "retire": lambda escrow, *record: generations.retire(escrow, *record, gaps=True),
    "statements": lambda escrow, *record: escrow.statements_record(*record),
    "request": lambda escrow, *record: escrow.request(*record),
    **offices.KEPT,
}
KINDS = {"recovered": recovered, "continue": continued, "adopt": adopt, "adopt-part": adopt_part, "retire": generations.retire,
         "disavow": disavow, **offices.KINDS}
