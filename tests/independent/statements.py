"""What people state: embedded statements and approvals, judged by the rules of docs/spec/verify-rules.md."""

from kinds import OBLIGATIONS
from note import embedded
from shapes import Malformed, UnknownField, seconds


class Broken(Exception):
    """A record or a statement breaks this rule."""

    def __init__(self, code, is_reference=False):
        super().__init__(code)
        self.code = code
        self.is_reference = is_reference  # whether it is broken because the log does not hold what is named


def demand(holds, code, is_reference=False):
    if not holds:
        raise Broken(code, is_reference)


class Statement:
    """A statement whose form, maker, signature and history hold. `seq` is the record that brought it in."""

    def __init__(self, note, seq):
        self.note, self.kind, self.value, self.seq = note, note.kind, note.value, seq
        self.says, self.person = note.value["says"], note.by[0]
        self.time = seconds(note.value["time"])
        self.book = (note.value["book"]["number"], note.value["book"]["hash"])


def read(escrow, text, seq) -> Statement:
    """Form, person, signature, escrow and head, in this order."""
    try:
        note = embedded(text).of("statement")
    except UnknownField:
        raise Broken("RECORD-FIELD") from None
    except (Malformed, UnicodeDecodeError):
        raise Broken("STATEMENT-MALFORMED") from None
    one = len(note.by) == 1
    demand(one and note.by[0] in escrow.people, "STATEMENT-PERSON", is_reference=one)
    fault = note.fault(lambda name: escrow.people[name]["verifying_key"] if name in escrow.people else None)
    demand(fault is None, "STATEMENT-SIGNATURE")
    demand(note.value["escrow"] == escrow.id, "STATEMENT-ESCROW")
    demand(escrow.is_ancestor(note.value["head"]), "STATEMENT-HEAD")
    return Statement(note, seq)


def judge(escrow, statement, before=frozenset()):
    """What a statement says, whoever carried it in. Gives the codes of findings that leave it standing. `before` are the
    digests of those before it in its record."""
    import generations  # which reads this module

    says, person, found = statement.says, statement.person, []
    if statement.kind == "check":
        named = set()
        for one in says["shares"]:
            known = escrow.named(one, statement.value["head"])
            demand(known is not None, "CHECK-SHARE", is_reference=True)
            demand(known.holds(person, one["index"]) and known.digest not in named, "CHECK-SHARE")
            named.add(known.digest)
        demand(named, "CHECK-SHARE")
        return found
    if statement.kind == "confirm":
        generations.judge_confirm(escrow, statement)
        return found
    if statement.kind == "agree":
        generations.judge_agree(escrow, statement, before)
        return found
    if statement.kind == "review":
        return ["STATEMENT-ROLE"] if person in escrow.retired else found
    request = escrow.requests.get(says["request"])
    demand(request is not None, "STATEMENT-REQUEST", is_reference=True)
    custodian = "custodian" in escrow.people[person]["roles"] and person not in escrow.retired
    if statement.kind == "approval":
        same = (says["vault"], says["generation"]) == (request.says["vault"], request.says["generation"])
        demand(same and request.generation.holds(person, says["index"]), "APPROVAL-SHARE")
    elif statement.kind == "denial" and not custodian:
        found.append("STATEMENT-ROLE")
    elif statement.kind == "action" and not custodian and person != request.says["requester"]:
        found.append("STATEMENT-ROLE")
    elif statement.kind == "close":
        demand([item["obligation"] for item in says["items"]] == list(OBLIGATIONS), "CLOSE-ITEMS")
        if person == request.says["requester"] and request.seal["kind"] == "root":
            found.append("CLOSED-BY-REQUESTER")
        if not custodian:
            found.append("STATEMENT-ROLE")
    return found


def approval(escrow, text, seq, request) -> Statement:
    """An approval among those that an end received."""
    statement = read(escrow, text, seq)
    demand(statement.kind == "approval", "STATEMENT-MALFORMED")
    demand(statement.says["request"] == request.digest, "STATEMENT-REQUEST")
    judge(escrow, statement)
    return statement
