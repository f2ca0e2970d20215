"""Opens a vault without breakglass: python3 recover.py ESCROW VAULT --identity FILE [--passphrase P] ...
[--session FILE --approval FILE ...] [--time TIME]. Prints the fields and a TOTP code as JSON: secrets, in clear.

An identity file opens the sealed share of whoever it belongs to; approvals are opened with the session's file.
"""

import argparse
import datetime
import json
import pathlib

import age
import bundle
import files
import log
import sealing
from shapes import require, seconds


def shares_of(escrow, generation, files, identities):
    """The shares of a generation that these identities open, each checked against the seal. `files` are the
    sealed shares, by custodian."""
    shares, recipients = [], {age.recipient_of(identity) for identity in identities}
    for share in generation.seal["shares"]:
        if share["custodian"] in files and recipients & set(escrow.people[share["custodian"]]["recipients"]):
            data = files[share["custodian"]]
            require(sealing.sha256(data) == share["sealed_share"], "a sealed share with another digest")
            opened = sealing.check_share(age.decrypt(data, identities), escrow.id, generation.seal)
            require(opened["index"] == share["index"], "somebody else's share")
            shares.append(opened)
    return shares


def open_payload(vault_key, payload, generation):
    """The fields of a payload, which is the one that was sealed."""
    require(sealing.sha256(payload) == generation.seal["payload"], "a payload with another digest")
    return sealing.decode_payload(age.decrypt(payload, [vault_key]))


def recover(folder: pathlib.Path, vault: str, identities, session=None, approvals=(), moment=0, number=None):
    """The vault's fields and the TOTP code at a moment."""
    escrow = log.read((folder / "log").read_bytes())
    named = [one for one in escrow.vaults.values() if one[0].seal["name"] == vault]
    require(named, f"no vault is named {vault}")
    sealed = [one for one in named[0] if number in (None, one.seal["generation"])]
    require(sealed, f"{vault} has no generation {number}")
    generation = sealed[-1]
    place = files.place(folder / "vaults", generation)
    if session is None:
        found = {path.name[:-10]: path.read_bytes() for path in place.glob("*.share.age")}
        shares = shares_of(escrow, generation, found, identities)
    else:
        secret, key = sealing.session(session, identities)
        request = next(one for one in escrow.requests.values() if one.says["session_key"] == key)
        shares = [bundle.approval(escrow, data, request, secret) for data in approvals]
    fields = open_payload(sealing.combine(shares, generation.seal), (place / "payload.age").read_bytes(), generation)
    return fields, sealing.totp(fields["totp"], moment) if "totp" in fields else None


def main():
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    parser = argparse.ArgumentParser(description="Open a breakglass vault, independently.")
    parser.add_argument("escrow", type=pathlib.Path)
    parser.add_argument("vault")
    parser.add_argument("--identity", action="append", required=True, type=pathlib.Path)
    parser.add_argument("--passphrase", help="of the identity files that have one")
    parser.add_argument("--session", type=pathlib.Path)
    parser.add_argument("--approval", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--generation", type=int)
    parser.add_argument("--time", default=now)
    given = parser.parse_args()
    identities = [key for path in given.identity for key in age.identities(path.read_bytes(), given.passphrase)]
    fields, code = recover(
        given.escrow, given.vault, identities, given.session and given.session.read_bytes(),
        [path.read_bytes() for path in given.approval], seconds(given.time), given.generation)
    print(json.dumps({"fields": fields, "totp_code": code}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
