"""What travels is text between a BEGIN and an END line: docs/spec/requests.md."""

import zlib

from shapes import Malformed, require, unbase64

BEGIN, END, DASHES = b"-----BEGIN BREAKGLASS ", b"-----END BREAKGLASS ", b"-----"
LIMITS = {b"REQUEST": 67_108_864, b"APPROVAL": 1_048_576, b"STATEMENT": 17_825_792}
BLANKS = b" \t\n\r\x0c"


def word(line: bytes, start: bytes):
    """The word in a BEGIN or END line."""
    if line.startswith(start) and line.endswith(DASHES) and len(line) >= len(start) + len(DASHES):
        return line[len(start):-len(DASHES)]
    return None


def inflate(data: bytes, limit: int) -> bytes:
    """One gzip member without flags and time, of at most `limit` bytes, with nothing behind it."""
    require(data[:8] == b"\x1f\x8b\x08\0\0\0\0\0" and len(data) >= 10, "not gzip as it is written here")
    deflated = zlib.decompressobj(-15)
    try:
        content = deflated.decompress(data[10:], limit + 1)
    except zlib.error as error:
        raise Malformed("damaged") from error
    require(len(content) <= limit, "it inflates to too much")
    require(deflated.eof, "cut off")
    trailer = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    require(deflated.unused_data == trailer, "another checksum or length, or something behind it")
    return content


def unwrap(file: bytes, label: bytes) -> bytes:
    """What a file holds in armour with this label."""
    lines = iter([line.strip(BLANKS) for line in file.split(b"\n")])
    found = next((word(line, BEGIN) for line in lines if word(line, BEGIN) is not None), None)
    require(found == label, "nothing, or something else, begins")
    parts = []
    for line in lines:
        if line.startswith(b"-"):
            require(word(line, END) == label, "something else begins or ends")
            break
        parts.append(line)
    else:
        raise Malformed("the last line is missing")
    require(all(word(line, BEGIN) is None for line in lines), "a second one")
    try:
        return inflate(unbase64(b"".join(parts).decode("ascii")), LIMITS[label])
    except UnicodeDecodeError as error:
        raise Malformed("not base64") from error
