"""Exported C, compiled and run: many models in one program, so that the compiler starts once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
SANITIZERS = "-fsanitize=address,undefined,float-cast-overflow"
GCC = ("gcc", "-O0", SANITIZERS, "-fno-sanitize-recover=all")
GCC_FAST = ("gcc", "-O3", "-march=native")
CLANG = (sys.executable, "-m", "ziglang", "cc", "-O0")


@dataclass
class Call:
    """A call of a function of an exported file.

    Attributes
    ----------
    prefix, function : str
    inputs, outputs : list of ndarray
        What goes in, and arrays like those that come out.
    before : str
        A statement that stands before the call.
    """

    prefix: str
    function: str
    inputs: Sequence[np.ndarray]
    outputs: Sequence[np.ndarray]
    before: str = ""
    found: list[np.ndarray] = field(default_factory=list)
    code: int = 0


def run(folder: Path, calls: Sequence[Call], compiler: Sequence[str], name: str = "all") -> None:
    """Compile the files of a folder that calls belong to, and make the calls, in order."""
    prefixes = list(dict.fromkeys(call.prefix for call in calls))
    lines = [f'#include "{prefix}.c"' for prefix in prefixes]
    lines += ["#include <stdio.h>", "#include <stdlib.h>", *_READ]
    for i, call in enumerate(calls):
        lines += _calling(i, call)
    lines += ["int main(void)", "{", *(f"    call{i}();" for i in range(len(calls)))]
    lines += ["    return 0;", "}"]
    source, program = folder / f"{name}_main.c", folder / f"{name}_main"
    source.write_text("\n".join(lines) + "\n")
    command = [*compiler, *WARNINGS, "-o", str(program), str(source), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert done.returncode == 0, done.stderr[:4000]
    data = b"".join(np.ascontiguousarray(x).tobytes() for call in calls for x in call.inputs)
    ran = subprocess.run([str(program)], input=data, capture_output=True, timeout=300)
    assert ran.returncode == 0, ran.stderr.decode()[:4000]
    _take(ran.stdout, calls)


_READ = """
static void *taken(size_t size)
{
    void *found = malloc(size);
    if ((found == NULL) || (fread(found, 1, size, stdin) != size)) {
        abort();
    }
    return found;
}
static void given(void *found, size_t size)
{
    if (fwrite(found, 1, size, stdout) != size) {
        abort();
    }
    free(found);
}
""".splitlines()


def _calling(number: int, call: Call) -> list[str]:
    lines = [f"static void call{number}(void)", "{", "    int32_t code;"]
    for i, x in enumerate(call.inputs):
        lines.append(f"    void *x{i} = taken({x.nbytes});")
    for i, y in enumerate(call.outputs):
        lines.append(f"    void *y{i} = malloc({y.nbytes});")
    arrays = [*(f"x{i}" for i in range(len(call.inputs)))]
    arrays += [f"y{i}" for i in range(len(call.outputs))]
    lines.append(f"    {call.before}")
    lines.append(f"    code = {call.prefix}_{call.function}({', '.join(arrays)});")
    lines.append("    fwrite(&code, 1, 4, stdout);")
    lines += [f"    free(x{i});" for i in range(len(call.inputs))]
    lines += [f"    given(y{i}, {y.nbytes});" for i, y in enumerate(call.outputs)]
    return [*lines, "}"]


def _take(data: bytes, calls: Sequence[Call]) -> None:
    place = 0
    for call in calls:
        call.code = int(np.frombuffer(data, "<i4", 1, place)[0])
        place += 4
        call.found = []
        for y in call.outputs:
            found = np.frombuffer(data, y.dtype, y.size, place).reshape(y.shape)
            call.found.append(found)
            place += y.nbytes
    assert place == len(data)
