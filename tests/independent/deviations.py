"""Deviations that follow from the log: docs/spec/deviations.md. Of the others only their makers know."""

import groups
import repairs
from shapes import length, seconds

LAST = seconds("9999-12-30T22:00:00Z")


def of_environment(environment, policy):
    """What the record's own environment says of its machine."""
    found = {
        "unlocked-memory": environment.get("memory") == "unlocked",
        "no-sandbox": environment.get("sandbox") == "none",
        "swap-on": bool(environment.get("swap")),
        "interface-up": policy["strict_air_gap"] and bool(environment.get("interfaces")),
    }
    return {word for word, holds in found.items() if holds}


def standing(escrow, says, environment, policy):
    """What is judged anew at a request and at its release, by the log before the record."""
    generation = escrow.sealed(says["vault"], says["seal"])
    found = {
        "not-current": generation is not escrow.current(says["vault"]),
        "not-in-force": not groups.enough(generation.seal, generation.checked),
        "retired-person": escrow.retired_from(says["requester"], says["vault"]),
        "decommissioned": says["vault"] in escrow.decommissioned,
        "succeeded": escrow.succeeded,
        "undecided": escrow.is_undecided(says["vault"]),
        "damaged-log": any(kind == "recovered" for kind, _, _ in escrow.unseen),
        "continued-elsewhere": any(kind == "continue" for kind, _, _ in escrow.unseen),
        "missing-records": repairs.may_lack(escrow),
    }
    return {word for word, holds in found.items() if holds} | of_environment(environment, policy)


def of_request(escrow, says, time):
    """What a request that is made now has to list."""
    found = standing(escrow, says, says["environment"], escrow.policy)
    first = min(seconds(time), seconds(says["not_before"]))
    longest = min(first + length(escrow.policy["max_request_window"]), LAST)
    return found | ({"long-window"} if seconds(says["not_after"]) > longest else set())


def is_outside(request, time):
    return not request.says["not_before"] <= time <= request.says["not_after"]


def of_approval(request, person, time):
    """What an approval has to list, by the log up to its request."""
    found = request.derived - set(request.says.get("deviations", []))
    if is_outside(request, time):
        found.add("outside-window")
    if person == request.says["requester"] and not request.policy["requester_may_approve"]:
        found.add("requester-approves")
    if person in request.retired:
        found.add("retired-person")
    return found


def of_release(escrow, request, approvers, says, time):
    """What a release has to list, by the log before it."""
    found = request.derived | standing(escrow, request.says, says["environment"], request.policy)
    if is_outside(request, time):
        found.add("outside-window")
    if request.says["requester"] in approvers and not request.policy["requester_may_approve"]:
        found.add("requester-approves")
    if any(escrow.retired_from(one, request.says["vault"]) for one in approvers):
        found.add("retired-person")
    return found - set(request.says.get("deviations", []))


def undeclared(says, found):
    """Whether anything is missing from what a record or an approval lists."""
    return bool(found - set(says.get("deviations", [])))
