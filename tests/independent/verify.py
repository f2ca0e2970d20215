"""Verifies a log as docs/spec/verify-rules.md says: python3 verify.py LOG [--head F]... [--book NAME.book]...
[--anchor FINGERPRINT] [--time TIME] [--require-head]. Prints JSON; the exit code is that of `breakglass verify`.
"""

import argparse
import datetime
import json
import pathlib
import sys

import due
import evidence
import files
import log
import rules
import words
from shapes import seconds


def verify(data, heads=(), books=(), anchor=None, now="2026-11-23T08:00:00Z", required=False, sealed=None):
    """Verdict, exit code and findings. `heads` are parsed, `books` are (owner, bytes); `sealed(escrow)` judges the files."""
    escrow = log.read(data)
    found = list(escrow.findings)
    if escrow.id is not None:
        if anchor is not None and not words.names(anchor, escrow.id):
            found.append(("ANCHOR", 0))
        outside, told = evidence.judge(escrow, heads, books, required)
        found += outside + due.findings(escrow, seconds(now), told)
        found += sealed(escrow) if sealed else []
    exit_code = rules.exit_of(code for code, _ in found)
    ordered = sorted(set(found), key=lambda one: (one[1] is None, one[1], one[0]))
    return {
        "verdict": rules.VERDICTS[exit_code], "exit": exit_code, "escrow": escrow.id, "last": escrow.last,
        "findings": [{"code": code, "seq": seq} for code, seq in ordered],
    }


def main():
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    parser = argparse.ArgumentParser(description="Verify a breakglass log, independently.")
    parser.add_argument("log", type=pathlib.Path)
    parser.add_argument("--head", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--book", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--anchor")
    parser.add_argument("--time", default=now)
    parser.add_argument("--require-head", action="store_true")
    given = parser.parse_args()
    report = verify(
        given.log.read_bytes(), [evidence.head_file(path.read_bytes()) for path in given.head],
        [(path.stem, path.read_bytes()) for path in given.book], given.anchor, given.time, given.require_head,
        lambda escrow: files.judge(escrow, files.beside(given.log)))
    print(json.dumps(report, indent=1))
    sys.exit(report["exit"])


if __name__ == "__main__":
    main()
