"""Models with hostile names, numbers and weights, written in each format that predicts elsewhere.

What readers refuse is attacked elsewhere; here a model is there, from a file or a script, and
attacked is what is written of it. Each file is then used as it is meant to be: by Python, a C
compiler, ONNX' own reader, ours.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import io
import json
import math
import random
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import cornu
from cornu import layers as L
from cornu.errors import SavingError, ShapeError
from cornu_keras.commands import convert
from tests.attack.damage import change_bytes
from tests.attack.programs import members_of, zipped

MARK = "CORNU_ATTACK"  # in all text that is hostile: a word of no program
TEXTS = (
    f"m\n    {MARK}()  # ", f"m\u2028{MARK}()", f"m\x85{MARK}()", f"m\r{MARK}()  #",
    f"'''{MARK}()#", f'"""\n{MARK}()\n"""', f"\\\n{MARK}()", f"{{{MARK}()}}", f"m*/ {MARK}(); /*",
    f"m??/\n{MARK}();", f"*/\n#define int {MARK}\n/*", f"m\\\n#error {MARK}", f"%s%n{MARK}",
    f"\u202e{MARK}", f"\x00{MARK}", f"\x1b[2J{MARK}", "\ud800" + MARK, MARK * 500,
    f"__import__('{MARK}')", "class", "x", "x0", "np", "self", "predict", "_run", "int", "main",
    "float", "weights", "NULL", "0", "", "π", "x.y", "x/y", " ",
)  # fmt: skip
NUMBERS = (
    *(0, 1, -1, 2, 7, 255, 4096, 2**31 - 1, 2**31, 2**40, 2**62, 2**63, 2**64, -(2**31), 10**400),
    *(0.0, -0.0, 0.5, 1e-45, 1e38, 1e39, 1e308, -1e-320, float("inf"), float("-inf"), float("nan")),
    *(True, None, "1", [1], [2, 2], "float64", "float16", "int8", "bfloat16", "valid", "causal"),
)
WEIGHTS = (np.nan, np.inf, -np.inf, 1e-45, -1e-39, 3.4e38, -0.0, 0.0, 1e10, 16777217.0)
# What a program that nobody may run would want.
_NEVER = frozenset("open exec eval compile __import__ getattr setattr globals input print".split())
_IMPORTED = frozenset(
    {"numpy.typing", "__future__", "numpy", "pathlib", "typing", "collections.abc"}
)
_COMPILER = ("gcc",) if shutil.which("gcc") else (sys.executable, "-m", "ziglang", "cc")
_FLAGS = (
    "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O0", "-shared", "-fPIC",
    "-fsanitize=undefined,float-cast-overflow", "-fsanitize-undefined-trap-on-error",
)  # fmt: skip
_REMARKS = re.compile(r"/\*.*?\*/", re.DOTALL)
LARGEST = 1_000_000  # numbers of an input or of the weights: else it is we who take the memory


# Models with names in some places.


def _dense(*names: str) -> Any:
    x = cornu.Input((4,), name=names[0])
    y = L.BatchNormalization(name=names[1])(L.Dense(3, "tanh", name=names[2])(x))
    y = L.Dropout(0.5)(L.LeakyReLU(0.25, name=names[3])(y))
    return cornu.Model(x, {names[4]: L.Dense(2, "softmax")(y), "same": y * 0.75}, name=names[5])


def _pictures(*names: str) -> Any:
    x = cornu.Input((6, 5, 2), name=names[0])
    y = L.Conv2D(4, 3, padding="same", activation="relu", name=names[1])(L.Rescaling(0.5)(x))
    y = L.DepthwiseConv2D(2, name=names[2])(L.MaxPooling2D(2, 1, name=names[3])(y))
    y = L.ZeroPadding2D(1, name=names[4])(L.GroupNormalization(2)(y))
    return cornu.Model(x, L.Dense(2)(L.Flatten()(y)), name=names[5])


def _series(*names: str) -> Any:
    x = cornu.Input((5,), dtype="int32", name=names[0])
    y = L.LSTM(3, return_sequences=True, name=names[1])(L.Embedding(9, 4, name=names[2])(x))
    y = L.LayerNormalization(name=names[3])(L.Bidirectional(L.GRU(2))(y))
    return cornu.Model(x, L.Dense(1, "sigmoid", name=names[4])(y), name=names[5])


def _bytes(*names: str) -> Any:
    x = cornu.Input((4,), name=names[0])
    y = L.Dense(2, name=names[2])(L.Dense(3, "relu", name=names[1])(x))
    model = cornu.Model(
        x, [L.Dense(2, name=names[3])(y), L.Softmax(name=names[4])(y)], name=names[5]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what has no weights
        model.quantize("int8")
    return model


MODELS: tuple[Callable[..., Any], ...] = (_dense, _pictures, _series, _bytes)
NAMES = tuple(f"name_{i}" for i in range(6))


def model_of_script(path: Path) -> Any:
    """Return the model that a file with a number stands for: names and weights are hostile."""
    draw = random.Random(int(path.read_text()))
    cornu.set_seed(0)
    names = [draw.choice(TEXTS) if draw.random() < 0.4 else name for name in NAMES]
    try:
        model = draw.choice(MODELS)(*names)
    except ValueError:
        return None  # a name that is refused
    for weight in model.weights:
        if draw.random() < 0.3:
            value = weight.numpy()
            _spoil(value, draw)
            weight.assign(value)
    return model


def hostile_file(seed: int) -> bytes:
    """Return a `.keras` file, which readers may take, with numbers or weights that are others."""
    draw = random.Random(seed)
    members = dict(_members(draw.randrange(len(MODELS))))
    if draw.random() < 0.5:
        members["model.weights.h5"] = _with_spoilt_weights(members["model.weights.h5"], draw)
    config = json.loads(members["config.json"])
    if draw.random() < 0.7:
        _spoil_numbers(config, draw)
    names = {name: draw.choice(TEXTS) for name in NAMES if draw.random() < 0.1}
    members["config.json"] = json.dumps(_renamed(config, names)).encode()
    return zipped(members)


@cache
def _members(number: int) -> dict[str, bytes]:
    cornu.set_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        MODELS[number](*NAMES).save(Path(folder, "m.keras"))
        found = members_of(Path(folder, "m.keras").read_bytes())
    metadata = json.loads(found["metadata.json"])
    metadata.pop("checksums", None)  # as of files of Keras
    return {**found, "metadata.json": json.dumps(metadata).encode()}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(k, k): _renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def _spoil_numbers(config: Any, draw: random.Random) -> None:
    places, waiting = [], [config]
    while waiting:
        holder = waiting.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, dict | list):
                waiting.append(value)
            elif not isinstance(value, str) or value.startswith(("float", "valid", "same", "int")):
                places.append((holder, key))
    for holder, key in draw.sample(places, draw.choice((1, 1, 2))):
        holder[key] = draw.choice(NUMBERS)


def _with_spoilt_weights(data: bytes, draw: random.Random) -> bytes:
    file = io.BytesIO(data)
    with h5py.File(file, "r+") as weights:
        arrays: list[Any] = []
        weights.visititems(lambda _, item: arrays.append(item) if hasattr(item, "dtype") else None)
        for array in draw.sample(arrays, draw.randrange(1, len(arrays) + 1)):
            numbers = array[()]
            _spoil(numbers, draw)
            array[...] = numbers
    return file.getvalue()


def _spoil(numbers: np.ndarray, draw: random.Random) -> None:
    whole = numbers.dtype.kind in "iu"
    value = np.iinfo(numbers.dtype).min if whole else draw.choice(WEIGHTS)
    numbers[...] = np.where(
        draw.random() < 0.5 or np.indices(numbers.shape).sum(0) == 0, value, numbers
    )


# ---- what is made of it


def from_file(path: Path) -> list[tuple[Path, Any]]:
    """Load a model and write it."""
    return _written(cornu.models.load_model(path), path)


def from_script(path: Path) -> list[tuple[Path, Any]]:
    """Make a model and write it."""
    return _written(model_of_script(path), path)


def converted(path: Path) -> None:
    """Convert any file at all by `cornu convert`: it is done, or said in one line why not."""
    said = io.StringIO()
    given = argparse.Namespace(file=str(path), to=str(path.with_name("converted.py")))
    given.overwrite = True
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        code = convert.run(given)
    text = said.getvalue()
    assert (code, text) == (0, "") or (code == 2 and len(text) < 1100), text
    assert text.removesuffix("\n").isprintable(), text


@cache
def _files() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        model = _dense(*NAMES)
        paths = [Path(folder, f"m{ending}") for ending in (*USES, ".keras", ".h5")]
        for path in paths:
            (model.save if path.suffix in (".keras", ".h5") else model.export)(path)
        return [path.read_bytes() for path in paths]


def hostile_to_convert(seed: int) -> bytes:
    """Return a damaged file of any of the formats, those that `convert` does not read as well."""
    draw = random.Random(seed)
    data = bytearray(draw.choice(_files()))
    for _ in range(draw.choice((0, 1, 4))):
        change_bytes(data, draw)
    return bytes(data)


def _written(model: Any, path: Path) -> list[tuple[Path, Any]]:
    """Write a model in all formats, and return the files with the model."""
    if model is None or any(_size(x) > LARGEST for x in [*model.inputs, *model.weights]):
        return []
    made = []
    for ending in USES:
        written = path.with_name(f"m{ending}")
        with suppress(SavingError, ShapeError):
            model.export(written, verbose=False)
            made.append((written, model))
    return made


def _size(of: Any) -> int:
    return math.prod(n or 1 for n in of.shape)


def unusable(made: list[tuple[Path, Any]]) -> str:
    """Use each file as it is meant to be; return what is wrong with one, or nothing."""
    for path, model in made:
        draw = np.random.default_rng(0)
        xs = [draw.uniform(0, 3, (1, *x.shape[1:])).astype(x.dtype) for x in model.inputs]
        with np.errstate(all="ignore"):
            fault = USES[path.suffix](path, xs, model)
        if fault:
            return f"{path.suffix}: {fault}"
    return ""


def _predicted(model: Any, xs: list[np.ndarray], backend: str | None = None) -> list[np.ndarray]:
    cornu.set_backend(backend)
    try:
        model.compile(optimizer=None)
        return cornu.tree.flatten(model.predict(xs if len(xs) > 1 else xs[0], verbose=0))
    finally:
        cornu.set_backend(None)


def _python(path: Path, xs: list[np.ndarray], model: Any) -> str:
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and (node.id in _NEVER or MARK in node.id):
            return f"says {node.id}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or alias.name for alias in node.names]
            if not set(names) <= _IMPORTED:
                return f"imports {names}"
    found = cornu.tree.flatten(runpy.run_path(str(path))["predict"](*xs))
    for one, other in zip(found, _predicted(model, xs, "numpy"), strict=True):
        if not np.array_equal(one, other, equal_nan=True):
            return f"computes {one} for {other}"
    return ""


def _c(path: Path, xs: list[np.ndarray], model: Any) -> str:
    text = path.read_text(encoding="ascii")
    if MARK in _REMARKS.sub("", text + path.with_suffix(".h").read_text(encoding="ascii")):
        return "says what is hostile outside of remarks"
    library = path.with_suffix(f".{path.stat().st_mtime_ns}.so")  # of one name, one is loaded once
    done = subprocess.run(
        [*_COMPILER, *_FLAGS, "-o", library, path, "-lm"], capture_output=True, text=True
    )
    if done.returncode:
        return f"does not compile: {done.stderr[:300]}"
    expected = _predicted(model, xs)
    found = [np.zeros_like(y) for y in expected]
    arrays = [np.ascontiguousarray(a).ctypes.data_as(ctypes.c_void_p) for a in (*xs, *found)]
    code = ctypes.CDLL(str(library)).m_predict(*arrays)
    if code:
        return f"returns {code}"
    if any(not np.all(np.abs(w.numpy()) < 1e4) for w in model.weights):
        return ""  # large numbers may cancel, and then no digit is sure
    for one, other in zip(found, expected, strict=True):
        if not np.allclose(one, other, 1e-3, 1e-4, equal_nan=True):
            return f"computes {one} for {other}"
    return ""


def _onnx(path: Path, xs: list[np.ndarray], model: Any) -> str:
    import onnx

    onnx.checker.check_model(str(path))
    return ""


def _cornu(path: Path, xs: list[np.ndarray], model: Any) -> str:
    cornu.saved_model.load(path).serve(*xs)
    return ""


USES: dict[str, Callable[[Path, list[np.ndarray], Any], str]] = {
    ".py": _python, ".c": _c, ".onnx": _onnx, ".cornu": _cornu,
}  # fmt: skip
