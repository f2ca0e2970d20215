"""Renewals: the requester seals the next generation during a release, docs/spec/generations.md."""

import generations
import groups
from statements import demand


def judge_request(escrow, says, generation):
    """Whether the cards that a request lists could be sealed to."""
    listed = says.get("renews", [])
    if not listed:
        return
    demand(says["purpose"] != "drill" and len(set(listed)) == len(listed), "REQUEST-RENEWS")
    demand(generation.seal["threshold"] <= len(listed) <= 255, "REQUEST-RENEWS")
    lost = escrow.votes[says["vault"]].retired
    for card in listed:
        fit = [one for one, digest in escrow.cards.items() if digest == card and escrow.is_custodian_card(one)]
        demand(fit and fit[0] not in lost, "REQUEST-RENEWS", is_reference=True)


def judge(escrow, note):
    """Judges a seal that names a release; gives whether its people have the vote then."""
    says = note.value["says"]
    asked = [one for one in escrow.requests.values() if says["renews"] in one.releases]
    demand(asked, "SEAL-RENEWS", is_reference=True)
    request, vault = asked[0], says["vault"]
    listed = request.says.get("renews")
    demand(request.says["vault"] == vault and listed, "SEAL-RENEWS")
    lost = escrow.votes[vault].retired
    demand(note.by == [request.says["requester"]] and note.by[0] not in lost, "SEAL-SIGNER")
    demand(request.end is None and note.value["time"] <= request.says["not_after"], "SEAL-RENEWS")
    for one in escrow.vaults[vault]:
        during = one.seal.get("renews") in request.releases
        demand(not during or one.verdicts.standing == generations.GIVEN_UP, "SEAL-RENEWS")
    opened = request.generation
    demand(generations.structure(opened.seal) == generations.structure(says), "SEAL-RENEWS")
    demand({share["card"] for share in says["shares"]} == set(listed), "SEAL-RENEWS")
    voted = opened.digest in escrow.votes[vault].voted
    usual = (escrow.electors(vault) if voted else opened).seal["shares"]
    demand({one["card"] for one in usual if one["custodian"] not in lost} <= set(listed), "SEAL-RENEWS")
    elects = voted
    for card in set(listed) - {one["card"] for one in usual}:
        people = {one.person for one in escrow.received if one.kind == "approval"
                  and one.says["request"] == request.digest and card in one.says.get("compared", [])}
        people &= {one for one, _ in request.releases[says["renews"]].approvals}
        demand(groups.enough(opened.seal, people), "SEAL-RENEWS")
        elects = elects and escrow.satisfied(vault, people)
    return elects
