"""Who is enough to open a seal, docs/spec/sealing.md#groups."""


def members(seal, group):
    return [share["custodian"] for share in seal["shares"] if share.get("group") == group["name"]]


def enough(seal, people):
    """Whether these people can reconstruct together."""
    if "groups" not in seal:
        return sum(share["custodian"] in people for share in seal["shares"]) >= seal["threshold"]
    whole = [group for group in seal["groups"]
             if sum(one in people for one in members(seal, group)) >= group["threshold"]]
    return len(whole) >= seal["groups_needed"]


def fit(seal):
    """Whether the groups fit one another, and the shares."""
    groups, needed, shares = seal.get("groups"), seal.get("groups_needed"), seal["shares"]
    if groups is None or needed is None:
        return groups is needed and not any("group" in share for share in shares)
    names = [group["name"] for group in groups]
    if len(groups) > 16 or len(set(names)) < len(names) or not 1 <= needed <= len(groups):
        return False
    if any(not 1 <= group["threshold"] <= group["total"] for group in groups):
        return False
    dealt = [name for group, name in zip(groups, names) for _ in range(group["total"])]
    smallest = sum(sorted(group["threshold"] for group in groups)[:needed])
    return [share.get("group") for share in shares] == dealt and seal["threshold"] == smallest


def one_loss_loses_all(seal):
    people = {share["custodian"] for share in seal["shares"]}
    return any(not enough(seal, people - {one}) for one in people)


def two_sets_apart(seal):
    """Whether two sets without a common member are each enough: how many groups each of them can have."""
    if "groups" not in seal:
        return 2 * seal["threshold"] <= seal["total_shares"]
    reached = {(0, 0)}
    for group in seal["groups"]:
        ways = [(0, 0), (1, 0), (0, 1)] + ([(1, 1)] if 2 * group["threshold"] <= group["total"] else [])
        reached = {(one + a, other + b) for one, other in reached for a, b in ways}
    return any(min(pair) >= seal["groups_needed"] for pair in reached)
