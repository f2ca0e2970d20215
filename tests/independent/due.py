"""What is due, and what approvals without a release mean: judged at the moment of the verification."""

import groups
from shapes import length


def findings(escrow, now, book_statements):
    """All of it, as (code, seq). `book_statements` are (person, kind, says) out of books that hold."""
    found = []
    for digest in escrow.requests:
        found += of_request(escrow, escrow.requests[digest], now)
    found += unreleased(escrow, book_statements)
    for vault in escrow.vaults.values():
        found += of_vault(escrow, vault, now)
    return found


def of_request(escrow, request, now):
    found = []
    if request.releases and request.end is None:
        found.append(("END-MISSING", request.seq))
    if request.releases and not request.closed and request.seal["kind"] == "root":
        due = min(request.releases) + length(escrow.policy["close_within"])
        found.append(("CLOSE-OVERDUE" if now > due else "CLOSE-MISSING", request.seq))
    return found


def of_vault(escrow, vault, now):
    found = []
    for number, generation in vault.items():
        if number == max(vault) and not generation.custodians <= generation.checked:
            found.append(("NOT-IN-FORCE", generation.seq))
        newer = any(later > number and vault[later].seal["credentials"] == "new" for later in vault)
        if generation.exposed and not newer and generation.seal["kind"] == "root":
            due = min(generation.exposed) + length(escrow.policy["rotate_after_release"])
            found.append(("ROTATION-OVERDUE" if now > due else "EXPOSED", generation.seq))
    return found


def unreleased(escrow, book_statements):
    """Approvals of requests that no release answered, by generation: in the log, and in books."""
    told = [(one.person, one.kind, one.says, one.time) for one in escrow.received]
    approvers = {}
    for person, kind, says, time in told + book_statements:
        generation = escrow.generation(says["vault"], says["generation"]) if kind == "approval" else None
        if generation is None or person not in generation.custodians:
            continue
        request = escrow.requests.get(says["request"])
        if request is None or not request.releases:
            people = approvers.setdefault(generation.seq, (generation, {}))[1]
            people[person] = min(time, people.get(person, time))
    found = []
    for seq, (generation, people) in approvers.items():
        if not groups.enough(generation.seal, people):
            found.append(("APPROVALS-UNRELEASED", seq))
        else:
            found.append(("QUORUM-UNRELEASED", seq))
            generation.exposed.append(next(
                time for time in sorted(people.values())
                if groups.enough(generation.seal, [one for one in people if people[one] <= time])))
    return found
