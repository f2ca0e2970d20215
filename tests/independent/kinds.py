"""The fields of every kind, docs/spec/log.md and docs/spec/repairs.md."""

from shapes import (BASE64, HEX, PERSON, Object, Optional, Variant, boolean, duration, either, free, integer,
                    key_name, many, name, one_of, recipient, string, text, time, verifying_key)

VAULT_NAME = name(64)
FIELD = name(32)
GROUP = name(32)
WORD = text(r"(?!-)[a-z0-9-]{1,32}")
ACCOUNT = text(r"(?! )[ -~]{1,128}(?<! )")
GENERATION = integer(32)
INDEX = integer(8)
HEAD = Object(size=integer(64), seq=integer(64), hash=HEX)
HEAD_OF = Object(escrow=HEX, size=integer(64), seq=integer(64), hash=HEX)
NAMES = many(key_name)
ENVIRONMENT = Object(
    tool=free, system=free, kernel=Optional(free), binary=Optional(HEX),
    memory=Optional(one_of("secret", "locked", "unlocked")),
    sandbox=Optional(one_of("whole", "network-only", "none")), core_dumps=Optional(one_of("on", "off")),
    swap=Optional(many(free), empty_says_none=True), interfaces=Optional(many(free), empty_says_none=True),
    recorders=Optional(many(free), empty_says_none=True))
PURPOSE = one_of("emergency", "maintenance", "drill")
REASON = one_of("iam-failure", "account-recovery", "billing", "support-case", "other")
DEVIATIONS = many(text(r"[a-z0-9-]{1,32}"))
OBLIGATIONS = ("password-changed", "mfa-renewed", "access-keys-checked", "activity-reviewed", "ticket-updated",
               "stakeholders-told", "resealed")

POLICY = Object(
    rotate_after_release=duration, close_within=duration, check_every=duration, drill_every=duration,
    monthly_review_every=duration, assessment_every=duration, procedure_review_every=duration,
    max_request_window=duration, requester_may_approve=boolean, strict_air_gap=boolean,
    contacts=Optional(many(Object(role=free, name=free, how=free))),
    support=Optional(Object(path=free, number=Optional(free))), incident_team=Optional(free),
    rotate_after_reseal=Optional(duration), readiness_every=Optional(duration),
    notices=Optional(Object(to=many(free), within=duration)))

SHARE = Object(index=INDEX, group=Optional(GROUP), custodian=PERSON, card=HEX, sealed_share=HEX, commitment=HEX)

DAMAGE = Object(size=integer(64), digest=HEX, bytes=Optional(BASE64), zeros=Optional(integer(64)))

CHECKED = Object(vault=HEX, generation=GENERATION, index=INDEX, seal=Optional(HEX))

RECORDS = {
    "genesis": Object(nonce=HEX, name=free, cards=many(BASE64), policy=POLICY, succeeds=Optional(HEAD_OF)),
    "seal": Object(
        vault=HEX, name=VAULT_NAME, title=Optional(free), kind=one_of("root", "canary"), provider=Optional(WORD),
        partition=VAULT_NAME, account=ACCOUNT, mfa=Optional(WORD), generation=GENERATION,
        credentials=one_of("new", "same"), new_fields=Optional(many(FIELD)), threshold=integer(8),
        total_shares=integer(8),
        groups=Optional(many(Object(name=GROUP, threshold=integer(8), total=integer(8)))),
        groups_needed=Optional(integer(8)), recipient=recipient, release_key=verifying_key, payload=HEX,
        shares=many(SHARE), renews=Optional(HEX), agrees=Optional(many(BASE64)), environment=ENVIRONMENT),
    "statements": Object(statements=many(BASE64)),
    "request": Object(
        vault=HEX, name=VAULT_NAME, generation=GENERATION, seal=HEX, purpose=PURPOSE, reason=REASON, ticket=free,
        justification=free, actions=Optional(many(free)), fields=many(FIELD), totp_codes=integer(32),
        requester=PERSON, session_recipient=recipient, session_key=verifying_key, not_before=time,
        not_after=time, renews=Optional(many(HEX)), deviations=Optional(DEVIATIONS), environment=ENVIRONMENT),
    "release": Object(
        request=HEX, attempt=integer(32), approvals=many(BASE64), deviations=Optional(DEVIATIONS),
        environment=ENVIRONMENT),
    "end": Object(
        request=HEX, outcome=one_of("released", "not-released", "not-canary"), shown=Optional(many(FIELD)),
        totp_steps=Optional(many(Object(field=FIELD, step=integer(64)))), approvals=Optional(many(BASE64)),
        bad_shares=Optional(many(PERSON))),
    "recovered": Object(
        damage=DAMAGE, began=Optional(either(one_of("unknown"), Variant(release=HEX)))),
    "continue": Object(**{"from": HEAD, "last": Optional(HEAD), "left": Optional(DAMAGE), "kept": Optional(many(BASE64))}),
    "adopt": Object(**{"from": HEAD, "parts": Optional(integer(64)), "records": BASE64}),
    "adopt-part": Object(records=BASE64),
    "custody": Object(what=Variant(share=CHECKED, medium=free), place=free, bag=Optional(free), because=Optional(free)),
    "decommission": Object(vault=HEX, because=free, agrees=Optional(many(BASE64))),
    "succeeded": Object(successor=HEAD_OF, agrees=Optional(many(BASE64))),
    "retire": Object(person=PERSON, because=free, vault=Optional(HEX), agrees=Optional(many(BASE64))),
    "disavow": Object(record=HEX, because=free, agrees=Optional(many(BASE64))),
}

# The most bytes of the note of a record, by its kind; of any other kind a mebibyte.
MEBIBYTE = 1 << 20
LARGEST = {"request": 2 * MEBIBYTE, "succeeded": 2 * MEBIBYTE, "custody": 64 << 10,
           "release": 8 * MEBIBYTE, "end": 8 * MEBIBYTE, "retire": 8 * MEBIBYTE, "decommission": 8 * MEBIBYTE,
           "disavow": 8 * MEBIBYTE, "genesis": 16 * MEBIBYTE, "seal": 16 * MEBIBYTE, "statements": 16 * MEBIBYTE, "recovered": 16 * MEBIBYTE,
           "continue": 16 * MEBIBYTE, "adopt": 16 * MEBIBYTE, "adopt-part": 16 * MEBIBYTE}

ANSWER = either(one_of("done"), Variant(not_applicable=free))

STATEMENTS = {
    "check": Object(shares=many(CHECKED), bags=Optional(many(free)), environment=Optional(ENVIRONMENT)),
    "approval": Object(request=HEX, vault=HEX, generation=GENERATION, index=INDEX, ciphertext=HEX,
                       compared=Optional(many(HEX)), deviations=Optional(DEVIATIONS), environment=Optional(ENVIRONMENT)),
    "denial": Object(request=HEX, because=free),
    "action": Object(request=HEX, done=free),
    "close": Object(request=HEX, items=many(Object(obligation=one_of(*OBLIGATIONS), answer=ANSWER)),
                    lessons=Optional(Variant(text=free, document=HEX)), bags=Optional(many(free))),
    "confirm": Object(vault=HEX, generation=GENERATION, seal=HEX,
                      outcome=Variant(signed_in=time, not_tested=free, failed=free)),
    "agree": Variant(record=HEX, statement=HEX,
                     proposal=Object(kind=text(r"[a-z-]{1,32}"), follows=HEX, says=BASE64)),
    "review": Object(review=WORD, found=Optional(free), evidence=Optional(HEX)),
}

CARD = Object(
    type=string, time=time, by=NAMES, person=PERSON, name=free, contact=free,
    roles=many(one_of("administrator", "auditor", "custodian")), recipients=many(recipient),
    verifying_key=verifying_key, sealed_signing_key=string)

BOOK = Object(
    type=string, number=integer(64), prev=HEX, time=time, by=NAMES, escrow=HEX, head=HEAD,
    head_from=one_of("log", "request-file"), keeps=Optional(many(BASE64)), damage=Optional(DAMAGE),
    lost=Optional(integer(64)), says=Variant(**STATEMENTS))


def anything(value):
    return value


def framed(says):
    return Object(type=string, escrow=Optional(HEX), seq=integer(64), prev=HEX, time=time, by=NAMES, says=says)


FRAME = {"escrow": HEX, "seq": integer(64), "prev": HEX, "time": time, "by": NAMES}


def frame(value):
    """The frame of a record, whatever else stands there."""
    required = {name: shape(value.get(name)) for name, shape in FRAME.items() if name != "escrow"}
    escrow = value.get("escrow")
    return required if escrow is None else required | {"escrow": HEX(escrow)}


def stated(says):
    return Object(type=string, escrow=HEX, head=HEAD, head_from=one_of("log", "request-file"),
                  book=Object(number=integer(64), hash=HEX), time=time, by=NAMES, says=says)


def shape_of(kind, families):
    """The shape of a note of this kind, where one of these families has it."""
    if "record" in families:
        return framed(RECORDS.get(kind, anything))
    if "statement" in families and kind not in RECORDS and kind not in ("card", "book"):
        return stated(STATEMENTS.get(kind, anything))
    return {"card": CARD, "book": BOOK}[kind] if kind in families else None
