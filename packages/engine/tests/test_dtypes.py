"""Dtypes have one object each, and operands meet in one dtype."""

import numpy as np
import pytest

from cornu_engine.dtypes import canonical, result_type

NAMED = ["bool", "int32", "uint8", "float16", "float32", "float64", "longdouble", "longlong"]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("order", ["=", "<", ">"])
def test_dtypes_of_one_meaning_are_one_object(name, order):
    given = np.dtype(name).newbyteorder(order)
    assert canonical(given) is canonical(name) is np.dtype(canonical(name).name)
    array = np.zeros(2, canonical(given))
    assert np.asarray(array, canonical(array.dtype)) is array


@pytest.mark.parametrize(
    ("dtypes", "expected"),  # as keras.backend.result_type of 3.15, which has no 64 bits here
    [
        ((), "float32"),
        ((bool,), "bool"),
        ((int,), "int32"),
        ((bool, float), "float32"),
        (("float16", float), "float16"),
        (("int8", float), "float32"),
        (("int8", int), "int8"),
        (("bool", int), "int32"),
        (("uint8", "int8"), "int16"),
        (("int64", "float16"), "float16"),
        (("bool", "int8", "float32"), "float32"),
        (("float64", int), "float64"),  # ours: Keras says float32
        (("uint32", "int32"), "int64"),  # ours: Keras says int32
    ],
)
def test_operands_meet_in_one_dtype(dtypes, expected):
    assert result_type(*dtypes) is np.dtype(expected)
