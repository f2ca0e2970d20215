"""Share texts, payloads, the release key, sessions: docs/spec/sealing.md and docs/spec/requests.md."""

import base64
import hashlib
import hmac
import re
import struct
import urllib.parse

import age
import bech32
import shamir
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kinds import ACCOUNT, FIELD, VAULT_NAME
from shapes import HEX, Malformed, require, text

NUMBER = text(r"[1-9]\d{0,9}")
SHARE = {
    "escrow": HEX, "vault": HEX, "name": VAULT_NAME, "account": ACCOUNT,
    "kind": text(r"root|canary"), "generation": NUMBER, "threshold": NUMBER, "total": NUMBER, "index": NUMBER,
    "salt": HEX, "share": HEX,
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def commitment(share_text: bytes) -> str:
    return sha256(b"breakglass/v1/share\0" + share_text)


def parse_share(data: bytes) -> dict:
    """The lines of a share text, each in its one spelling."""
    require(len(data) <= 2048, "too long")
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("not ASCII") from error
    require(lines[0] == "breakglass/v1/share" and lines[-1] == "" and len(lines) == 13, "not a share")
    share = {}
    for (name, shape), line in zip(SHARE.items(), lines[1:]):
        require(line.startswith(name + " "), f"{name} is missing")
        share[name] = shape(line[len(name) + 1:])
    for name, most in (("generation", 2**32 - 1), ("threshold", 255), ("total", 255), ("index", 255)):
        share[name] = int(share[name])
        require(share[name] <= most, f"{name} is too large")
    require(2 <= share["threshold"] <= share["total"] and share["index"] <= share["total"], "counted wrongly")
    return share


def check_share(data: bytes, escrow: str, seal: dict) -> dict:
    """A share that is the one which was sealed: every line, and the commitment."""
    share = parse_share(data)
    expected = {
        "escrow": escrow, "vault": seal["vault"], "name": seal["name"], "account": seal["account"],
        "kind": seal["kind"], "generation": seal["generation"], "threshold": seal["threshold"],
        "total": seal["total_shares"],
    }
    for name, value in expected.items():
        require(share[name] == value, f"the share's {name} is another")
    committed = seal["shares"][share["index"] - 1]["commitment"]
    require(committed == commitment(data), "not the share that was sealed")
    return share


def approved_share(data: bytes, request: str) -> bytes:
    """The share text that was approved for this request."""
    prefix = f"breakglass/v1/approved-share\nrequest {request}\n".encode()
    require(data.startswith(prefix), "approved for another request")
    return data[len(prefix):]


def release_key(vault_key: bytes, seal: dict) -> str:
    info = b"breakglass/v1/release-key\0" + bytes.fromhex(seal["vault"]) + struct.pack(">I", seal["generation"])
    seed = age.hkdf(vault_key, None, info)
    return public_of(seed)


def public_of(seed: bytes) -> str:
    return age.raw(Ed25519PrivateKey.from_private_bytes(seed).public_key()).hex()


def combine(shares: list, seal: dict) -> bytes:
    """The vault key, from shares that were checked; refused unless it is the one that was sealed."""
    chosen = {share["index"]: bytes.fromhex(share["share"]) for share in shares}
    require(len(chosen) >= seal["threshold"], "too few shares")
    used = dict(list(chosen.items())[: seal["threshold"]])
    vault_key = shamir.combine(used)
    require(age.recipient_of(vault_key) == seal["recipient"], "not the vault key's recipient")
    require(release_key(vault_key, seal) == seal["release_key"], "not the release key")
    return vault_key


def decode_payload(data: bytes) -> dict:
    """The fields of a payload."""
    first = b"breakglass/v1/payload\n"
    require(data.startswith(first) and 0 < len(data) <= 1 << 20 and len(data) % 4096 == 0, "not a payload")
    at, fields = len(first), {}
    while at < len(data) and data[at] != 0:
        end = data.find(b"\n", at)
        line = re.fullmatch(rb"([a-z0-9-]+) ([1-9][0-9]{0,6})", data[at:end]) if end > 0 else None
        require(line is not None, "not a field")
        name, size = FIELD(line[1].decode()), int(line[2])
        value = data[end + 1:end + 1 + size]
        at = end + size + 2
        require(len(value) == size and data[at - 1:at] == b"\n", "a field is cut off")
        require(name not in fields and name != "totp-seed", f"{name} has no place here")
        try:
            fields[name] = value.decode()
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8") from error
    require(len(fields) <= 64, "too many fields")
    require(fields and not data[at:].strip(b"\0") and len(data) - at < 4096, "padding")
    return fields


def canary_name(seal: dict) -> str:
    """The name of the canary of a seal's people."""
    def people(group):
        return sorted(share["custodian"] for share in seal["shares"] if share.get("group") == group)

    if "groups" in seal:
        lines = [f"groups-needed {seal['groups_needed']}"]
        for group in seal["groups"]:
            lines += [f"group {group['name']} {group['threshold']}", *people(group["name"])]
    else:
        lines = [f"threshold {seal['threshold']}", *people(None)]
    structure = "".join(line + "\n" for line in lines).encode()
    mark = sha256(b"breakglass/v1/canary-name\0" + structure)[:8]
    return f"canary-{seal['threshold']}-of-{len(seal['shares'])}-{mark}"


def true_to_its_kind(seal: dict) -> bool:
    """A canary's seal says what follows from its people; no other vault has a canary's name."""
    if seal["kind"] == "root":
        return not seal["name"].startswith("canary-")
    absent = not {"title", "provider", "mfa", "new_fields", "renews"} & set(seal)
    return absent and seal["account"] == seal["partition"] == "canary" and seal["name"] == canary_name(seal)


def canary_payload(name: str) -> bytes:
    """The payload of the canary of this name, padding included."""
    material = hashlib.sha256(b"breakglass/v1/canary-payload\0" + name.encode()).digest()
    digits = material[:15].hex()
    seed = base64.b32encode(material[16:]).decode().rstrip("=")
    fields = [("account-id", "canary"), ("email", "nobody@canary.invalid"),
              ("password", "-".join(digits[at:at + 5] for at in range(0, 30, 5))),
              ("totp", f"otpauth://totp/{name}?secret={seed}&algorithm=SHA1&digits=6&period=30")]
    data = b"breakglass/v1/payload\n" + b"".join(f"{key} {len(value)}\n{value}\n".encode() for key, value in fields)
    return data + bytes(-len(data) % 4096)


def totp(uri: str, moment: int) -> str:
    """The code of an otpauth URI at a moment in Unix seconds, RFC 6238."""
    query = {name.lower(): value for name, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(uri).query)}
    seed = query["secret"].upper().rstrip("=")
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digits, period = int(query.get("digits", 6)), int(query.get("period", 30))
    algorithm = query.get("algorithm", "SHA1").lower()
    mac = hmac.new(key, struct.pack(">Q", moment // period), algorithm).digest()
    at = mac[-1] & 15
    return str((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 10**digits).zfill(digits)


def session(data: bytes, identities):
    """A session file: the X25519 secret key and the verifying key of the request's session."""
    lines = age.decrypt(data, identities).decode("ascii").split("\n")
    require(len(lines) == 4 and lines[0] == "breakglass/v1/session" and lines[3] == "", "not a session")
    require(lines[1].startswith("identity ") and lines[2].startswith("seed "), "not a session")
    secret = bech32.identity(lines[1][9:])
    require(secret is not None, "not an identity")
    return secret, public_of(bytes.fromhex(HEX(lines[2][5:])))
