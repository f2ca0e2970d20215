"""Custody, vaults that are decommissioned, escrows that succeed others: docs/spec/log.md and docs/spec/generations.md."""

import generations
import kept
from statements import demand


def custody(escrow, note, seq, _digest):
    what = note.value["says"]["what"]
    demand(len(note.by) <= 2 and all(one in escrow.people for one in note.by), "CUSTODY-SIGNER")
    if "share" in what:
        share = what["share"]
        known = escrow.named(share)
        demand(known, "CUSTODY-SHARE", is_reference=True)
        demand(share["index"] in [one["index"] for one in known.seal["shares"]], "CUSTODY-SHARE")
    if len([one for one in note.by if one not in escrow.retired]) < 2:
        escrow.report("CUSTODY-ALONE", seq)


def decommission(escrow, note, seq, _digest, gaps=False):
    vault = note.value["says"]["vault"]
    demand(vault in escrow.vaults, "DECOMMISSION-VAULT", is_reference=True)
    demand(vault not in escrow.decommissioned, "DECOMMISSION-VAULT")
    follows = escrow.newest(vault).digest
    taken = generations.consents(escrow, note, seq, "decommission", follows, "DECOMMISSION-SIGNER")
    if taken:
        people = {one.person for one in taken}
        elected = vault in escrow.with_electors() and escrow.satisfied(vault, people)
        enough = kept.may_agree(escrow, vault, people) if gaps else elected
        demand(len(note.by) == 1 and note.by[0] in escrow.people and enough, "DECOMMISSION-SIGNER")
    else:
        demand(len(note.by) == 2 and escrow.is_administrator(note.by[:1]), "DECOMMISSION-SIGNER")
        holder = note.by[1]
        holds = kept.may_hold(escrow, vault, holder) if gaps else holder in escrow.current(vault).custodians
        demand(holds and not escrow.retired_from(holder, vault), "DECOMMISSION-SIGNER")
    escrow.decommissioned.add(vault)
    escrow.report("DECOMMISSIONED", seq)
    generations.keep(escrow, taken)


def succeeded(escrow, note, seq, _digest, gaps=False):
    taken = generations.consents(escrow, note, seq, "succeeded", escrow.id, "SUCCEEDED-SIGNER")
    if taken:
        people, asked = {one.person for one in taken}, escrow.with_electors()
        elected = asked and all(escrow.satisfied(vault, people) for vault in asked)
        enough = kept.all_may_agree(escrow, people) if gaps else elected
        demand(len(note.by) == 1 and note.by[0] in escrow.people and enough, "SUCCEEDED-SIGNER")
    else:
        demand(escrow.is_administrator(note.by), "SUCCEEDED-SIGNER")
    escrow.succeeded = True
    escrow.report("SUCCEEDED", seq)
    generations.keep(escrow, taken)


def merge(escrow, branch):
    """What a branch seals or releases is in use again here. That it decommissioned a vault of this log does not count."""
    for vault in set(escrow.decommissioned):
        sealed = {one.digest for one in branch.vaults.get(vault, [])}
        ours = {one.digest for one in escrow.vaults[vault]}
        released = {one for asked in branch.requests.values() if asked.says["vault"] == vault for one in asked.releases}
        known = {one for asked in escrow.requests.values() for one in asked.releases}
        if sealed - ours or released - known:
            escrow.decommissioned.discard(vault)
    escrow.decommissioned |= {vault for vault in branch.decommissioned if vault not in escrow.vaults}
    escrow.succeeded = escrow.succeeded or branch.succeeded


KINDS = {"custody": custody, "decommission": decommission, "succeeded": succeeded}
KEPT = {
    "decommission": lambda escrow, *record: decommission(escrow, *record, gaps=True),
    "succeeded": lambda escrow, *record: succeeded(escrow, *record, gaps=True),
}
