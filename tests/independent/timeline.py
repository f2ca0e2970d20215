"""What a date counts for: docs/spec/time.md."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from shapes import seconds

HOUR = 3600
LAST = 253_402_207_200  # 9999-12-30T22:00:00Z


class Mark(NamedTuple):
    person: str
    time: int
    follows: int  # -1 for genesis
    by: int


class Act(NamedTuple):
    """Something that is dated. `people` is whose date it is and the approvals with it, as {person: time}."""

    time: int
    person: str | None
    people: dict
    start: int
    by: int


class Release(NamedTuple):
    """A valid release."""

    time: int
    digest: str
    approvals: tuple
    seq: int


class Exposure(NamedTuple):
    """Why somebody may have held the vault key. `until`: only if the window that ended then was not over."""

    time: int
    person: str | None
    approvals: tuple
    place: tuple | None
    is_damage: bool = False
    until: int | None = None


def dated(escrow, note, seq):
    """Notes who dated a record."""
    people = {name for name in note.by if name in escrow.people}
    if not note.form and note.kind in ("release", "end") and "session" in note.by:
        request = escrow.requests.get(note.value["says"]["request"])
        people |= {request.says["requester"]} if request else set()
    escrow.dated += [(person, seconds(note.value["time"]), seq) for person in sorted(people)]


def join(escrow, branch, shared, seq):
    """The dates of a branch that forked behind the record `shared`, a head."""
    escrow.dated += [(person, time, seq) for person, time, number in branch.dated if number > shared[0]]
    nested = [start for number, start in branch.forks.items() if number > shared[0]]
    is_here = escrow.heads.get(shared[0]) == shared[1:]
    escrow.forks[seq] = min([shared[0], *nested]) if is_here else 0


def last_person(escrow):
    """Who dated the last record, if it was one person."""
    people = {person for person, _, seq in escrow.dated if seq == escrow.last}
    return people.pop() if len(people) == 1 else None


class Timeline:
    """The dates of a log, as of one moment."""

    def __init__(self, escrow, now):
        self.escrow, self.now = escrow, now
        marks = [Mark(person, time, self.follows(seq), seq) for person, time, seq in escrow.dated]
        marks += [Mark(one.person, one.time, self.stated_after(one), one.seq) for one in escrow.received]
        # The clock of whoever verifies may be behind the whole log.
        founder, genesis = next((mark.person, mark.time) for mark in marks if mark.follows < 0)
        others = [(mark.by, mark.time) for mark in marks if mark.person != founder]
        first = [genesis] + [time for _, time in [min(others, default=(0, genesis))]]
        horizon = self.horizon = LAST if min(first) > now + HOUR else now
        self.begin = min(genesis, horizon) if genesis <= horizon + HOUR else 0
        self.set_after(marks)
        self.set_before(marks)
        behind = {mark for mark in marks
                  if mark.follows >= 0 and mark.time + HOUR < self.low(mark.follows, mark.person)}
        self.set_after([mark for mark in marks if mark not in behind])
        self.set_before(marks)

    def follows(self, seq):
        return self.escrow.forks.get(seq, seq - 1)

    def stated_after(self, statement):
        head = statement.value["head"]
        here = self.escrow.heads.get(head["seq"]) == (head["size"], head["hash"])
        missing = any(gap.first <= head["seq"] < gap.last["seq"] or head == gap.last for gap in self.escrow.missing)
        return head["seq"] if here or missing else 0

    def set_after(self, marks):
        """For each number: the first dates of different people, the earliest three, of marks that follow it."""
        first, self.after = {}, {}
        for mark in sorted((mark for mark in marks if mark.follows >= 0), key=lambda mark: -mark.follows):
            known = first.get(mark.person)
            first[mark.person] = min(known, (mark.by, mark.time)) if known else (mark.by, mark.time)
            told = sorted((time, person) for person, (_, time) in first.items())
            self.after[mark.follows] = told[:3]
        self.after_at = sorted(self.after)

    def set_before(self, marks):
        latest, self.before = {}, {}
        marks = [mark for mark in marks if mark.time <= self.high(mark.by, mark.person) + HOUR]  # the others are ahead
        for mark in sorted(marks, key=lambda mark: mark.by):
            latest[mark.person] = max(latest.get(mark.person, 0), min(mark.time, self.horizon))
            told = sorted(((time, person) for person, time in latest.items()), reverse=True)
            self.before[mark.by] = told[:3]
        self.before_at = sorted(self.before)

    def high(self, number, person):
        at = bisect_left(self.after_at, number)
        told = self.after[self.after_at[at]] if at < len(self.after_at) else []
        return min([time for time, other in told if other != person][1:2] + [self.horizon])

    def low(self, number, person):
        at = bisect_right(self.before_at, number)
        told = self.before[self.before_at[at - 1]] if at else []
        others = [time for time, other in told if other != person]
        return others[1] if len(others) > 1 else self.begin

    def bounds(self, act):
        low = self.low(act.start, act.person)
        return low, max(low, self.high(act.by, act.person))

    def start(self, act):
        """When a deadline begins."""
        people = dict(act.people)
        if act.person is not None:
            people[act.person] = max(act.time, people.get(act.person, 0))
        said = sorted(people.values())
        low, high = self.bounds(act)
        return max(low, min(high, said[max(0, len(said) - 2)] if said else act.time))

    def counts(self, act):
        """When something meets or renews a deadline; None if it is not made."""
        low, high = self.bounds(act)
        return None if act.time > high + HOUR else max(low, act.time)

    # What can be dated.

    def begun_after(self, seq):
        return self.escrow.forks.get(seq, seq)

    def record(self, time, person, seq, approvals=()):
        return Act(time, person, latest(approvals), self.begun_after(seq), seq)

    def brought_in(self, time, person, seq):
        return Act(time, person, {}, max(0, self.follows(seq)), seq)

    def seal(self, generation):
        by = set(generation.sealers)
        return self.record(seconds(generation.time), by.pop() if len(by) == 1 else None, generation.seq)

    def check(self, one):
        return Act(one.time, one.person, {}, self.stated_after(one), one.seq)

    def exposure(self, one):
        """When it began; None if the window was over."""
        seq, within = one.place
        seq = max(0, seq - 1) if one.is_damage and not within else seq
        act = self.record(one.time, one.person, seq, one.approvals)
        if one.until is not None and self.low(act.start, None) > one.until:
            return None
        return self.start(act)

    def is_stated(self, verdicts):
        """Whether a word for the verdict that stands, since it began, is made."""
        return any(self.counts(self.brought_in(time, person, place[0])) is not None
                   for _, person, verdict, place, time in verdicts.words
                   if verdict == verdicts.standing and place >= verdicts.begun[0])


def latest(dates):
    people = {}
    for person, time in dates:
        people[person] = max(time, people.get(person, 0))
    return people
