"""The part of CDDL (RFC 8610) that docs/spec/grammar.md uses: reads a grammar, says whether a JSON value matches a rule, and
makes values that do.

Types are choices, literals, ranges, arrays, maps, names with arguments, and the controls .regexp, .size and .and.
"""

import re

TOKEN = re.compile(r'\s+|;[^\n]*|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+)|(?P<control>\.[a-z]+)|(?P<dots>\.\.)'
                   r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign>[][{}()<>=/,:?*+])")
ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.ASCII)
UNSIGNED = ("range", 0, 2**64 - 1)
PRELUDE = {"any": ("any",), "tstr": ("tstr",), "bool": ("bool",), "uint": UNSIGNED}


class Grammar:
    """The rules of a grammar, by name. `known` decides what no expression can: it takes a name and a value."""

    def __init__(self, source: str, known):
        self.known, self.rules = known, {}
        self.tokens = tokens(source)
        while self.tokens:
            name, parameters = self.take("name"), []
            if self.accept("<"):
                parameters = self.several(lambda: self.take("name"), ">")
            self.take("=")
            assert name not in self.rules and name not in PRELUDE, f"{name} twice"
            self.rules[name] = parameters, self.choice()

    # Reading.

    def peek(self, at=0):
        return self.tokens[at] if at < len(self.tokens) else (None, None)

    def accept(self, wanted):
        kind, value = self.peek()
        if wanted in (kind, value) and (kind == "sign" or kind == wanted):
            self.tokens.pop(0)
            return value
        return None

    def take(self, wanted):
        value = self.accept(wanted)
        assert value is not None, f"{wanted} expected, not {self.tokens[:5]}"
        return value

    def several(self, one, closing):
        """Things with commas between them, and perhaps one after the last."""
        found = []
        while not self.accept(closing):
            found.append(one())
            if not self.accept(","):
                self.take(closing)
                break
        return found

    def choice(self):
        types = [self.controlled()]
        while self.accept("/"):
            types.append(self.controlled())
        return types[0] if len(types) == 1 else ("choice", types)

    def controlled(self):
        inner = self.simple()
        while self.peek()[0] == "control":
            inner = (self.take("control"), inner, self.simple())
        return inner

    def simple(self):
        if self.accept("("):
            inner = self.choice()
            self.take(")")
            return inner
        if self.accept("{"):
            return ("map", self.several(self.entry, "}"))
        if self.accept("["):
            least = 1 if self.accept("+") else 0 if self.accept("*") else None
            assert least is not None, "arrays have one type of element here"
            inner = self.choice()
            self.take("]")
            return ("array", least, inner)
        if self.peek()[0] == "number":
            first = int(self.take("number"))
            return ("range", first, int(self.take("number")) if self.accept("dots") else first)
        if self.peek()[0] == "string":
            return ("literal", self.take("string"))
        name = self.take("name")
        return ("name", name, self.several(self.choice, ">") if self.accept("<") else [])

    def entry(self):
        optional = self.accept("?") is not None
        name = self.take("name")
        self.take(":")
        return name, optional, self.choice()

    # Matching.

    def matches(self, value, rule: str, ordered=False) -> bool:
        """Whether a value matches a rule; with `ordered`, its keys stand as the rule has them."""
        return self.match(value, ("name", rule, []), {}, ordered)

    def match(self, value, node, bound, ordered):
        match node:
            case ("any",):
                return True
            case ("tstr",):
                return isinstance(value, str)
            case ("bool",):
                return isinstance(value, bool)
            case ("range", first, last):
                return type(value) is int and first <= value <= last
            case ("literal", text):
                return value == text
            case ("choice", types):
                return any(self.match(value, one, bound, ordered) for one in types)
            case ("array", least, inner):
                return (isinstance(value, list) and len(value) >= least
                        and all(self.match(one, inner, bound, ordered) for one in value))
            case ("map", entries):
                return isinstance(value, dict) and self.match_map(value, entries, bound, ordered)
            case (".and", first, second):
                return self.match(value, first, bound, ordered) and self.match(value, second, bound, ordered)
            case (".regexp", inner, (_, pattern)):
                return self.match(value, inner, bound, ordered) and bool(re.fullmatch(pattern, value, re.DOTALL))
            case (".size", inner, (_, first, last)):
                return self.match(value, inner, bound, ordered) and first <= len(value.encode()) <= last
            case ("name", name, arguments):
                return self.match_name(value, name, arguments, bound, ordered)
        raise AssertionError(f"{node} is not understood")

    def match_map(self, value, entries, bound, ordered):
        names = [name for name, _, _ in entries]
        missing = [name for name, optional, _ in entries if not optional and name not in value]
        if missing or not set(value) <= set(names):
            return False
        if ordered and list(value) != [name for name in names if name in value]:
            return False
        return all(self.match(value[name], inner, bound, ordered) for name, _, inner in entries if name in value)

    def match_name(self, value, name, arguments, bound, ordered):
        if name in bound:
            node, outer = bound[name]
            return self.match(value, node, outer, ordered)
        if name in PRELUDE:
            return self.match(value, PRELUDE[name], {}, ordered)
        parameters, body = self.rules[name]
        assert len(parameters) == len(arguments), f"{name} takes {parameters}"
        inner = {parameter: (argument, bound) for parameter, argument in zip(parameters, arguments)}
        if not self.match(value, body, inner, ordered):
            return False
        return name != "known" or self.known(arguments[0][1], value)

    # Making values.

    def examples(self, rule: str, leaves: dict):
        """Values that match a rule, as full as they can be: one for each choice between maps, and one for each literal.
        `leaves` has a value for each rule that no other makes."""
        return self.examples_of(("name", rule, []), {}, leaves)

    def examples_of(self, node, bound, leaves):
        match node:
            case ("any",):
                return [{"x": [1]}]
            case ("tstr",):
                return ["x"]
            case ("bool",):
                return [True, False]
            case ("range", first, last):
                return [last, first]
            case ("literal", text):
                return [text]
            case ("choice", types):
                return [one for inner in types for one in self.examples_of(inner, bound, leaves)]
            case ("array", _, inner):
                return [[one] for one in self.examples_of(inner, bound, leaves)]
            case ("map", entries):
                return self.examples_of_map(entries, bound, leaves)
            case ("name", name, _) if name in leaves:
                return [leaves[name]]
            case ("name", name, _) if name in bound:
                return self.examples_of(*bound[name], leaves)
            case ("name", name, _) if name in PRELUDE:
                return self.examples_of(PRELUDE[name], {}, leaves)
            case ("name", name, arguments):
                parameters, body = self.rules[name]
                inner = {parameter: (argument, bound) for parameter, argument in zip(parameters, arguments)}
                return self.examples_of(body, inner, leaves)
        raise AssertionError(f"no example of {node}")

    def examples_of_map(self, entries, bound, leaves):
        every = {name: self.examples_of(inner, bound, leaves) for name, _, inner in entries}
        first = {name: values[0] for name, values in every.items()}
        others = [first | {name: value} for name, values in every.items() for value in values[1:]]
        return [first] + others

    # Looking at it.

    def types(self, rule: str) -> dict:
        """The rules that a choice names, by the `type` that their values have."""
        _, (_, options) = self.rules[rule]
        found = {}
        for _, name, _ in options:
            kind, *rest = self.rules[name][1]
            assert kind == "name" and rest[0] in ("framed", "stated"), name
            found[rest[1][0][1]] = name
        return found

    def unused(self, roots) -> set:
        """The rules that none of the roots leads to."""
        left, reached = list(roots), set()
        while left:
            name = left.pop()
            if name not in reached and name in self.rules:
                reached.add(name)
                left += names_in(self.rules[name][1])
        return set(self.rules) - reached


def names_in(node):
    """The names in a node, however deep."""
    if isinstance(node, (tuple, list)):
        own = [node[1]] if len(node) == 3 and node[0] == "name" else []
        return own + [name for one in node for name in names_in(one)]
    return []


def tokens(source: str):
    found, at = [], 0
    while at < len(source):
        token = TOKEN.match(source, at)
        assert token, f"not understood: {source[at:at + 40]!r}"
        at = token.end()
        if token.lastgroup == "string":
            found.append(("string", ESCAPE.sub(unescaped, token[0][1:-1])))
        elif token.lastgroup:
            found.append((token.lastgroup, token[0]))
    return found


def unescaped(escape):
    """The character of an escape in a text."""
    return chr(int(escape[1], 16)) if escape[1] else escape[2]
