"""What is due, and what approvals without a release mean: judged at the moment of the verification."""

import generations
import groups
from shapes import length


def findings(escrow, now, book_statements):
    """All of it, as (code, seq). `book_statements` are (person, kind, says) out of books that hold."""
    found = []
    for digest in escrow.requests:
        found += of_request(escrow, escrow.requests[digest], now)
    found += unreleased(escrow, book_statements)
    for name, vault in escrow.vaults.items():
        found += of_vault(escrow, vault, now, name not in escrow.decommissioned)
    return found + generations.findings(escrow)


def of_request(escrow, request, now):
    found = []
    if request.releases and request.end is None:
        found.append(("END-MISSING", request.seq))
    if request.releases and not request.closed and request.seal["kind"] == "root":
        due = min(request.releases.values()) + length(escrow.policy["close_within"])
        found.append(("CLOSE-OVERDUE" if now > due else "CLOSE-MISSING", request.seq))
    notices = escrow.policy.get("notices")
    told = request.acknowledged or not escrow.may_acknowledge(request)
    if request.releases and notices and request.seal["kind"] == "root" and not told:
        due = min(request.releases.values()) + length(notices["within"])
        found.append(("NOTICE-OVERDUE" if now > due else "NOTICE-MISSING", request.seq))
    return found


def of_vault(escrow, vault, now, in_use):
    found = []
    newest = generations.newest_kept(vault)
    if in_use and not newest.custodians <= newest.checked:
        found.append(("NOT-IN-FORCE", newest.seq))
    for generation in vault.values():
        if generation.exposed and escrow.holds_credentials(generation.seal["vault"]):
            if not generations.replaced(vault, generation, lambda one: one.exposed):
                first = min(when for when, _ in generation.exposed)
                due = first + length(escrow.policy["rotate_after_release"])
                found.append(("ROTATION-OVERDUE" if now > due else "EXPOSED", generation.seq))
    return found


def unreleased(escrow, book_statements):
    """Approvals of requests that no release answered, by generation: in the log, and in books."""
    told = [(one.person, one.kind, one.says, one.time, (one.seq, 0)) for one in escrow.received]
    told += [(*one, None) for one in book_statements]
    approvers = {}
    for person, kind, says, time, where in told:
        generation = escrow.generation(says["vault"], says["generation"]) if kind == "approval" else None
        if generation is None or person not in generation.custodians:
            continue
        request = escrow.requests.get(says["request"])
        if request is None or not request.releases:
            people = approvers.setdefault(generation.seq, (generation, {}))[1]
            before = people.get(person, (time, where))
            people[person] = (min(time, before[0]), before[1])
    found = []
    for seq, (generation, people) in approvers.items():
        if not groups.enough(generation.seal, people):
            found.append(("APPROVALS-UNRELEASED", seq))
        else:
            found.append(("QUORUM-UNRELEASED", seq))
            times = sorted(when for when, _ in people.values())
            places = sorted(where for _, where in people.values() if where is not None)
            reached = next(time for time in times if groups.enough(
                generation.seal, [one for one in people if people[one][0] <= time]))
            place = next((place for place in places if groups.enough(
                generation.seal, [one for one in people if people[one][1] is not None and people[one][1] <= place])), None)
            generation.exposed.append((reached, place))
    return found
