"""Attack the readers: `hatch run attack [--count 2000] [kind …]`.

Each kind of file is read in a process of its own, under limits of memory and time, with an audit
hook. A process that dies or hangs counts as a fault of the file that it was reading.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from tests.attack.kinds import KINDS
from tests.attack.mutations import mutated
from tests.attack.watch import watched

SECONDS, BYTES = 20, 1 << 30  # of one file: of the processor, and beside what the libraries take


def main() -> int:
    """Attack the kinds that are asked for; return how many faults were found."""
    parser = argparse.ArgumentParser(prog="attack", description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="by default all")
    parser.add_argument("--count", type=int, default=2000, help="files of each kind")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    faults = 0
    for name in given.kinds or KINDS:
        if given.inside:
            faults += _attack(name, given.first, given.count)
        else:
            faults += _supervised(name, given.first, given.count)
    return min(faults, 100)


def _supervised(name: str, first: int, count: int) -> int:
    """Run a process until it has read all files, starting behind the one that ended it."""
    faults, end = 0, first + count
    while first < end:
        command = [sys.executable, "-m", "tests.attack", "--inside", name]
        command += ["--first", str(first), "--count", str(end - first)]
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(command, stdout=said, stderr=subprocess.STDOUT)
            said.seek(0)
            lines = said.read().splitlines()
        last = max((int(x.split()[1]) for x in lines if x.startswith("seed ")), default=first)
        found = [line for line in lines if line.startswith("fault")]
        faults += len(found)
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        if any(line == "done" for line in lines):
            break
        print(f"fault {name!r} seed {last}: the process ended with {done.returncode}:", *lines[-3:])
        faults, first = faults + 1, last + 1
    print(f"{name:20} {count:6} files, {faults} faults", flush=True)
    return faults


def _attack(name: str, first: int, count: int) -> int:
    kind = KINDS[name]
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        good = kind.make(Path(folder)).read_bytes()
        path = Path(folder, "attacked")
        path.write_bytes(good)
        kind.read(path)  # what is imported for it is there then
        _limit_memory()
        for seed in range(first, first + count):
            print("seed", seed, flush=True)
            path.write_bytes(mutated(kind, good, seed))
            fault = _fault(kind, path, folder)
            if fault:
                faults += 1
                print(f"fault {name!r} seed {seed}: {fault}", flush=True)
    print("done", flush=True)
    return faults


def _fault(kind: Any, path: Path, folder: str) -> str:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    start, seen = time.process_time(), []
    try:
        with watched(folder) as seen, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = kind.read(path)
        if kind.check is not None and not seen:
            signal.alarm(10 * SECONDS)  # compilers take their time
            return kind.check(read)
    except kind.raises as error:
        if isinstance(error.__cause__, MemoryError) and "more work" not in str(error):
            return f"memory: {error}"
        said = "".join(traceback.format_exception(error))
        if not said.replace("\n", "").isprintable():
            return f"says {said[-200:]!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:200]!r}"
    finally:
        signal.alarm(0)
    if seen:
        return f"did {seen[0]}"
    took = time.process_time() - start
    return f"took {took:.1f} s" if took > SECONDS else ""


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


def _limit_memory() -> None:
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
