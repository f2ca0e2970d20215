"""Who may have had the vote where records are missing: docs/spec/repairs.md."""

import groups


def may_elect(escrow, vault):
    """The generations whose people may have the vote: those from the electors' on."""
    electors = escrow.electors(vault)
    least = electors.seal["generation"] if electors else 0
    return [one for one in escrow.vaults[vault] if one.seal["generation"] >= least]


def may_agree(escrow, vault, people):
    """Whether a satisfying set of people who may have the vote for this vault is among these."""
    voters = set(people) - escrow.votes[vault].retired
    return any(groups.enough(one.seal, voters) for one in may_elect(escrow, vault))


def all_may_agree(escrow, people):
    """The same for the root vaults that are known to have electors; without one, for any root vault."""
    asked = escrow.with_electors()
    if asked:
        return all(may_agree(escrow, vault, people) for vault in asked)
    return any(may_agree(escrow, vault, people) for vault in root_vaults(escrow))


def may_have_sealed(escrow, by, seal):
    if escrow.is_administrator(by):
        return True
    known = seal["vault"] in escrow.vaults
    if "renews" in seal and seal["kind"] == "root":
        return len(by) == 1 and by[0] in escrow.people and known and same_people(escrow, seal)
    vaults = [seal["vault"]] if known else root_vaults(escrow)
    return len(set(by)) == len(by) and any(are_electors(escrow, vault, set(by)) for vault in vaults)


def are_electors(escrow, vault, people):
    """Whether they may be a satisfying set of electors, and nobody else is among them."""
    if people & escrow.votes[vault].retired:
        return False
    return any(people <= set(one.custodians) and groups.enough(one.seal, people) for one in may_elect(escrow, vault))


def same_people(escrow, seal):
    """To none but holders of one generation who may have the vote, with its threshold and its groups."""
    def held(one):
        structure = all(one.seal.get(key) == seal.get(key) for key in ("threshold", "groups", "groups_needed"))
        cards = {share["custodian"]: share["card"] for share in one.seal["shares"]}
        return structure and all(cards.get(share["custodian"]) == share["card"] for share in seal["shares"])

    return any(map(held, may_elect(escrow, seal["vault"])))


def may_hold(escrow, vault, person):
    return person not in escrow.votes[vault].retired and any(person in one.custodians for one in may_elect(escrow, vault))


def root_vaults(escrow):
    return [vault for vault in escrow.vaults if escrow.newest(vault).seal["kind"] == "root"]
