"""Bech32 (BIP-173) as age uses it: recipients in lower case, identities in upper case."""

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
P = 2**255 - 19
# The u-coordinates of low order on Curve25519 and on its twist, reduced.
LOW = {
    0, 1, P - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
}


def polymod(values):
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= part if top >> bit & 1 else 0
    return check


def expand(prefix):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def decode(prefix: str, text: str):
    """The 32 bytes of a lower-case Bech32 text with this prefix, or None."""
    if not text.startswith(prefix + "1") or text != text.lower():
        return None
    data = [CHARSET.find(c) for c in text[len(prefix) + 1:]]
    if -1 in data or len(data) < 6 or polymod(expand(prefix) + data) != 1:
        return None
    number = 0
    for five in data[:-6]:
        number = number << 5 | five
    bits = 5 * (len(data) - 6)
    if bits != 260 or number & 15:
        return None
    return (number >> 4).to_bytes(32, "big")


def encode(prefix: str, raw: bytes) -> str:
    number = int.from_bytes(raw, "big") << 4
    data = [number >> shift & 31 for shift in range(255, -1, -5)]
    check = polymod(expand(prefix) + data + [0] * 6) ^ 1
    data += [check >> shift & 31 for shift in range(25, -1, -5)]
    return prefix + "1" + "".join(CHARSET[five] for five in data)


def recipient(text: str):
    """The X25519 key of a native recipient; None where it is another thing, or of low order."""
    raw = decode("age", text)
    if raw is None:
        return None
    u = int.from_bytes(raw, "little")
    return None if u >= P or u % P in LOW else raw


def identity(text: str):
    """The X25519 secret key of a native identity, or None."""
    return decode("age-secret-key-", text.lower()) if text == text.upper() else None
