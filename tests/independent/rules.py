"""Severities and exit codes, as the table in docs/spec/verify-rules.md gives them: the specification is read."""

import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs/spec/verify-rules.md"
ROW = re.compile(r"^\| `([A-Z-]+)` \| (\w+) \| (\d+) \|", re.M)
EXITS = {code: int(exit_code) for code, _, exit_code in ROW.findall(PAGE.read_text())}
MUSTS = PAGE.with_name("musts.md")
MUST = re.compile(r"^\| `R-([A-Z-]+)-\d+` \|.*\| (\w+) \|$", re.M)
READINGS = {}  # of each code: whether the reading ends where it is broken, or goes on
for code, reading in MUST.findall(MUSTS.read_text()):
    READINGS.setdefault(code, set()).add(reading)
ORDER = [10, 13, 12, 11, 14]
VERDICTS = {0: "done", 10: "tampered", 11: "torn", 12: "truncated", 13: "fork", 14: "findings"}


def is_read_so(code, seq, last) -> bool:
    """Whether the reading ended, or went on, as docs/spec/musts.md says, where the last record is this one."""
    went_on = seq is not None and seq <= last
    return "outside" in READINGS[code] or bool(READINGS[code] & ({"refused", "stands"} if went_on else {"ends"}))


def exit_of(codes) -> int:
    """Where several are found, the first of 10, 13, 12, 11, 14."""
    exits = {EXITS[code] for code in codes}
    return next((one for one in ORDER if one in exits), 0)
