"""Groups as C functions: what a tape says becomes one loop, compiled when the library is built.

A tape is a line of operations, as in ``mul_f4 v0 s1; add_f4 t0 v2 = t1``: vector 0 times the single
number 1, plus vector 2; what is behind ``=`` is written. It says nothing of sizes, strides,
addresses and values, so few tapes serve many programs. `tapes.txt` lists those that have been met;
what is not there is computed by `c/group.c`, one operation at a time.

Building the library needs this file, so it stands on Python alone.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

TAPES = Path(__file__).with_name("tapes.txt")
FILES = 16  # that they are spread over, so that they compile side by side, and few again

_TRUTHS = ("eq", "ne", "lt", "le", "isfinite")
_OPERATION = re.compile(r"(?P<op>cast|\w+?_?)_(?P<dtype>[biuf]\d)(_(?P<to>[biuf]\d))?")


def name_of(tape: str) -> str:
    """Return the name of the function of a tape.

    Examples
    --------
    >>> name_of("mul_f4 v0 s1; add_f4 t0 v2 = t1")
    'g_78b827207b8d9e0a'
    """
    return f"g_{sha256(tape.encode()).hexdigest()[:16]}"


def function(tape: str) -> str:
    """Return the C function of a tape.

    Examples
    --------
    >>> print(function("mul_f4 v0 s1; add_f4 t0 v2 = t1"))
    /* mul_f4 v0 s1; add_f4 t0 v2 = t1 */
    EXPORT void g_78b827207b8d9e0a(char *const *at, int64_t n) {
        const f4 *v0 = (const f4 *)at[0];
        const f4 s1 = *(const f4 *)at[1];
        const f4 *v2 = (const f4 *)at[2];
        f4 *to3 = (f4 *)at[3];
        EACH {
            const f4 t0 = o_mul_f4(v0[i], s1);
            const f4 t1 = o_add_f4(t0, v2[i]);
            to3[i] = t1;
        }
    }
    """
    operations, written = tape.split(" = ")
    places: dict[int, str] = {}
    steps, dtypes = [], []
    for number, operation in enumerate(operations.split("; ")):
        name, *operands = operation.split(" ")
        takes, makes = signature(name)
        takes = takes * len(operands) if len(takes) == 1 else takes
        for operand, dtype in zip(operands, takes, strict=True):
            kind, at = operand[0], int(operand[1:])
            if kind == "v":
                places[at] = f"const {dtype} *v{at} = (const {dtype} *)at[{at}];"
            elif kind == "s":
                places[at] = f"const {dtype} s{at} = *(const {dtype} *)at[{at}];"
        given = ", ".join(f"{o}[i]" if o[0] == "v" else o for o in operands)
        steps.append(f"const {makes} t{number} = o_{name}({given});")
        dtypes.append(makes)
    results = []
    for place, value in enumerate(written.split(" "), len(places)):
        dtype = dtypes[int(value[1:])]
        places[place] = f"{dtype} *to{place} = ({dtype} *)at[{place}];"
        results.append(f"to{place}[i] = {value};")
    return "\n".join([
        f"/* {tape} */",
        f"EXPORT void {name_of(tape)}(char *const *at, int64_t n) {{",
        *(f"    {places[at]}" for at in sorted(places)),
        "    EACH {",
        *(f"        {line}" for line in (*steps, *results)),
        "    }",
        "}",
    ])  # fmt: skip


def files() -> dict[str, str]:
    """Return the C files of all tapes that are listed, by name."""
    found: dict[str, list[str]] = {f"fused_{i:x}.c": [] for i in range(FILES)}
    for tape in listed():
        found[f"fused_{name_of(tape)[2]}.c"].append(function(tape))
    head = '/* Prebuilt groups, by fused.py. */\n#include "fused.h"\n'
    return {name: "\n\n".join([head, *functions, ""]) for name, functions in found.items()}


def listed() -> list[str]:
    """Return the tapes that are compiled into the library."""
    return TAPES.read_text("utf-8").splitlines()


@cache
def by_names() -> dict[tuple[str, ...], dict[str, list[str]]]:
    """Return the tapes that are listed by the names of their operations, then by these in order.

    What they write stands last, the fewest values first.

    Examples
    --------
    >>> by_names()["add_f4", "mul_f4"]["add_f4 v0 s1; mul_f4 t0 s2"]
    ['t0 t1']
    """
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for tape in sorted(listed(), key=len):
        operations, written = tape.split(" = ")
        names = sorted(each.split(" ")[0] for each in operations.split("; "))
        found.setdefault(tuple(names), {}).setdefault(operations, []).append(written)
    return found


def signature(name: str) -> tuple[tuple[str, ...], str]:
    """Return the dtypes that an operation takes (one: all alike), and that of its result."""
    match = _OPERATION.fullmatch(name)
    assert match is not None, name
    op, dtype = match["op"], match["dtype"]
    if op == "where":
        return ("b1", dtype, dtype), dtype
    if op == "cast":
        return (dtype,), match["to"]
    return (dtype,), "b1" if op in _TRUTHS else dtype
