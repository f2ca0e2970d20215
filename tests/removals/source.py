"""Finds a piece of Rust in the source by its text, in whatever file it stands and however rustfmt has wrapped it."""

import re

WORD = re.compile(r"\w")
# The unit tests of a file stand at its end, in a module of their own.
UNIT_TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{$.*?^\}$", re.MULTILINE | re.DOTALL)


class Source:
    """The files of a folder that are no tests, by path."""

    def __init__(self, folder):
        paths = [path for path in sorted(folder.rglob("*.rs")) if not re.search(r"\btests\b", str(path.relative_to(folder)))]
        self.files = {path: without_tests(path.read_text(encoding="utf-8")) for path in paths}

    def find(self, text, within=None):
        """Every place where a text stands: the path, and where it begins and ends in the file. `within` is the head
        of the item that it has to stand in: `fn seal`, `impl Escrow`."""
        pattern = pattern_of(text)
        for path, content in self.files.items():
            parts = [(0, len(content))] if within is None else items(content, within)
            for begin, end in parts:
                for found in pattern.finditer(content, begin, end):
                    yield path, found.start(), found.end()

    def line(self, path, at):
        """The number of the line in which a byte of a file stands."""
        return self.files[path].count("\n", 0, at) + 1


def without_tests(content):
    """A file in which blanks stand in the place of its unit tests, so that everything else stays where it is."""
    return UNIT_TESTS.sub(lambda found: re.sub(r"\S", " ", found.group()), content)


def pattern_of(text):
    """Matches a text where it stands wrapped otherwise: with other white space, and with or without the comma that
    rustfmt puts before a closing bracket on a line of its own."""
    tokens = re.findall(r"\w+|[^\w\s]", re.sub(r",(?=\s*[)\]}])", "", text))
    pattern = r"\b" if WORD.match(tokens[0]) else ""
    for before, token in zip([""] + tokens, tokens):
        if WORD.match(before) and WORD.match(token):
            pattern += r"\s+"
        elif before:
            pattern += r"\s*,?\s*" if token in ")]}" else r"\s*"
        pattern += re.escape(token)
    return re.compile(pattern + (r"\b" if WORD.match(tokens[-1]) else ""))


def items(content, head):
    """The spans of the items that begin with this head. rustfmt puts the end of each under its beginning."""
    begins = re.compile(rf"^( *)(?:pub(?:\([^)]*\))? )?(?:const )?{re.escape(head)}\b", re.MULTILINE)
    for begun in begins.finditer(content):
        ended = re.compile(rf"^{begun[1]}\}}", re.MULTILINE).search(content, begun.end())
        if ended:
            yield begun.start(), ended.end()
