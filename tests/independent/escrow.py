"""What a log says: people, vaults, requests; and the rules of each kind of record, docs/spec/verify-rules.md."""

import re

import deviations
import generations
import groups
import kept
import renewals
import repairs
import rules
import sealing
import statements
from kinds import RECORDS, STATEMENTS
from note import UNREADABLE, embedded, is_by, key_id
from shapes import Malformed, UnknownField, seconds, verifying_key
from statements import Broken, demand
from timeline import Exposure, Release


MAX_CARDS = 500


class Generation:
    """One sealing of a vault."""

    def __init__(self, seal, digest, seq, time, sealers, origin, changed):
        self.seal, self.digest, self.seq, self.time = seal, digest, seq, time
        self.sealers, self.origin, self.changed = sealers, origin, changed
        self.gives_vote = True  # not where a branch brought it in whose sealers may not seal here
        self.checked, self.verdicts = set(), generations.Verdicts()
        self.unmasked = False  # a drill found that it is no canary
        self.exposed = []  # each time that somebody may have held the vault key

    @property
    def custodians(self):
        return {share["custodian"] for share in self.seal["shares"]}

    def holds(self, person, index):
        return any((share["custodian"], share["index"]) == (person, index) for share in self.seal["shares"])


class Request:
    """A request, and what became of it."""

    def __init__(self, says, digest, seq, generation):
        self.says, self.digest, self.seq = says, digest, seq
        self.generation, self.seal = generation, generation.seal
        self.releases, self.end, self.time = {}, None, None  # releases: by the digest of the record
        self.approvers = set()  # of any of its releases
        # What followed from the log when it was made, who had retired by then, and the policy of that time.
        self.derived, self.retired, self.policy = set(), set(), None


class Escrow:
    """Everything that the records taken so far say. Content that does not hold changes nothing of it."""

    def __init__(self):
        self.id, self.policy = None, None
        self.people, self.cards, self.retired = {}, {}, set()
        self.vaults, self.requests, self.statements = {}, {}, []
        self.heads, self.received = {}, []
        self.keys, self.recipients = set(), set()
        self.findings = []
        # Of each vault who has the vote; what can be countersigned and who did; confirmations; consents that counted.
        self.votes, self.signed, self.agreed, self.confirmed, self.spent = {}, {}, {}, {}, set()
        # Records that are missing, branches that were adopted, and every record that counts as an ancestor.
        self.data, self.last, self.missing, self.branches = b"", -1, [], []
        self.newer = set()  # newer records that may have brought in what is named later
        self.repairs, self.disavowed = {}, {}  # what can be disavowed, as number and signers; what was, by whom
        self.unseen = set()  # repairs that only their signer has seen: kind, signer, number
        self.known = set()
        # Parts of a branch directly before the next record, from which record on they are, and those that nobody took.
        self.parts, self.parts_from, self.left = [], 0, []
        self.decommissioned, self.succeeded = set(), False  # the vaults out of use; whether another escrow follows
        self.dated, self.forks = [], {}  # who dated which record; behind which record an adopted branch forked

    def report(self, code, seq):
        self.findings.append((code, seq))

    # What is asked of it.

    def is_ancestor(self, head):
        """Whether a head is of this history; one among missing records cannot be told, and passes."""
        passes = any(gap.first <= head["seq"] < gap.last["seq"] for gap in self.missing)
        return (head["seq"], head["size"], head["hash"]) in self.known or passes

    def prefix_of(self, head):
        """The bytes of the log that ends with this record: this log, or one with a branch that was adopted."""
        if self.heads.get(head[0]) == head[1:]:
            return self.data[: head[1]]
        return next((data[: head[1]] for data, places, _ in self.branches if head in places), None)

    def serious(self):
        """What is torn, forked or tampered with in it."""
        return {(code, seq) for code, seq in self.findings if rules.EXITS[code] in (10, 11, 13)}

    def current(self, vault):
        return generations.current(self.vaults[vault])

    def holds_credentials(self, vault):
        """Whether it may open something: a root vault, or a canary that is none."""
        return any(one.seal["kind"] == "root" or one.unmasked for one in self.vaults[vault])

    def is_undecided(self, vault):
        """Whether it is open whose credentials are live."""
        open_codes = ("GENERATION-UNDECIDED", "CONFIRMED-ALONE")
        found = generations.of_vault(self, vault, self.vaults[vault])
        return self.holds_credentials(vault) and any(code in open_codes for code, _ in found)

    def retired_from(self, person, vault):
        return person in self.retired or person in self.votes[vault].retired

    def with_electors(self):
        return [vault for vault in self.vaults
                if self.votes[vault].seal is not None and self.vaults[vault][0].seal["kind"] == "root"]

    def electors(self, vault):
        return self.sealed(vault, self.votes[vault].seal)

    def has_vote(self, person, vault):
        electors = self.electors(vault)
        return electors is not None and person in electors.custodians - self.votes[vault].retired

    def satisfied(self, vault, people):
        """Whether enough of these people have the vote."""
        electors = self.electors(vault)
        voters = {person for person in people if self.has_vote(person, vault)}
        return electors is not None and groups.enough(electors.seal, voters)

    def begin_vote(self, one, released):
        """The first generation gives the vote once a satisfying set has checked it, or it was released."""
        vault = one.seal["vault"]
        enough = released or groups.enough(one.seal, one.checked)
        first = next((other for other in self.vaults[vault] if other.gives_vote), None)
        if self.votes[vault].seal is None and one is first and enough:
            self.votes[vault].seal = one.digest

    def pass_vote(self, vault, digest):
        """A later generation gets the vote, if somebody has it: not another one of the same number."""
        electors, one = self.electors(vault), self.sealed(vault, digest)
        if electors is not None and one.seal["generation"] > electors.seal["generation"]:
            self.votes[vault].seal = digest

    def may_acknowledge(self, request):
        """Holders without a part in its releases who have not retired; or administrators and auditors."""
        apart = set(self.people) - request.approvers - {request.says["requester"]}
        apart = {one for one in apart if not self.retired_from(one, request.says["vault"])}
        office = {one for one in apart if {"administrator", "auditor"} & set(self.people[one]["roles"])}
        return apart & request.generation.custodians or office

    def is_custodian_card(self, name):
        return "custodian" in self.people[name]["roles"]

    def may_seal(self, by, vault):
        """One administrator, or a satisfying set of electors and nobody else: of this vault, or of any root vault."""
        vaults = [vault] if vault in self.vaults else self.with_electors()
        return self.is_administrator(by) or any(
            len(set(by)) == len(by) and all(self.has_vote(one, elected) for one in by) and self.satisfied(elected, by)
            for elected in vaults)

    def generation(self, vault, number):
        """What a number alone means: of several seals of that number, the one that this log held first."""
        return next((one for one in self.vaults.get(vault, []) if one.seal["generation"] == number), None)

    def sealed(self, vault, digest):
        return next((one for one in self.vaults.get(vault, []) if one.digest == digest), None)

    def named(self, share, head=None):
        """The generation of which somebody names a share, who had seen the log up to this head, or writes into it."""
        vault, number = share["vault"], share["generation"]
        if "seal" in share:
            one = self.sealed(vault, share["seal"])
            return one if one and one.seal["generation"] == number else None
        place = head and (head["seq"], head["size"], head["hash"])
        if place and self.heads.get(place[0]) != place[1:]:
            branch = next((branch for _, places, branch in self.branches if place in places), None)
            there = branch.generation(vault, number) if branch else None
            if there:
                return self.sealed(vault, there.digest)
        return self.generation(vault, number)

    def add(self, vault, one):
        """In the order of the numbers, and then in the order in which they come in."""
        sealed = self.vaults.setdefault(vault, [])
        sealed.append(one)
        sealed.sort(key=lambda one: one.seal["generation"])

    def newest(self, vault):
        return self.vaults[vault][-1]

    def key_of(self, note):
        """The function from names to keys for a record: where each key comes from is the table of note.md."""
        says = note.value["says"]
        if note.form or note.kind not in RECORDS:
            return self.loose_key_of(note.kind, says, note.text, note.lines)
        request = self.requests.get(says["request"]) if note.kind in ("release", "end") else None

        def key(name):
            if name in self.people:
                return self.people[name]["verifying_key"]
            if name == "session" and note.kind == "request":
                return says["session_key"]
            if name == "session" and request:
                return request.says["session_key"]
            if name.startswith("release/") and request and note.kind == "release":
                return request.seal["release_key"]
            return None

        return key

    def loose_key_of(self, kind, says, text, lines):
        """The same for a record that is not what its kind says, or of an unknown kind."""
        named = says.get("request") if kind in RECORDS else None
        named = named if isinstance(named, str) and re.fullmatch("[0-9a-f]{64}", named) else None

        def key(name):
            if name == "session" and kind == "request":
                try:
                    return verifying_key(says.get("session_key"))
                except Malformed:
                    return UNREADABLE
            if "/" not in name and name != "session":
                return self.people[name]["verifying_key"] if name in self.people else None
            if named:
                request = self.requests.get(named)
                return request and (request.says["session_key"] if name == "session" else request.seal["release_key"])
            line = next((line for line in lines if line[0] == name), None)
            keys = [one.says["session_key"] for one in self.requests.values()] if name == "session" else [
                one.seal["release_key"] for one in self.release_named(name)]
            if not line or not keys:
                return keys[-1] if keys else None
            signed = [one for one in keys if is_by(text, line, one)]
            said = [one for one in keys if key_id(name, one) == line[1]]
            return (signed + said + keys[-1:])[0]

        return key

    def release_named(self, name):
        """The generations that a release key of this name may belong to."""
        _, vault, number = name.split("/")
        return [one for vault_id, sealed in self.vaults.items() if vault_id.startswith(vault)
                for one in sealed if one.seal["generation"] == int(number)]

    def expose_signed(self, note):
        """Whoever signed with a release key held the vault key, whatever the record says."""
        for line in note.lines:
            if line[0].startswith("release/"):
                for one in self.release_named(line[0]):
                    if is_by(note.text, line, one.seal["release_key"]):
                        time, seq = seconds(note.value["time"]), note.value["seq"]
                        one.exposed.append(Exposure(time, None, (), (seq, 0)))

    # What each kind of record does.

    def genesis(self, note):
        """Takes the cards and the policy; gives the first rule broken, or None."""
        demand(len(note.value["says"]["cards"]) <= MAX_CARDS, "GENESIS-CARD")
        cards = [genesis_card(text) for text in note.value["says"]["cards"]]
        seen = {"PERSON-REPEATED": [], "KEY-REPEATED": [], "RECIPIENT-REPEATED": []}
        for card in cards:
            seen["PERSON-REPEATED"].append(card.value["person"])
            seen["KEY-REPEATED"].append(card.value["verifying_key"])
            seen["RECIPIENT-REPEATED"] += card.value["recipients"]
        for code, values in seen.items():
            demand(len(set(values)) == len(values), code)
        for card in cards:
            self.people[card.value["person"]] = card.value
            self.cards[card.value["person"]] = card.digest
        self.keys.update(seen["KEY-REPEATED"])
        self.recipients.update(seen["RECIPIENT-REPEATED"])
        self.policy = note.value["says"]["policy"]
        demand(self.is_administrator(note.by), "GENESIS-ADMINISTRATOR")

    def is_administrator(self, by):
        return len(by) == 1 and by[0] in self.people and by[0] not in self.retired and "administrator" in self.people[by[0]]["roles"]

    def seal(self, note, seq, digest, gaps=False):
        says = note.value["says"]
        renews = "renews" in says and says["kind"] == "root"
        alone = self.is_administrator(note.by) and not renews
        elects = renewals.judge(self, note) if renews and not gaps else not alone
        may = kept.may_have_sealed(self, note.by, says) if gaps else renews or self.may_seal(note.by, says["vault"])
        demand(may, "SEAL-SIGNER")
        self.take_seal(note, seq, digest, alone, gaps)
        one = self.sealed(says["vault"], digest)
        if not gaps:
            one.changed = one.changed and not elects
            if not one.changed:
                self.pass_vote(says["vault"], digest)

    def take_seal(self, note, seq, digest, alone, gaps):
        says = note.value["says"]
        newest = self.newest(says["vault"]).seal["generation"] if says["vault"] in self.vaults else 0
        following = says["generation"] == newest + 1 or (gaps and says["generation"] > newest)
        demand(following, "SEAL-GENERATION", is_reference=says["generation"] > newest)
        for vault in self.vaults:
            other = self.vaults[vault][0].seal
            if vault == says["vault"]:
                demand(all(other[x] == says[x] for x in ("name", "kind", "partition", "account")), "SEAL-VAULT")
            else:
                demand(other["name"] != says["name"], "SEAL-VAULT")
        shares = says["shares"]
        demand(2 <= says["threshold"] <= says["total_shares"] == len(shares), "SEAL-THRESHOLD")
        custodians = [share["custodian"] for share in shares]
        numbered = [share["index"] for share in shares] == list(range(1, len(shares) + 1))
        demand(numbered and len(set(custodians)) == len(custodians), "SEAL-SHARES")
        for share in shares:
            person = self.people.get(share["custodian"])
            demand(person, "SEAL-CUSTODIAN", is_reference=True)
            demand("custodian" in person["roles"], "SEAL-CUSTODIAN")
            lost = self.votes[says["vault"]].retired if says["vault"] in self.votes else self.retired
            gone = lost | self.retired if alone else lost
            demand(share["custodian"] not in gone, "SEAL-CUSTODIAN")
            demand(self.cards[share["custodian"]] == share["card"], "SEAL-CUSTODIAN")
        demand(groups.fit(says), "SEAL-GROUPS")
        new = says.get("new_fields", [])
        carried = says["credentials"] == "new" and says["generation"] > 1
        demand(not new or (carried and len(set(new)) == len(new)), "SEAL-FIELDS")
        demand(sealing.true_to_its_kind(says), "SEAL-CANARY")
        demand(says["recipient"] not in self.recipients and says["release_key"] not in self.keys, "SEAL-KEYS")
        self.recipients.add(says["recipient"])
        self.keys.add(says["release_key"])
        self.decommissioned.discard(says["vault"])
        self.add_generation(note, seq, digest)
        if groups.one_loss_loses_all(says):
            self.report("THRESHOLD-FRAGILE", seq)
        if groups.two_sets_apart(says):
            self.report("THRESHOLD-DISJOINT", seq)
        if deviations.of_environment(says["environment"], self.policy):
            self.report("DEVIATION", seq)

    def add_generation(self, note, seq, digest):
        says, vault = note.value["says"], note.value["says"]["vault"]
        origin, before = digest, None
        if vault in self.vaults:
            origin = self.current(vault).origin if says["credentials"] == "same" else origin
            before = self.electors(vault) or self.newest(vault)
        changed = before is not None and not generations.same_people(before.seal, says)
        one = Generation(says, digest, seq, note.value["time"], note.by, origin, changed)
        self.add(vault, one)
        self.votes.setdefault(vault, generations.Vote())
        self.signed[digest] = (("seal", vault), note.by)

    def request(self, note, seq, digest):
        says = note.value["says"]
        generation = self.sealed(says["vault"], says["seal"])
        numbered = self.generation(says["vault"], says["generation"])
        known = numbered and numbered.seal["name"] == says["name"]
        same = generation and generation.seal["generation"] == says["generation"]
        demand(same, "REQUEST-SEAL", is_reference=not known)
        demand(generation.seal["name"] == says["name"], "REQUEST-SEAL", is_reference=True)
        demand(note.by == [says["requester"], "session"], "REQUEST-SIGNER")
        fresh = says["session_recipient"] not in self.recipients and says["session_key"] not in self.keys
        demand(fresh, "REQUEST-SESSION")
        demand((says["purpose"] == "drill") == (generation.seal["kind"] == "canary"), "REQUEST-PURPOSE")
        fields = says["fields"]
        demand(says["not_before"] <= says["not_after"], "REQUEST-CONTENT")
        demand(1 <= len(fields) <= 64 and len(set(fields)) == len(fields), "REQUEST-CONTENT")
        demand(len(says.get("actions", [])) <= 64 and says["totp_codes"] <= 100, "REQUEST-CONTENT")
        renewals.judge_request(self, says, generation)
        self.recipients.add(says["session_recipient"])
        self.keys.add(says["session_key"])
        request = self.requests[digest] = Request(says, digest, seq, generation)
        request.time = seconds(note.value["time"])
        request.derived = deviations.of_request(self, says, note.value["time"])
        request.retired, request.policy = self.retired | self.votes[says["vault"]].retired, self.policy
        if deviations.undeclared(says, request.derived):
            self.report("DEVIATION-UNDECLARED", seq)
        if says["reason"] == "other" and says["purpose"] == "emergency":
            self.report("REASON-OTHER", seq)
        if "deviations" in says:
            self.report("DEVIATION", seq)
        if self.retired_from(says["requester"], says["vault"]):
            self.report("RETIRED-PERSON", seq)

    def release(self, note, seq, digest):
        says, time = note.value["says"], note.value["time"]
        request = self.requests.get(says["request"])
        demand(request, "RELEASE-REQUEST", is_reference=True)
        if any(name.startswith("release/") for name in note.by):
            # Whoever signed it held the vault key, whether the release holds or not.
            requester = request.says["requester"] if "session" in note.by else None
            request.generation.exposed.append(Exposure(seconds(time), requester, (), (seq, 0)))
            self.decommissioned.discard(request.says["vault"])
        demand(request.end is None, "RELEASE-ENDED")
        name = f"release/{request.says['vault'][:8]}/{request.says['generation']}"
        demand(note.by == [name, "session"], "RELEASE-SIGNER")
        demand(says["attempt"] == len(request.releases) + 1, "RELEASE-ATTEMPT")
        approvals, approvers = [], []
        for text in says["approvals"]:
            try:
                approvals.append(statements.approval(self, text, seq, request))
            except Broken as broken:
                raise Broken("RELEASE-APPROVAL", broken.is_reference) from None
            demand(approvals[-1].person not in approvers, "RELEASE-APPROVAL")
            approvers.append(approvals[-1].person)
        demand(groups.enough(request.seal, approvers), "RELEASE-QUORUM")
        if deviations.undeclared(says, deviations.of_release(self, request, approvers, says, time)):
            self.report("DEVIATION-UNDECLARED", seq)
        dated = tuple((one.person, one.time) for one in approvals)
        request.releases[digest] = Release(seconds(time), digest, dated, seq)
        request.generation.exposed[-1] = request.generation.exposed[-1]._replace(approvals=dated)
        request.approvers |= set(approvers)
        self.signed[digest] = (("release", request.digest), note.by)
        for gap in self.missing:
            gap.believed = True
        self.receive(approvals)
        if "deviations" in says:
            self.report("DEVIATION", seq)
        if not request.says["not_before"] <= time <= request.says["not_after"]:
            self.report("RELEASE-WINDOW", seq)
        self.begin_vote(request.generation, True)
        if any(self.retired_from(one, request.says["vault"]) for one in approvers):
            self.report("RETIRED-PERSON", seq)
        if request.says["requester"] in approvers:
            allowed = self.policy["requester_may_approve"]
            self.report("REQUESTER-APPROVED" if allowed else "REQUESTER-FORBIDDEN", seq)

    def end(self, note, seq, _digest):
        says = note.value["says"]
        request = self.requests.get(says["request"])
        demand(request, "END-REQUEST", is_reference=True)
        demand(note.by in (["session"], [request.says["requester"]]), "END-SIGNER")
        demand(request.end is None, "END-TWICE")
        shown, steps = says.get("shown", []), says.get("totp_steps", [])
        released = bool(request.releases)
        holds = {"released": released, "not-released": not (released or shown or steps),
                 "not-canary": released and request.says["purpose"] == "drill" and not (shown or steps)}
        demand(holds[says["outcome"]], "END-SHOWN")
        approvals = [statements.approval(self, text, seq, request) for text in says.get("approvals", [])]
        request.end = says
        self.receive(approvals)
        codes = {(code["field"], code["step"]) for code in steps}
        fields = set(shown) | {field for field, _ in codes}
        if not fields <= set(request.says["fields"]) or len(codes) > request.says["totp_codes"]:
            self.report("END-UNASKED", seq)
        if says["outcome"] == "not-canary":
            self.report("NOT-CANARY", seq)
            request.generation.unmasked = True

    def statements_record(self, note, seq, _digest):
        demand(len(note.by) == 1, "STATEMENTS-SIGNER")
        taken, findings, digests = [], [], {one.note.digest for one in self.received}
        for text in note.value["says"]["statements"]:
            statement = statements.read(self, text, seq)
            if statement.kind not in STATEMENTS:
                findings.append("UNKNOWN-KIND")
                continue
            before = {one.note.digest for one in taken}
            findings += statements.judge(self, statement, before) if statement.note.digest not in digests else []
            if statement.note.digest in digests:
                findings.append("STATEMENT-TWICE")
                continue
            digests.add(statement.note.digest)
            taken.append(statement)
        for code in findings:
            self.report(code, seq)
        for one in taken:
            if not self.effect(one):
                self.report("STATEMENT-ROLE", seq)
        self.statements += taken
        self.receive(taken)

    def effect(self, one):
        """Does what a statement does; whether its maker has a say in it."""
        if one.kind == "check":
            for share in one.says["shares"]:
                generation = self.named(share, one.value["head"])
                generation.checked.add(one.person)
                self.begin_vote(generation, False)
        elif one.kind == "confirm":
            return generations.confirm(self, one)
        elif one.kind == "agree":
            return generations.agree(self, one)
        return True

    def receive(self, taken):
        """Notes whatever somebody stated, wherever it stood; two records under one number are a forked book."""
        for one in taken:
            self.see_repairs(one)
            if one.kind == "approval":
                self.approved(one)
            for other in self.received:
                if one.person == other.person and one.book[0] == other.book[0] and one.book != other.book:
                    self.report("BOOK-FORKED", one.seq)
            self.received.append(one)

    def approved(self, approval):
        """What is reported of an approval, wherever it stands."""
        if "deviations" in approval.says:
            self.report("DEVIATION", approval.seq)
        request = self.requests.get(approval.says["request"])
        if request:
            due = deviations.of_approval(request, approval.person, approval.value["time"])
            if deviations.undeclared(approval.says, due):
                self.report("DEVIATION-UNDECLARED", approval.seq)

    def see_repairs(self, statement):
        """Whoever states something on a head of this log has seen the repairs up to there."""
        repairs.see(self, statement)
        head = statement.value["head"]
        if self.heads.get(head["seq"]) == (head["size"], head["hash"]) and statement.person not in self.retired:
            self.unseen = {(kind, who, seq) for kind, who, seq in self.unseen
                           if who == statement.person or seq > head["seq"]}

    KINDS = {"seal": seal, "request": request, "release": release, "end": end, "statements": statements_record,
             **repairs.KINDS}


def genesis_card(text):
    """A card of genesis that holds."""
    try:
        card = embedded(text).of("card")
    except UnknownField:
        raise Broken("RECORD-FIELD") from None
    except (Malformed, UnicodeDecodeError):
        raise Broken("GENESIS-CARD") from None
    demand(good_card(card), "GENESIS-CARD")
    return card


def good_card(card) -> bool:
    """Whether a card is signed by the key that it names, and says nothing that no card may say."""
    value = card.value
    order = ["administrator", "auditor", "custodian"]
    roles, recipients = value["roles"], value["recipients"]
    in_order = roles and roles == [role for role in order if role in roles]
    distinct = 1 <= len(recipients) <= 8 and len(set(recipients)) == len(recipients)
    signed = card.by == [value["person"]] and card.fault(lambda _: value["verifying_key"]) is None
    return bool(in_order and distinct and signed and len(value["sealed_signing_key"].encode()) <= 8192)
