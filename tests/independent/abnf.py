"""The part of ABNF (RFC 5234, with the %s of RFC 7405) that docs/spec/grammar.md uses: each rule becomes a regular
expression over bytes. No rule leads to itself."""

import re

TOKEN = re.compile(r'\s+|;[^\n]*|%s"(?P<exact>[^"]*)"|"(?P<text>[^"]*)"'
                   r"|%x(?P<octets>[0-9A-F]{2}(?:-[0-9A-F]{2}|(?:\.[0-9A-F]{2})*))"
                   r"|(?P<repeat>\d*\*\d*|\d+)|(?P<name>[A-Za-z][A-Za-z0-9-]*)|(?P<sign>[=/()\[\]])")
CORE = {"LF": rb"\n", "SP": rb" ", "DIGIT": rb"[0-9]", "ALPHA": rb"[A-Za-z]", "VCHAR": rb"[!-~]",
        "OCTET": rb"[\0-\xff]"}


class Grammar:
    """The rules, by name."""

    def __init__(self, source: str):
        self.rules, self.expressions = {}, {}
        for part in re.split(r"\n(?=[a-z])", source):
            found = tokens(part)
            if found:
                (_, name), (_, equals), *rest = found
                assert equals == "=" and name not in self.rules, name
                self.rules[name] = rest

    def matches(self, data: bytes, rule: str) -> bool:
        if rule not in self.expressions:
            self.expressions[rule] = re.compile(self.expression(rule))
        return self.expressions[rule].fullmatch(data) is not None

    def expression(self, rule: str) -> bytes:
        if rule in CORE:
            return CORE[rule]
        left = list(self.rules[rule])
        found = self.alternation(left)
        assert not left, f"{rule}: {left}"
        return found

    def alternation(self, left) -> bytes:
        parts = [self.concatenation(left)]
        while left and left[0] == ("sign", "/"):
            left.pop(0)
            parts.append(self.concatenation(left))
        return b"(?:" + b"|".join(parts) + b")"

    def concatenation(self, left) -> bytes:
        found = b""
        while left and left[0] not in (("sign", "/"), ("sign", ")"), ("sign", "]")):
            found += self.repeated(left)
        return found

    def repeated(self, left) -> bytes:
        kind, value = left.pop(0)
        times = b""
        if kind == "repeat":
            least, star, most = value.partition("*")
            times = f"{{{least or 0},{most}}}".encode() if star else f"{{{least}}}".encode()
            kind, value = left.pop(0)
        return b"(?:" + self.element(kind, value, left) + b")" + times

    def element(self, kind, value, left) -> bytes:
        match kind:
            case "exact":
                return re.escape(value.encode())
            case "text":
                assert not re.search("[A-Za-z]", value), f"{value}: which case?"
                return re.escape(value.encode())
            case "octets":
                first, dash, last = value.partition("-")
                return f"[\\x{first}-\\x{last}]".encode() if dash else re.escape(bytes.fromhex(value.replace(".", "")))
            case "name":
                return self.expression(value)
        closing = {"(": ")", "[": "]"}[value]
        inner = self.alternation(left)
        assert left.pop(0) == ("sign", closing), closing
        return inner if closing == ")" else b"(?:" + inner + b")?"


def tokens(source: str):
    found, at = [], 0
    while at < len(source):
        token = TOKEN.match(source, at)
        assert token, f"not understood: {source[at:at + 40]!r}"
        at = token.end()
        if token.lastgroup:
            found.append((token.lastgroup, token[token.lastgroup]))
    return found
