"""What is due, and what approvals without a release mean: judged at the moment of the verification."""

import generations
import groups
from shapes import length
from timeline import Act, Timeline, latest


def findings(escrow, now, book_statements):
    """All of it, as (code, seq). `book_statements` are (person, kind, says, time) out of books that hold."""
    line = Timeline(escrow, now)
    found, quorums = unreleased(escrow, line, book_statements)
    for digest in escrow.requests:
        found += of_request(escrow, line, escrow.requests[digest])
    for name, vault in escrow.vaults.items():
        found += of_vault(escrow, line, vault, quorums, name not in escrow.decommissioned)
    return found + dated_ahead(escrow, line) + generations.findings(escrow)


def made(escrow, line, kind):
    """The statements of a kind that count, each with the time from which it does."""
    for one in escrow.received:
        if one.kind == kind:
            when = line.counts(line.check(one) if kind == "check" else line.brought_in(one.time, one.person, one.seq))
            if when is not None:
                yield one, when


def dated_ahead(escrow, line):
    """What would meet or renew something, and is not made."""
    found = []
    releases = {digest for request in escrow.requests.values() for digest in request.releases}
    for one in escrow.received:
        agrees = one.kind == "agree" and ("statement" in one.says or one.says.get("record") in releases)
        act = line.check(one) if one.kind == "check" else line.brought_in(one.time, one.person, one.seq)
        if (agrees or one.kind in ("check", "close", "confirm")) and line.counts(act) is None:
            found.append(("TIME-FUTURE", one.seq))
    for request in escrow.requests.values():
        for one in request.releases.values() if request.says["purpose"] == "drill" else []:
            if line.counts(line.record(one.time, request.says["requester"], one.seq)) is None:
                found.append(("TIME-FUTURE", one.seq))
    return found


def of_request(escrow, line, request):
    found = []
    if request.releases and request.end is None:
        found.append(("END-MISSING", request.seq))
    if not request.releases or request.seal["kind"] != "root":
        return found
    requester = request.says["requester"]
    began = min(line.start(line.record(one.time, requester, one.seq, one.approvals)) for one in request.releases.values())
    due = began + length(escrow.policy["close_within"])
    closed = [when for one, when in made(escrow, line, "close") if one.says["request"] == request.digest]
    if min(closed, default=line.now) > due:
        found.append(("CLOSE-OVERDUE", request.seq))
    elif not closed:
        found.append(("CLOSE-MISSING", request.seq))
    return found + of_notice(escrow, line, request, began)


def of_notice(escrow, line, request, began):
    notices = escrow.policy.get("notices")
    told = any(one.says.get("record") in request.releases and one.person in escrow.agreed.get(one.says["record"], ())
               for one, _ in made(escrow, line, "agree"))
    if not notices or told or not escrow.may_acknowledge(request):
        return []
    due = began + length(notices["within"])
    return [("NOTICE-OVERDUE" if line.now > due else "NOTICE-MISSING", request.seq)]


def of_vault(escrow, line, vault, quorums, in_use):
    found = []
    newest = generations.newest_kept(vault)
    checked = {one.person for one, _ in made(escrow, line, "check")
               if newest in [escrow.named(share, one.value["head"]) for share in one.says["shares"]]}
    if in_use and not newest.custodians <= checked:
        found.append(("NOT-IN-FORCE", newest.seq))

    def known(one):
        began = [(line.exposure(exposure), exposure.place) for exposure in one.exposed]
        return [exposure for exposure in began if exposure[0] is not None] + quorums.get(one.digest, [])

    for generation in vault:
        began = known(generation) if escrow.holds_credentials(newest.seal["vault"]) else []
        if began and not generations.replaced(vault, generation, known, line.is_stated):
            due = min(when for when, _ in began) + length(escrow.policy["rotate_after_release"])
            found.append(("ROTATION-OVERDUE" if line.now > due else "EXPOSED", generation.seq))
    return found


def unreleased(escrow, line, book_statements):
    """Approvals of requests that no release answered, by generation: in the log, and in books. Gives what is found, and of
    each generation when and where they were enough."""
    told = [(one.person, one.kind, one.says, one.time, (one.seq, 0)) for one in escrow.received]
    told += [(*one, None) for one in book_statements]
    approvers = {}
    for person, kind, says, time, where in told:
        if kind != "approval":
            continue
        request = escrow.requests.get(says["request"])
        for generation in may_be_of(escrow, says, request):
            if person in generation.custodians and (request is None or not request.releases):
                people = approvers.setdefault(generation.digest, (generation, {}))[1]
                first = people.setdefault(person, (time, where, request))
                if time < first[0]:
                    people[person] = (time, first[1], request)
    found, quorums = [], {}
    for key, (generation, people) in approvers.items():
        if not groups.enough(generation.seal, people):
            found.append(("APPROVALS-UNRELEASED", generation.seq))
        else:
            found.append(("QUORUM-UNRELEASED", generation.seq))
            quorums[key] = [quorum(line, generation, people)]
    return found, quorums


def may_be_of(escrow, says, request):
    """The generations of which an approval may be: that of its request, or all of that number if the log lacks it."""
    sealed = escrow.vaults.get(says["vault"], [])
    known = request is not None and request.says["vault"] == says["vault"]
    return [one for one in sealed if one.seal["generation"] == says["generation"]
            and (not known or one is request.generation)]


def quorum(line, generation, people):
    """Since when, and in which record, as many had approved as can reconstruct."""
    def enough(of, last):
        return groups.enough(generation.seal, [one for one, known in people.items()
                                               if known[of] is not None and known[of] <= last])

    reached = next(time for time in sorted(time for time, _, _ in people.values()) if enough(0, time))
    places = sorted(where for _, where, _ in people.values() if where is not None)
    place = next((where for where in places if enough(1, where)), None)
    counted = {one: known for one, known in people.items() if known[0] <= reached}
    asked = [request for _, _, request in counted.values() if request is not None]
    dates = [(one, known[0]) for one, known in counted.items()]
    dates += [(request.says["requester"], request.time) for request in asked]
    start = max([line.begun_after(request.seq) for request in asked], default=0)
    by = place[0] if place else float("inf")
    return line.start(Act(reached, None, latest(dates), start, by)), place
