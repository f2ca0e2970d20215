"""Who decides, which generation is current, what is exposed: docs/spec/generations.md."""

import groups
import kept
from shapes import Malformed, unbase64, write_json
from statements import Broken, demand, read

CONFIRMED, GIVEN_UP = "confirmed", "given up"


class Verdicts:
    """What people said of one generation. `standing` is the verdict, `begun` the record and time it began with."""

    def __init__(self):
        self.words, self.speaks = [], {}
        self.standing, self.begun, self.held = None, None, False

    def hear(self, generation, digest, person, verdict, place, time):
        self.words.append((digest, person, verdict, place, time))
        self.speaks[person] = verdict
        turned = self.standing != verdict and (
            not self.held or groups.enough(generation.seal, self.spoken(verdict)))
        if turned:
            self.standing, self.begun, self.held = verdict, (place, time), False
        people = self.spoken(self.standing)
        second = [one for one in people if one in generation.custodians and generation.sealers != [one]]
        self.held = self.held or (len(people) >= 2 and bool(second))

    def spoken(self, verdict):
        return [person for person, said in self.speaks.items() if said == verdict]


class Vote:
    """Who has the vote of one vault: the generation whose people are the electors, and whose retirement counts."""

    def __init__(self):
        self.voted, self.retired = [], set()  # the seals that have or had the vote, the last one of them now

    @property
    def seal(self):
        return self.voted[-1] if self.voted else None

    @seal.setter
    def seal(self, digest):
        if digest != self.seal:
            self.voted.append(digest)


def structure(seal):
    """How many people open it: the threshold, or those of its groups."""
    named = sorted((group["name"], group["threshold"]) for group in seal.get("groups", []))
    return seal["threshold"], named, seal.get("groups_needed")


def same_people(one, other):
    """The same people with the same cards, who open it in the same way."""
    def people(seal):
        return {(share["custodian"], share["card"], share.get("group")) for share in seal["shares"]}

    return structure(one) == structure(other) and people(one) == people(other)


def current(generations):
    """The highest confirmed; or the highest checked, or the newest, that is not given up; or the newest."""
    falling = generations[::-1]
    kept = [one for one in falling if one.verdicts.standing != GIVEN_UP]
    confirmed = [one for one in falling if one.verdicts.standing == CONFIRMED]
    checked = [one for one in kept if groups.enough(one.seal, one.checked)]
    return (confirmed or checked or kept or falling)[0]


def newest_kept(generations):
    kept = [one for one in generations if one.verdicts.standing != GIVEN_UP]
    return (kept or generations)[-1]


def findings(escrow):
    """What is open about the generations of root vaults, as (code, seq)."""
    found = []
    for vault, generations in escrow.vaults.items():
        if escrow.holds_credentials(vault):
            found += of_vault(escrow, vault, generations)
    return found


def of_vault(escrow, vault, generations):
    found, now = [], current(generations)
    confirmed = [one.seal["generation"] for one in generations if one.verdicts.standing == CONFIRMED]
    elected = escrow.electors(vault)
    electors = elected.seal["generation"] if elected else 0
    for at, one in enumerate(generations):
        number = one.seal["generation"]
        if one.verdicts.standing == GIVEN_UP:
            found.append(("GENERATION-GIVEN-UP", one.seq))
        above = number >= max(confirmed) if confirmed else at > 0
        rivals = one.verdicts.standing == CONFIRMED and confirmed.count(number) > 1
        if above and (one.verdicts.standing is None or rivals):
            found.append(("GENERATION-UNDECIDED", one.seq))
        if one.verdicts.standing and not one.verdicts.held and number >= now.seal["generation"]:
            found.append(("CONFIRMED-ALONE", one.seq))
        if one.changed and number > electors:
            found.append(("SEAL-CHANGED-PEOPLE", one.seq))
    left = {one for one in now.custodians if not escrow.retired_from(one, vault)}
    if left != now.custodians and vault not in escrow.decommissioned:
        if not groups.enough(now.seal, left):
            found.append(("HOLDERS-FEW", now.seq))
        elif any(not groups.enough(now.seal, left - {one}) for one in left):
            found.append(("HOLDERS-JUST", now.seq))
    return found


def replaced(generations, generation, known, is_stated):
    """Whether a later generation with other credentials is confirmed that was not exposed by then. `known` gives when and
    where a generation was exposed; `is_stated`, whether a word for a verdict is made."""
    for later in generations:
        if later.seal["generation"] <= generation.seal["generation"] or later.origin == generation.origin:
            continue
        if "new_fields" in later.seal:
            continue  # it carries the others over
        if later.verdicts.standing != CONFIRMED or not is_stated(later.verdicts):
            continue
        place, time = later.verdicts.begun
        same = [one for one in generations if one.origin == later.origin]
        exposures = [exposure for one in same for exposure in known(one)]
        if not any(where <= place if where is not None else when <= time for when, where in exposures):
            return True
    return False


# Statements.


def judge_confirm(escrow, statement):
    says = statement.says
    numbered = escrow.generation(says["vault"], says["generation"])
    demand(numbered is not None, "CONFIRM-GENERATION", is_reference=True)
    generation = escrow.sealed(says["vault"], says["seal"])
    same = generation and generation.seal["generation"] == says["generation"]
    demand(same and escrow.holds_credentials(says["vault"]), "CONFIRM-GENERATION")
    demand(may_confirm(generation, statement.person), "CONFIRM-HOLDER")


def may_confirm(generation, person):
    return person in generation.custodians or person in generation.sealers


def judge_agree(escrow, statement, before):
    ((what, subject),) = statement.says.items()
    if what == "record":
        demand(subject in escrow.signed, "AGREE-SUBJECT", is_reference=True)
    if what == "statement":
        known = {one.note.digest for one in escrow.statements + escrow.received} | before
        demand(subject in known, "AGREE-SUBJECT", is_reference=True)


def confirm(escrow, statement):
    """Takes a confirmation; whether its maker has a say."""
    says, digest = statement.says, statement.note.digest
    verdict = GIVEN_UP if "failed" in says["outcome"] else CONFIRMED
    told = (says["vault"], says["seal"], verdict, statement.person)
    escrow.confirmed[digest] = told
    return speak(escrow, told, statement)


def speak(escrow, told, statement):
    vault, seal, verdict, _ = told
    generation = escrow.sealed(vault, seal)
    if generation is None or not may_confirm(generation, statement.person):
        return False
    overruled = len(generation.sealers) > 1 and statement.person not in escrow.votes[vault].retired
    if escrow.retired_from(statement.person, vault) and not overruled:
        return False
    place = (statement.seq, 0)
    generation.verdicts.hear(generation, statement.note.digest, statement.person, verdict, place, statement.time)
    return True


def agree(escrow, statement):
    """Takes an agreement; whether its maker has a say."""
    ((what, subject),) = statement.says.items()
    if what == "record":
        return countersign(escrow, subject, statement)
    told = escrow.confirmed.get(subject) if what == "statement" else None
    if told is None:
        return True
    return told[3] != statement.person and speak(escrow, told, statement)


def countersign(escrow, record, statement):
    subject, by = escrow.signed[record]
    person, kind = statement.person, subject[0]
    may = {"seal": lambda: escrow.has_vote(person, subject[1]),
           "retire": lambda: any(escrow.has_vote(person, vault) for vault in escrow.with_electors()),
           "release": lambda: person in escrow.may_acknowledge(escrow.requests[subject[1]]),
           "unknown": lambda: True}[kind]
    if person in by or not may():
        return False
    count(escrow, record, subject, person)
    return True


def count(escrow, record, subject, person):
    """Counts one more countersignature by somebody who has a say, and does what enough of them do."""
    kind = subject[0]
    people = escrow.agreed.setdefault(record, set())
    people.add(person)
    for vault in escrow.vaults:
        if escrow.satisfied(vault, people):
            if kind == "seal" and vault == subject[1]:
                escrow.pass_vote(vault, record)
            if kind == "retire":
                escrow.votes[vault].retired.add(subject[1])


def consents(escrow, note, seq, kind, follows, code):
    """Those who consent to a record: good statements by different people, none of which counted before."""
    says = {key: value for key, value in note.value["says"].items() if key != "agrees"}
    taken = []
    for text in note.value["says"].get("agrees", []):
        try:
            statement = read(escrow, text, seq)
        except Broken as broken:
            raise Broken(code, broken.is_reference) from None
        demand(statement.kind == "agree" and "proposal" in statement.says, code)
        proposal = statement.says["proposal"]
        demand((proposal["kind"], proposal["follows"]) == (kind, follows), code)
        try:
            demand(unbase64(proposal["says"]) == write_json(says)[:-1], code)
        except Malformed:
            raise Broken(code) from None
        demand(statement.person not in [one.person for one in taken], code)
        demand(statement.note.digest not in escrow.spent, code)
        taken.append(statement)
    return taken


def keep(escrow, taken):
    digests = {one.note.digest for one in escrow.statements + escrow.received}
    escrow.spent |= {one.note.digest for one in taken}
    escrow.receive([one for one in taken if one.note.digest not in digests])


def retire(escrow, note, seq, digest, gaps=False):
    says = note.value["says"]
    person, vault = says["person"], says.get("vault")
    taken = consents(escrow, note, seq, "retire", escrow.id, "RETIRE-SIGNER")
    people = {one.person for one in taken}
    if not taken:
        demand(vault is None and escrow.is_administrator(note.by), "RETIRE-SIGNER")
    else:
        asked = [one for one in escrow.with_electors() if vault in (None, one)]
        demand(len(note.by) == 1 and note.by[0] in escrow.people, "RETIRE-SIGNER")
        enough = asked and all(escrow.satisfied(one, people) for one in asked)
        if gaps:
            known = vault in escrow.vaults and kept.may_agree(escrow, vault, people)
            enough = known if vault else kept.all_may_agree(escrow, people)
        demand(enough, "RETIRE-SIGNER")
    gone = escrow.votes[vault].retired if vault else escrow.retired
    demand(person in escrow.people, "RETIRE-PERSON", is_reference=True)
    demand(person not in gone, "RETIRE-PERSON")
    if vault is None:
        escrow.retired.add(person)
    for one in escrow.vaults:
        if taken and vault in (None, one):
            escrow.votes[one].retired.add(person)
    escrow.signed[digest] = (("retire", person, vault, [(one.person, one.note.digest) for one in taken]), note.by)
    escrow.report("RETIRED", seq)
    keep(escrow, taken)
