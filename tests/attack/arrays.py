"""Arrays of exported programs that cannot be, and members that no file has."""

from __future__ import annotations

import io
import random

import numpy as np

from tests.attack.programs import CODE, file_of, members_of, npy, program_of, zipped

_FLOATS = npy(np.ones((2, 3), "float32"))
_START = b"\x93NUMPY\x01\x00"


def _with_header(text: str, data: bytes = b"\0" * 24) -> bytes:
    header = text.encode() + b"\n"
    return _START + len(header).to_bytes(2, "little") + header + data


def _said(descr: str = "'<f4'", order: str = "False", shape: str = "(2, 3)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def _header(**said: str) -> bytes:
    return _with_header(_said(**said))


def _pickled() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([print], dtype=object), allow_pickle=True)
    return file.getvalue()


# What stands in place of an array of shape (2, 3).
HOSTILE_ARRAYS: dict[str, bytes] = {
    "nothing": b"",
    "a beginning": _FLOATS[:9],
    "another format": b"\x89HDF\r\n\x1a\n" + _FLOATS[8:],
    "version 2 of NumPy's format": (b"\x93NUMPY\x02\x00" + b"\xff\xff\xff\xff" + _FLOATS[10:]),
    "a header without end": _START + b"\xff\xff" + _FLOATS[10:],
    "numbers that are missing": _FLOATS[:-1],
    "numbers too many": _FLOATS + b"\0",
    "a pickle": _pickled(),
    "objects": _header(descr="'|O'"),
    "text": _header(descr="'<U6'", shape="(1,)"),
    "dates": _header(descr="'<M8[s]'", shape="(3,)"),
    "complex numbers": _header(descr="'<c8'", shape="(3,)"),
    "raw bytes": _header(descr="'|V4'"),
    "numbers of another kind": _header(descr="'<b4'"),
    "a big end first": _header(descr="'>f4'"),
    "fields": _header(descr="[('a', '<f4')]"),
    "code for a dtype": _header(descr=repr(CODE)),
    "code for a shape": _header(shape=CODE),
    "brackets without end": _with_header("(" * 9000),
    "columns first": _header(order="True"),
    "a negative shape": _header(shape="(-2, -3)"),
    "a shape of truth": _header(shape="(True, 6)"),
    "digits of another alphabet": _header(shape="(٢, ٣)"),
    "a shape of exabytes": _header(shape="(1000000000000000000, 6)"),
    "a shape that overflows": _header(shape="(2, 2305843009213693955)"),
    "a hundred axes": _header(shape=f"({'1, ' * 100})"),
}

# Honest arrays that may not fit where they stand.
OTHER_ARRAYS: dict[str, tuple[bytes, str]] = {
    "an array": (_FLOATS, "served"),
    "another shape": (npy(np.ones((3, 2), "float32")), "refused by program"),
    "another dtype": (npy(np.ones((2, 3), "float64")), "refused by program"),
    "nothing, in exabytes": (
        _with_header(_said(shape="(0, 9000000000000000000, 9)"), b""), "refused by damaged"
    ),
}  # fmt: skip

HOSTILE_MEMBERS = (
    "variables/x.npy", "variables/00.npy", "variables/-1.npy", "variables/1/2.npy", "variables/1",
    "variables/99.npy", "constants/99.npy", "constants_0/0.npy", "constants_99/0.npy",
    "variables/../0.npy", "/variables/0.npy", "variables\\0.npy", "variables/٠.npy",
    "variables/0.npy\n", "model.weights.h5", "assets/x", "x.py", "0.npy",
)  # fmt: skip


def with_array(data: bytes, packed: bool = False) -> bytes:
    """Return a file that adds an array of shape (2, 3) to what comes in, with this in its place."""
    nodes = [
        {"op": "input", "input": 0},
        {"op": "constant", "array": "0"},
        {"op": "add", "of": [0, 1]},
    ]
    config = program_of("neg", [((2, 3), "float32")], {})
    config["graph"] = {"nodes": nodes, "outputs": [2], "updates": []}
    return zipped({**members_of(file_of(config)), "constants/0.npy": data}, packed)


def with_member(name: str, data: bytes) -> bytes:
    """Return a good file with one more member."""
    config = program_of("neg", [((2, 3), "float32")], {})
    return zipped({**members_of(file_of(config)), name: data})


def with_other_arrays(data: bytes, seed: int) -> bytes:
    """Return a file in which an array is hostile, damaged, missing, or called otherwise."""
    rng = random.Random(seed)
    members = members_of(data)
    name = rng.choice([name for name in members if name.endswith(".npy")])
    kind = rng.randrange(5)
    if kind == 0:
        members[name] = rng.choice(list(HOSTILE_ARRAYS.values()))
    elif kind == 1:
        del members[name]
    elif kind == 2:
        members[rng.choice(HOSTILE_MEMBERS)] = members.pop(name)
    else:
        changed = bytearray(members[name])
        for _ in range(rng.choice((1, 2, 8))):
            changed[rng.randrange(min(len(changed), 128))] = rng.randrange(256)
        members[name] = bytes(changed)
    return zipped(members)
