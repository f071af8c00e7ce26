"""Each operation between layers: Keras' file read by Cornu, and Cornu's by Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import cornu
from cornu.errors import BadFileError
from cornu_ops.files.operation_table import BY_CLASS, BY_FUNCTION
from tests.parity.operations import OPERATIONS, Operation
from tests.parity.sides import assert_agree

# No value goes in: what comes out is a constant, and no graph is made.
OF_NOTHING = set(
    "arange linspace geomspace logspace eye identity tri full zeros ones shape ndim size hamming "
    "hanning blackman bartlett kaiser".split()
)
# Cornu computes these from arrays alone: their shape depends on values, or there is no derivative.
OF_ARRAYS = set("nextafter nonzero unique bincount lu_factor pinv matrix_rank lstsq svd eigh eig qr"
                .split())  # fmt: skip
# Classes that are never made between layers: of no value, and a base of others.
NEVER = {"Ndim", "Size", "SegmentReduction"}
# The user's functions are part of these: no file holds code.
OF_FUNCTIONS = set(
    "while_loop scan map vectorized_map associative_scan fori_loop switch cond jvp vectorize "
    "custom_gradient".split()
)
# Keras cannot bring back its own: lists where it wants tuples, arguments exchanged.
WRONG_IN_KERAS = set(
    "adaptive_average_pool adaptive_max_pool histogram conv_transpose quantile norm-axis norm-one "
    "rot90 repeat-each".split()
)
# Keras writes it and JAX fails on it, or it takes no such dtypes when it is symbolic.
NOT_SYMBOLIC = {"squeeze-axis", *(f"{n}-{d}" for n in ("matmul", "dot")
                                  for d in ("bytes", "booleans"))}  # fmt: skip


def _rows(*without: set[str]) -> list[Any]:
    known = set().union(*without, OF_NOTHING, OF_FUNCTIONS)
    return [
        pytest.param(row, id=f"{row.name}-{row.x.dtype}")
        for row in OPERATIONS
        if row.name not in known and row.name.partition("-")[0] not in known
    ]


def _model(k: Any, row: Operation) -> Any:
    x = k.Input(batch_shape=row.x.shape, dtype=row.x.dtype.name)
    return k.Model(x, _leaves(row.call(k.ops, x)))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def _same(again: Any, model: Any, row: Operation) -> None:
    found, expected = ([np.asarray(v) for v in _leaves(m(row.x))] for m in (again, model))
    assert_agree(found, expected, row.name)
    assert [v.dtype for v in found] == [v.dtype for v in expected]


@pytest.mark.parametrize("row", _rows(OF_ARRAYS, WRONG_IN_KERAS))
def test_keras_reads_what_cornu_writes(row: Operation, tmp_path: Any) -> None:
    model = _model(cornu, row)
    model.save(tmp_path / "m.keras")
    _same(keras.models.load_model(tmp_path / "m.keras"), model, row)


@pytest.mark.parametrize("row", _rows(OF_ARRAYS, WRONG_IN_KERAS, NOT_SYMBOLIC))
def test_cornu_reads_what_keras_writes(row: Operation, tmp_path: Any) -> None:
    model = _model(keras, row)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        _same(cornu.models.load_model(tmp_path / name), model, row)


@pytest.mark.parametrize("name", sorted(OF_ARRAYS - {"eig"}))
def test_an_operation_that_is_not_there_is_named(name: str, tmp_path: Any) -> None:
    row = next(row for row in OPERATIONS if row.name.partition("-")[0] == name)
    _model(keras, row).save(tmp_path / "m.keras")
    with pytest.raises(BadFileError, match=f"{name}\\(\\)") as caught:
        cornu.models.load_model(tmp_path / "m.keras")
    assert caught.value.rule == "config"


@pytest.mark.parametrize("name", ["adaptive_average_pool", "histogram"])
def test_what_keras_cannot_read_is_said(name: str, tmp_path: Any) -> None:
    row = next(row for row in OPERATIONS if row.name == name)
    model = _model(cornu, row)
    with pytest.warns(UserWarning, match=f"Keras cannot read this model.*ops.{name}"):
        model.save(tmp_path / "m.keras")
    _same(cornu.models.load_model(tmp_path / "m.keras"), model, row)


def _keys(k: Any) -> Any:
    x = k.Input(batch_shape=(3, 4, 5))
    keys = [(0, 1), (slice(1, None), 2), (..., -1), (slice(None), None, slice(0, 4, 2)), (1,)]
    return k.Model(x, [x[key] for key in keys])


@pytest.mark.parametrize("there", [False, True], ids=["Keras reads", "Cornu reads"])
def test_keys(there: bool, tmp_path: Any) -> None:
    one, two = (keras, cornu) if there else (cornu, keras)
    model = _keys(one)
    model.save(tmp_path / "m.keras")
    x = np.arange(60, dtype="float32").reshape(3, 4, 5)
    again = two.models.load_model(tmp_path / "m.keras")
    for found, expected in zip(again(x), model(x), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_table_has_every_class_of_live_keras() -> None:
    """A class that a later Keras brings, or renames, is seen here."""
    import importlib

    theirs = {
        name: value
        for module in "core einops image linalg math nn numpy".split()
        for name, value in vars(importlib.import_module(f"keras.src.ops.{module}")).items()
        if isinstance(value, type)
        and issubclass(value, keras.Operation)
        and value.__module__ == f"keras.src.ops.{module}"
    }
    missing = set(theirs) - set(BY_CLASS)
    with_functions = set("AssociativeScan Cond ForiLoop Map Scan Switch VectorizedMap WhileLoop JVP"
                         .split())  # fmt: skip
    of_complex_numbers = {"Polar", "ViewAsComplex", "ViewAsReal"}
    assert missing - with_functions - of_complex_numbers - NEVER == set()
    assert all(theirs[row.class_name].__module__ == row.module for row in BY_CLASS.values())
    assert len(BY_FUNCTION) >= len(BY_CLASS)
