"""What a branch grants or clears: it has to hold by this log too, docs/spec/repairs.md."""

import copy

import generations


def before_adoption(escrow):
    """This log as it was before anything of the branch counted."""
    before = copy.copy(escrow)
    before.retired, before.signed, before.spent = set(escrow.retired), dict(escrow.signed), set(escrow.spent)
    before.vaults = {vault: list(sealed) for vault, sealed in escrow.vaults.items()}
    before.votes = copy.deepcopy(escrow.votes)
    return before


def has_vote(before, escrow, vault, person):
    """Whether a person has the vote here; of a vault that the branch brings in, nobody could take it away."""
    if vault in before.vaults:
        return before.has_vote(person, vault)
    return escrow.has_vote(person, vault) and person not in before.retired


def satisfied(before, escrow, vault, people):
    voters = {person for person in people if has_vote(before, escrow, vault, person)}
    return (before if vault in before.vaults else escrow).satisfied(vault, voters)


def bring_in(before, escrow, branch, vault, theirs, seq):
    """A generation that this log does not hold: it exists, and its people have the vote as if it were sealed here now."""
    one, by = copy.copy(theirs), branch.signed[theirs.digest][1]
    one.seq, one.checked, one.verdicts = seq, set(theirs.checked), generations.Verdicts()
    one.exposed = [known._replace(place=(seq, known.place[0])) for known in theirs.exposed]
    new = vault not in escrow.vaults
    electors = len(set(by)) == len(by) and all(has_vote(before, escrow, vault, one) for one in by) if not new else False
    holds = before.is_administrator(by) or (
        before.may_seal(by, vault) if vault in before.vaults or new else electors and satisfied(before, escrow, vault, by))
    compared = None if new else escrow.electors(vault) or escrow.newest(vault)
    chosen = holds and not before.is_administrator(by)
    one.changed = not chosen and compared is not None and not generations.same_people(compared.seal, one.seal)
    one.gives_vote = theirs.gives_vote and holds
    if not holds:
        escrow.report("ADOPT-WITHOUT-EFFECT", seq)
    escrow.votes.setdefault(vault, generations.Vote())
    if escrow.generation(vault, theirs.seal["generation"]):
        escrow.report("ADOPT-CONFLICT", seq)
    escrow.add(vault, one)
    if one.gives_vote and not one.changed:
        escrow.pass_vote(vault, one.digest)


def join(before, escrow, branch, seq):
    escrow.confirmed.update(branch.confirmed)
    escrow.spent |= branch.spent
    retirements(before, escrow, branch, seq)
    words(before, escrow, branch, seq)
    countersignatures(before, escrow, branch, seq)


def retirements(before, escrow, branch, seq):
    for digest, (subject, by) in branch.signed.items():
        if digest in before.signed:
            continue
        escrow.signed[digest] = (subject, by)
        if subject[0] != "retire":
            continue
        _, person, vault, consents = subject
        people = {one for one, _ in consents}
        if not consents:
            holds = before.is_administrator(by)
        elif vault:
            holds = satisfied(before, escrow, vault, people)
        else:
            asked = before.with_electors()
            holds = bool(asked) and all(before.satisfied(one, people) for one in asked)
        if not holds:
            escrow.spent -= {one for _, one in consents} - before.spent
            escrow.report("ADOPT-WITHOUT-EFFECT", seq)
            continue
        if not vault:
            escrow.retired.add(person)
        for one in escrow.vaults:
            if consents and vault in (None, one):
                escrow.votes[one].retired.add(person)


def words(before, escrow, branch, seq):
    for vault, sealed in branch.vaults.items():
        votes = (before if vault in before.vaults else escrow).votes[vault]
        for theirs in sealed:
            ours = escrow.sealed(vault, theirs.digest)
            known = {word[0] for word in ours.verdicts.words}
            for digest, person, verdict, place, time in theirs.verdicts.words:
                if digest in known:
                    continue
                overruled = len(ours.sealers) > 1 and person not in votes.retired
                if (person in before.retired or person in votes.retired) and not overruled:
                    escrow.report("ADOPT-WITHOUT-EFFECT", seq)
                else:
                    ours.verdicts.hear(ours, digest, person, verdict, (seq, place[0]), time)


def countersignatures(before, escrow, branch, seq):
    for statement in branch.statements:
        record, person = statement.says.get("record"), statement.person
        if statement.kind != "agree" or person not in branch.agreed.get(record, ()):
            continue
        if person in escrow.agreed.get(record, ()):
            continue
        subject = branch.signed[record][0]
        may = {"seal": lambda: has_vote(before, escrow, subject[1], person),
               "retire": lambda: any(before.has_vote(person, vault) for vault in before.with_electors()),
               "release": lambda: not retired_from(before, person, escrow.requests[subject[1]].says["vault"]),
               "unknown": lambda: True}[subject[0]]
        if may():
            generations.count(escrow, record, subject, person)
        else:
            escrow.report("ADOPT-WITHOUT-EFFECT", seq)


def retired_from(before, person, vault):
    return person in before.retired or vault in before.votes and person in before.votes[vault].retired
