#!/usr/bin/env python3
"""Removes rules, one at a time, and sees that for each its test fails.

A rule whose removal no test notices is not tested. `list.toml` beside this file says what is removed and which test
notices. It names no files: a removal is found by its text, wherever in src that stands. Nothing is changed in the
work tree: the removal is made in a copy, under target/removals.

    python3 tests/removals/run.py --check          each text stands once, each test is there; builds nothing
    python3 tests/removals/run.py --sample 2       two of the list, others each day
    python3 tests/removals/run.py --all            all of it: a quarter of an hour
    python3 tests/removals/run.py --only NAME ...  these

Before anything is removed, each test that is going to be used has to pass on the copy as it is.
Needs Python 3.11 and nothing beside its standard library.
"""

import argparse
import datetime
import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from source import Source

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("list.toml")
KEYS = {"name", "find", "replace", "test"}
# Longer than any build or test takes: what takes longer hangs.
BUILD_SECONDS, TEST_SECONDS = 1800, 180


def removals():
    """The list, checked for its form."""
    with LIST.open("rb") as file:
        listed = tomllib.load(file)["removal"]
    names = set()
    for entry in listed:
        if entry.keys() - {"within"} != KEYS or not all(isinstance(value, str) for value in entry.values()):
            sys.exit(f"removals: an entry has {', '.join(sorted(KEYS))}, and may have `within`: {entry}")
        if entry["name"] in names:
            sys.exit(f"removals: `{entry['name']}` stands in the list twice")
        names.add(entry["name"])
    return listed


def target_of(entry):
    """`verify_rules::records::torn` is the test `records::torn` in the crate `verify_rules`."""
    return entry["test"].split("::", 1)


def sources_of(target):
    """The files that the tests of a crate are in."""
    if target == "lib":
        return sorted((ROOT / "src").rglob("*.rs"))
    folder = ROOT / "tests" / target
    return [path for path in [ROOT / "tests" / f"{target}.rs", *sorted(folder.glob("*.rs"))] if path.exists()]


def has_test(target, test):
    """Whether the crate has a test of that name, in a module of that name."""
    if target == "cases":
        return (ROOT / "tests" / "cases" / f"{test.replace('::', '/')}.case").is_file()
    *modules, name = test.split("::")
    inner = modules[-1:] == ["tests"]
    module = modules[-2:-1] if inner else modules[-1:]
    pattern = re.compile(rf"#\[test\]\s+(?:#\[[^\n]*\]\s+)*fn {re.escape(name)}\(")
    for path in sources_of(target):
        stem = path.parent.name if path.name == "mod.rs" else path.stem
        root = path.name == "main.rs" or path == ROOT / "tests" / f"{target}.rs"
        here = stem == module[0] or (inner and path.stem == "tests") if module else root
        if here and pattern.search(path.read_text(encoding="utf-8")):
            return True
    return False


def check(source, listed):
    """What is wrong with the list, compared with the source as it is. Each entry that stands once is told where."""
    wrong = []
    for entry in listed:
        places = list(source.find(entry["find"], entry.get("within")))
        if len(places) == 1:
            entry["place"] = places[0]
        else:
            where = ", ".join(f"{path.relative_to(ROOT)}:{source.line(path, at)}" for path, at, _ in places)
            found = f"stands {len(places)} times, not once: {where}" if places else "is nowhere in src"
            within = f" within `{entry['within']}`" if "within" in entry else ""
            wrong.append(f"{entry['name']}: `{entry['find']}`{within} {found}")
        if entry["find"] == entry["replace"]:
            wrong.append(f"{entry['name']}: nothing is removed")
        if not has_test(*target_of(entry)):
            wrong.append(f"{entry['name']}: there is no test {entry['test']}")
    return wrong


class Copy:
    """A copy of the work tree, with a folder for what is built of it."""

    def __init__(self):
        place = ROOT / "target" / "removals"
        place.mkdir(parents=True, exist_ok=True)
        self.lock = (place / "lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.tree, self.built = place / "tree", place / "built"
        self.environment = {**os.environ, "CARGO_TARGET_DIR": str(self.built), "RUST_BACKTRACE": "0"}
        self.fill()
        self.borrow()

    def fill(self):
        """Brings the copy up to date; files that are the same keep their times, so that little is built.

        What can be run stays so: cargo runs each test through a script of the tree."""
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
        wanted = {name for name in names if name and (ROOT / name).is_file()}
        for name in wanted:
            self.write(name, (ROOT / name).read_bytes())
            shutil.copymode(ROOT / name, self.tree / name)
        for path in [path for path in self.tree.rglob("*") if path.is_file()]:
            if path.relative_to(self.tree).as_posix() not in wanted:
                path.unlink()

    def borrow(self):
        """Takes over the dependencies that are built already: as links, and only where nothing was built yet."""
        built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
        if self.built.exists() or not built.is_dir():
            return
        for part in (".fingerprint", "build", "deps"):
            for path in (built / part).rglob("*"):
                there = self.built / "debug" / path.relative_to(built)
                if path.is_file() and not any("breakglass" in step for step in path.relative_to(built).parts):
                    there.parent.mkdir(parents=True, exist_ok=True)
                    try:
                        os.link(path, there)
                    except OSError:
                        return

    def write(self, name, data):
        """Writes a file of the copy, unless it is that already."""
        path = self.tree / name
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def cargo(self, target, seconds, *more):
        """Runs `cargo test` for one crate. Gives the exit code and all that it said; no code where it hangs."""
        which = ["--lib"] if target == "lib" else ["--test", target]
        command = ["cargo", "test", "--locked", *which, *more]
        # In a session of its own, so that a test that hangs is ended with everything it started.
        ran = subprocess.Popen(
            command,
            cwd=self.tree,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said, _ = ran.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(ran.pid, signal.SIGKILL)
            said, _ = ran.communicate()
            return None, said.decode(errors="replace")
        return ran.returncode, said.decode(errors="replace")

    def build(self, target):
        """Builds a crate of tests; what the compiler said, where it does not build."""
        code, said = self.cargo(target, BUILD_SECONDS, "--no-run")
        return None if code == 0 else said

    def run(self, target, tests):
        """Runs tests by their exact names. Gives those that passed, those that failed, and all that was said."""
        code, said = self.cargo(target, TEST_SECONDS, "--", "--exact", *tests)
        results = dict(re.findall(r"^test (\S+)(?: - should panic)? \.\.\. (\w+)", said, re.MULTILINE))
        passed = {test for test in tests if results.get(test) == "ok"}
        # A test that hangs, or takes the whole process with it, has noticed something too; yet it is no assertion.
        failed = {test for test in tests if results.get(test) == "FAILED"} if code == 101 else set()
        return passed, failed, said


def tail(text, lines=25):
    """The end of what was said, set off."""
    return "\n".join("    | " + line for line in text.strip().splitlines()[-lines:])


def control(copy, target, entries):
    """Whether every test passes while nothing is removed."""
    tests = sorted({target_of(entry)[1] for entry in entries})
    said = copy.build(target)
    if said is None:
        passed, _, said = copy.run(target, tests)
        if passed == set(tests):
            return True
    print(f"CONTROL  {target}: with nothing removed, not all of its tests pass\n{tail(said)}", flush=True)
    return False


def remove(copy, entry):
    """Removes one rule, and puts it back. Gives a verdict in one word and its particulars."""
    target, test = target_of(entry)
    path, begin, end = entry["place"]
    name, good = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    bad = good[:begin] + entry["replace"] + good[end:]
    try:
        copy.write(name, bad.encode())
        said = copy.build(target)
        if said is not None:
            return "INVALID", "it does not compile\n" + tail(said)
        passed, failed, said = copy.run(target, [test])
        if failed:
            return "noticed", ""
        return ("SURVIVED", "its test passes without it") if passed else ("INVALID", "no verdict\n" + tail(said))
    finally:
        copy.write(name, good.encode())


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = options.add_mutually_exclusive_group(required=True)
    what.add_argument("--all", action="store_true", help="every removal of the list")
    what.add_argument("--sample", type=int, metavar="N", help="N of them")
    what.add_argument("--only", nargs="+", metavar="NAME", help="these")
    what.add_argument("--check", action="store_true", help="compare the list with the source; build nothing")
    options.add_argument("--seed", help="which sample; today's date where it is left out")
    given = options.parse_args()

    listed = removals()
    wrong = check(Source(ROOT / "src"), listed)
    if wrong:
        sys.exit("\n".join(["removals: the list is not right:", *wrong]))
    print(f"removals: {len(listed)} in the list; each text stands once, and each test is there", flush=True)
    if given.check:
        return
    chosen = listed
    if given.only:
        chosen = [entry for entry in listed if entry["name"] in given.only]
        if len(chosen) != len(set(given.only)):
            sys.exit("removals: not every name is in the list")
    if given.sample is not None:
        if not 1 <= given.sample <= len(listed):
            sys.exit(f"removals: a sample is of 1 to {len(listed)}")
        seed = given.seed or datetime.date.today().isoformat()
        print(f"removals: the sample of {seed}", flush=True)
        chosen = random.Random(seed).sample(listed, given.sample)

    copy, verdicts, begun = Copy(), {}, time.monotonic()
    # By crate of tests, then by file: so one build is close to the next.
    for target in dict.fromkeys(target_of(entry)[0] for entry in chosen):
        entries = [entry for entry in chosen if target_of(entry)[0] == target]
        if not control(copy, target, entries):
            verdicts.setdefault("INVALID", []).extend(entry["name"] for entry in entries)
            continue
        for entry in entries:
            verdict, why = remove(copy, entry)
            verdicts.setdefault(verdict, []).append(entry["name"])
            print(f"{verdict:<8} {entry['name']}  ({entry['test']}){': ' + why if why else ''}", flush=True)
    counts = ", ".join(f"{len(names)} {verdict}" for verdict, names in verdicts.items())
    print(f"removals: {len(chosen)} tried in {time.monotonic() - begun:.0f} s: {counts}", flush=True)
    if set(verdicts) != {"noticed"}:
        sys.exit(1)


if __name__ == "__main__":
    main()
