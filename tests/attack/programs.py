"""Exported programs of a stranger's: instructions with attributes that cannot be, and real files
with something in them changed.
"""

from __future__ import annotations

import copy
import io
import json
import math
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import cornu
from cornu_backend_numpy.sharing import sharing
from cornu_engine.composite import COMPOSITES
from cornu_engine.files.archive import PROGRAM
from cornu_engine.primitives import PRIMITIVES
from cornu_export.file import VERSION
from cornu_ops.testing.cases import primitive_cases

CODE = "0) or open('/tmp/cornu-was-here','w') or (0"
# No attribute of any operation is one of these.
NEVER: tuple[Any, ...] = (
    CODE,
    "0",
    "",
    "float32",
    None,
    -1,
    -100,
    -1_000_000,
    [-1],
    [[]],
    [0, 0, 0, 0, 0, 0],
    [-1_000_000] * 2,
    [CODE],
    [0.5],
    [True],
    [None],
    {},
    {"dtype": "O"},
    {"dtype": "S100"},
    {"dtype": "M8[s]"},
    {"dtype": "V8"},
    {"dtype": "complex64"},
    {"dtype": "float128"},
    {"dtype": CODE},
    {"dtype": "float32", "more": 1},
    {"float": CODE},
    {"float": 1},
    {"size": [[1, [99]]]},
    {"size": [[1, [-1]]]},
    {"size": [[-7, []]]},
    {"size": [[0.5, []]]},
    {"size": CODE},
    {"size": [[2**62, [0, 0]]]},
    {"body": {}},
    {"body": {"nodes": [], "parameters": [], "results": [], "counts": [0, 0, 0]}},
)


def case_rows() -> dict[str, tuple[list[tuple[tuple[int, ...], str]], dict[str, Any]]]:
    """Return an honest call of each operation a file may hold: shapes, dtypes and attributes."""
    found: dict[str, tuple[list[tuple[tuple[int, ...], str]], dict[str, Any]]] = {}
    for case in primitive_cases():
        drawn = case.draw(dtype="float32")
        if any(array.ndim > 1 for array in drawn) or case.op not in found:
            found[case.op] = ([(a.shape, a.dtype.name) for a in drawn], _said(case.attrs))
    image, kernel = ((2, 6, 6, 2), "float32"), ((3, 3, 2, 4), "float32")
    filtered = ((2, 6, 6, 4), "float32")
    window = {"strides": [1, 1], "padding": [[1, 1], [1, 1]]}
    pool = {"size": [2, 2], **window}
    pooled = ((2, 7, 7, 2), "float32")
    conv = {**window, "dilation": [1, 1], "groups": 1}
    rows, labels = ((3, 5), "float32"), ((3,), "int32")
    matrix = ((2, 3, 3), "float32")
    eps = {"float": (1e-3).hex()}
    found |= {
        "iota": ([], {"size": 4, "dtype": {"dtype": "int32"}}),
        "again": ([rows], {}),
        "stop_gradient": ([rows], {}),
        "random_bits": ([((), "uint64"), ((), "uint64")], {"shape": [2, 3]}),
        "sigmoid": ([rows], {}),
        "softplus": ([rows], {}),
        "silu": ([rows], {}),
        "gelu": ([rows], {"approximate": False}),
        "softmax": ([rows], {"axes": [1]}),
        "log_softmax": ([rows], {"axes": [1]}),
        "logsumexp": ([rows], {"axes": [1], "keepdims": False}),
        "layer_norm": ([rows], {"axes": [1], "epsilon": eps}),
        "rms_norm": ([rows], {"axes": [1], "epsilon": eps}),
        "batch_norm": ([rows, ((5,), "float32"), ((5,), "float32")], {"axis": 1, "epsilon": eps}),
        "dropout": ([rows, ((3, 5), "uint32")], {"rate": {"float": (0.5).hex()}}),
        "sparse_crossentropy_from_logits": ([labels, rows], {"axis": 1}),
        "crossentropy_from_logits": ([rows, rows], {"axis": 1}),
        "sparse_crossentropy": ([labels, rows], {"axis": 1, "epsilon": eps}),
        "crossentropy": ([rows, rows], {"axis": 1, "epsilon": eps}),
        "binary_crossentropy_from_logits": ([rows, rows], {}),
        "binary_crossentropy": ([rows, rows], {"epsilon": eps}),
        "int8_matmul": ([((3, 5), "int8"), ((5, 2), "int8")], {}),
        "int8_convolution": ([((2, 6, 6, 2), "int8"), ((3, 3, 2, 4), "int8")], conv),
        "int8_depthwise": (
            [((2, 6, 6, 2), "int8"), ((3, 3, 2), "int8")],
            {**window, "dilation": [1, 1]},
        ),
        "solve_system": ([matrix, matrix], {}),
        "log_determinant": ([matrix], {}),
        "cholesky_factor": ([matrix], {}),
        "convolution": ([image, kernel], conv),
        "convolution_input_grad": ([filtered, kernel], {"shape": [2, 6, 6, 2], **conv}),
        "convolution_kernel_grad": ([image, filtered], {"size": [3, 3], **conv}),
        "depthwise": ([image, ((3, 3, 2), "float32")], {**window, "dilation": [1, 1]}),
        "depthwise_kernel_grad": (
            [image, image],
            {"size": [3, 3], **window, "dilation": [1, 1]},
        ),
        "max_pool": ([image], pool),
        "max_pool_winners": ([image], pool),
        "max_unpool": ([((2, 7, 7, 2), "uint8"), pooled], {"shape": [2, 6, 6, 2], **pool}),
        "avg_pool": ([image], pool),
        "avg_pool_grad": ([pooled], {"shape": [2, 6, 6, 2], **pool}),
    }
    return found


def _said(attrs: dict[str, Any]) -> dict[str, Any]:
    def said(value: Any) -> Any:
        if isinstance(value, tuple):
            return [said(v) for v in value]
        if isinstance(value, np.dtype):
            return {"dtype": value.name}
        return {"float": value.hex()} if isinstance(value, float) else value

    return {name: said(value) for name, value in attrs.items()}


def portable() -> set[str]:
    """Return the operations that a file may hold, but for `scan` and `item`."""
    rows = PRIMITIVES.items()
    known = {n for n, row in rows if row.is_portable and row.signature.is_complete}
    return (known | {n for n, c in COMPOSITES.items() if c.is_portable}) - {"scan", "item"}


def program_of(
    op: str, operands: list[tuple[tuple[int, ...], str]], attrs: dict[str, Any]
) -> dict[str, Any]:
    """Return the configuration of a file whose program is one operation."""
    nodes: list[dict[str, Any]] = [{"op": "input", "input": i} for i in range(len(operands))]
    row = {"op": op, "of": list(range(len(operands))), "with": attrs}
    several = {"batch_norm": 3, "log_determinant": 2}.get(op, 0)
    items = [{"op": "item", "of": [len(nodes)], "with": {"index": i}} for i in range(several)]
    outputs = [len(nodes) + 1 + i for i in range(several)] or [len(nodes)]
    return {
        "format": PROGRAM,
        "version": VERSION,
        "name": "one",
        "endpoint": "serve",
        "inputs": [[f"x{i}", list(s), d] for i, (s, d) in enumerate(operands)],
        "outputs": {"list": list(range(len(outputs)))},
        "output_names": [f"y{i}" for i in range(len(outputs))],
        "graph": {"nodes": [*nodes, row, *items], "outputs": outputs, "updates": []},
        "knows": [],
        "variables": [],
        "trainable": [],
    }


def hostile_attributes(op: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is wrong, and a program with it, for each attribute of an operation."""
    operands, attrs = case_rows()[op]
    row = PRIMITIVES.get(op) or COMPOSITES[op]
    for name in attrs:
        for value in NEVER:
            if name == "value" and value in (-1, -100, -1_000_000, {"size": [[-7, []]]}):
                continue  # a number to fill with
            if op == "random_bits" and value == [0] * 6:
                continue  # a shape
            yield f"{name}={value!r}"[:80], program_of(op, operands, {**attrs, name: value})
        for extreme in (2**62, [2**62] * 2):
            if name not in ("value", "epsilon"):  # any number will do
                yield f"{name}={extreme!r}", program_of(op, operands, {**attrs, name: extreme})
        rest = {n: v for n, v in attrs.items() if n != name}
        if name not in row.signature.optional:
            yield f"no {name}", program_of(op, operands, rest)
    yield "one more", program_of(op, operands, {**attrs, "__class__": 1})
    yield "no attributes but text", {**program_of(op, operands, attrs), **_with(op, operands, CODE)}
    if operands and op not in ("concat",):
        yield "an operand too many", program_of(op, [*operands, operands[-1]], attrs)
    if operands:
        yield "no operand", program_of(op, [], attrs)
        text = program_of(op, operands, attrs)
        text["graph"]["nodes"][len(operands)]["of"] = [CODE] * len(operands)
        yield "operands of text", text


def _with(op: str, operands: Any, attrs: Any) -> dict[str, Any]:
    return {"graph": program_of(op, operands, attrs)["graph"]}


Arrays = dict[str, dict[str, np.ndarray]]


def file_of(config: dict[str, Any], arrays: Arrays | None = None) -> bytes:
    """Return a file with this configuration."""
    members = {
        "metadata.json": json.dumps({"format": PROGRAM, "cornu_version": "0"}).encode(),
        "config.json": json.dumps(config).encode(),
    }
    for group, named in (arrays or {}).items():
        for key, array in named.items():
            members[f"{group}/{key}.npy"] = npy(array)
    return zipped(members)


def npy(array: np.ndarray) -> bytes:
    """Return an array in NumPy's format."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    """Return the members of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], packed: bool = False) -> bytes:
    """Return a zip of these members."""
    data = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def served(path: Any) -> Any:
    """Load a file, and serve each of its programs once."""
    loaded = cornu.saved_model.load(path)
    for each in getattr(loaded, "endpoints", {"serve": loaded}).values():
        shapes = [[n or 2 for n in spec.shape] for spec in each.inputs]
        if max(map(math.prod, shapes), default=0) < 10**7:  # else it is we who take the memory
            dtypes = (spec.dtype for spec in each.inputs)
            each.serve(*map(np.zeros, shapes, dtypes))
    return loaded


def warm_up(folder: Path) -> None:
    """Serve once: the first time looks for plugins."""
    config = program_of("neg", [((2,), "float32")], {})
    (folder / "m").write_bytes(file_of(config))
    served(folder / "m")
    with sharing:  # and for the threads of BLAS
        pass


# ---- real files, changed


def export_all(folder: Path) -> list[Path]:
    """Export the models whose export is tested elsewhere, and an archive of several programs."""
    from tests.test_export import MODELS, _archive  # imports the runtime of ONNX

    for name, (make, shapes) in MODELS.items():
        cornu.utils.set_random_seed(0)
        model = make()
        if name == "subclassed":
            model(np.zeros((2, *shapes[0]), "float32"))
        model.export(folder / f"{name}.cornu", verbose=False)
    _archive(MODELS["mlp"][0]()).write_out(folder / "archive.cornu", verbose=False)
    return sorted(folder.glob("*.cornu"))


def mutated(data: bytes, seed: int) -> bytes:
    """Return a file in whose configuration some values are others; the same for one seed."""
    rng = random.Random(seed)
    members = members_of(data)
    config = json.loads(members["config.json"])
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _mutate(config, rng)
    members["config.json"] = json.dumps(config).encode()
    return zipped(members)


def _mutate(config: Any, rng: random.Random) -> None:
    places: list[tuple[Any, Any]] = []
    pool: list[Any] = []
    stack = [config]
    while stack:
        holder = stack.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            places.append((holder, key))
            pool.append(value)
            if isinstance(value, (dict, list)):
                stack.append(value)
    holder, key = rng.choice(places)
    kind = rng.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = copy.deepcopy(rng.choice(pool))
    elif kind == 2:
        holder[key] = copy.deepcopy(rng.choice(NEVER))
    elif kind == 3 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(rng.choice(pool)))
    elif kind == 4 and isinstance(holder, dict):
        holder[rng.choice((CODE, "op", "with", "of", "array", "shape"))] = holder.pop(key)
    elif kind == 5:
        holder[key] = rng.choice((0, 1, 2, 3, 7, 1_000, 100_000, 2**31, 2**40, 2**62, -(2**31)))
    elif kind == 6 and isinstance(holder[key], int):
        holder[key] += rng.choice((-2, -1, 1, 2))
    else:
        holder[key] = rng.choice((True, 0.5, "x", [], {}, [[]], "add", "scan", "item"))
