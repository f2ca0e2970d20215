"""The types of JSON values: each takes what was parsed, gives it as it is to be written, or raises Malformed.

An object is written with its keys in the order of its specification; optional keys with nothing to say are
left out. So "parse, write again, compare" is one call here and one comparison in note.py.
"""

import base64
import binascii
import datetime
import json
import re

import bech32
import curve


class Malformed(Exception):
    """These bytes are not what they should be."""


class UnknownField(Malformed):
    """It has a field that its kind does not have."""


def require(holds, why):
    if not holds:
        raise Malformed(why)


def unbase64(text: str) -> bytes:
    """RFC 4648 with padding and one spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("base64") from error
    require(base64.b64encode(raw).decode() == text, "base64 in another spelling")
    return raw


def text(pattern):
    """A string that is wholly of this form."""
    form = re.compile(pattern, re.ASCII)

    def shape(value):
        require(isinstance(value, str) and form.fullmatch(value), f"{value!r} is not {pattern}")
        return value

    return shape


def integer(bits, least=0):
    """An unsigned number of so many bits."""

    def shape(value):
        require(type(value) is int and least <= value < 2**bits, f"{value!r} is no number of {bits} bits")
        return value

    return shape


def one_of(*words):
    def shape(value):
        require(isinstance(value, str) and value in words, f"{value!r} is none of {words}")
        return value

    return shape


def boolean(value):
    require(isinstance(value, bool), "not a boolean")
    return value


def many(inner):
    def shape(value):
        require(isinstance(value, list), "not an array")
        return [inner(one) for one in value]

    return shape


def code_points(ranges):
    """The characters of ranges of code points, as in note.md."""
    ends = [[int(end, 16) for end in one.split("-")] for one in ranges.split()]
    return {chr(code) for one in ends for code in range(one[0], one[-1] + 1)}


REFUSED = code_points(
    "0-9 b-1f 7f-9f ad 34f 61c 115f-1160 17b4-17b5 180b-180f 200b-200f 2028-202e 2060-206f 3164 fe00-fe0f feff ffa0 "
    "fff0-fffb 1bca0-1bca3 1d173-1d17a e0000-e0fff")


def free(value):
    """Free text: 1 to 4096 bytes, without invisible or reordering characters."""
    require(isinstance(value, str), "not a string")
    require(1 <= len(value.encode()) <= 4096, "length of a free text")
    for one in value:
        require(one not in REFUSED, f"U+{ord(one):04X} in a free text")
    return value


def string(value):
    require(isinstance(value, str), "not a string")
    return value


def time(value):
    text(r"(19[7-9]\d|[2-9]\d{3})-\d\d-\d\dT\d\d:\d\d:\d\dZ")(value)
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError as error:
        raise Malformed("no such time") from error
    require(value <= "9999-12-30T22:00:00Z", "later than the last time")
    return value


def seconds(value: str) -> int:
    """A time as Unix seconds."""
    moment = datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())


LAST = 253402207200  # seconds from 1970 to the last time
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def length(value: str) -> int:
    """A length of time in seconds."""
    return int(value[:-1]) * UNITS[value[-1]]


def duration(value):
    """A length of time; gives it in the largest unit that divides it, which is its one spelling."""
    text(r"\d+[smhd]")(value)
    whole = length(value)
    require(whole <= LAST, "longer than there is time")
    unit = next((unit for unit, size in UNITS.items() if whole and whole % size == 0), "s")
    return f"{whole // UNITS[unit]}{unit}"


def verifying_key(value):
    HEX(value)
    require(curve.good_key(bytes.fromhex(value)), "a key of small order or in another spelling")
    return value


def recipient(value):
    """A native age recipient, of one spelling and not of low order."""
    raw = bech32.recipient(value) if isinstance(value, str) else None
    require(raw is not None, f"{value!r} is no age recipient")
    return value


class Object:
    """An object of these fields, in this order."""

    def __init__(self, **fields):
        self.fields = {name.rstrip("_"): shape for name, shape in fields.items()}

    def __call__(self, value):
        require(isinstance(value, dict), "not an object")
        taken = {}
        for name, inner in value.items():  # in the order of the text: the first that is wrong decides
            if name not in self.fields:
                raise UnknownField(name)
            shape = self.fields[name]
            taken[name] = shape.inner(inner) if isinstance(shape, Optional) else shape(inner)
        missing = [name for name, shape in self.fields.items() if name not in taken and not isinstance(shape, Optional)]
        require(not missing, f"{missing} missing")
        left_out = [name for name, shape in self.fields.items() if isinstance(shape, Optional) and
                    (taken.get(name) == [] and not shape.empty_says_none
                     or name in ("zeros", "parts") and taken.get(name) == 0)]
        return {name: taken[name] for name in self.fields if name in taken and name not in left_out}


class Optional:
    """A field that may be absent. An empty array says as much and is absent too, unless it says that there was none."""

    def __init__(self, inner, empty_says_none=False):
        self.inner, self.empty_says_none = inner, empty_says_none


class Variant:
    """An object with exactly one key, which says what its value is."""

    def __init__(self, **variants):
        self.variants = {name.replace("_", "-"): shape for name, shape in variants.items()}

    def __call__(self, value):
        require(isinstance(value, dict) and len(value) == 1, "not an object with one key")
        ((name, inner),) = value.items()
        require(name in self.variants, f"{name} is none of {list(self.variants)}")
        return {name: self.variants[name](inner)}


def either(first, second):
    def shape(value):
        return (first if isinstance(value, str) else second)(value)

    return shape


HEX = text(r"[0-9a-f]{64}")
BASE64 = string


def name(most):
    """A name of at most so many characters: none that begins with a hyphen, or is reserved (decision 4)."""
    return text(rf"(?!-)(?!(session|con|prn|aux|nul|com\d|lpt\d)\Z)[a-z0-9-]{{1,{most}}}")


PERSON = name(32)


def key_name(value):
    """The name of a key: a person's id, `session`, or that of a release key."""
    if isinstance(value, str) and (value == "session" or "/" in value):
        text(r"session|release/[0-9a-f]{8}/[1-9]\d{0,9}")(value)
        require(value == "session" or int(value.rpartition("/")[2]) < 2**32, "no such generation")
        return value
    return PERSON(value)


def pairs(items):
    """An object as it was written; a repeated key is refused."""
    value = dict(items)
    require(len(value) == len(items), "a repeated key")
    return value


def refuse(what):
    raise Malformed(f"{what} is no unsigned integer")


def number(digits):
    return refuse(digits) if digits.startswith("-") or int(digits) >= 2**64 else int(digits)


def read_json(line: str):
    """JSON as notes have it: without null, and with no more than 64 objects and arrays within each other."""
    try:
        value = json.loads(line, object_pairs_hook=pairs, parse_int=number, parse_float=refuse,
                           parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text
        whole(value, 1)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    return value


BEGINNING = "breakglass/v"


def whole(value, depth):
    require(value is not None, "null")
    if isinstance(value, dict):
        begins = next(iter(value.items()), None)
        other = begins and begins[0] == "type" and str(begins[1]).startswith(BEGINNING)
        require(depth == 1 or not other, "the beginning of another note")
    if isinstance(value, (dict, list)):
        require(depth <= 64, "too deep")
        for inner in value.values() if isinstance(value, dict) else value:
            whole(inner, depth + 1)


def read_loosely(line: bytes):
    """The object of a line, if it is JSON and its own keys are different; whatever stands within."""
    last = []

    def remember(items):
        last[:] = items
        return dict(items)

    try:
        value = json.loads(line.decode(), object_pairs_hook=remember)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    require(isinstance(value, dict) and len(dict(last)) == len(last), "not an object, or a key twice")
    return value


def write_json(value) -> bytes:
    """The one spelling. Python writes DEL as itself and other controls as lower-case \\u00xx, as is asked for."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
