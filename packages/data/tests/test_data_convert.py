"""What becomes an array, and what is refused with which words."""

import numpy as np
import pytest

from cornu_data import is_arrays
from cornu_data.convert import as_array, as_arrays
from cornu_engine.errors import DataError

INT32 = np.iinfo(np.int32)


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.zeros(2, "float64"), "float32"),
        (np.zeros(2, "float16"), "float32"),
        (np.zeros(2, ">f4"), "float32"),
        ([0.5, 1], "float32"),
        (np.arange(3), "int32"),
        (np.array([INT32.max + 1]), "int64"),
        (np.array([0, 2**63 - 1], "uint64"), "int64"),
        (np.array([0, 2**63], ">u8"), "uint64"),
        (np.array([-1, 3]), "int32"),
        (np.zeros((0, 2), "uint64"), "int32"),
        (np.array([INT32.min, INT32.max]), "int32"),
        (np.zeros(2, "uint8"), "uint8"),
        (np.zeros(2, "int16"), "int16"),
        (np.zeros(2, ">i4"), "int32"),
        ([True, False], "bool"),
    ],
)
def test_dtypes(given, dtype):
    array = as_array(given, "x")
    assert array.dtype == np.dtype(dtype)
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, np.asarray(given))


def test_arrays_that_fit_are_not_copied():
    for x in (np.zeros((3, 2), "float32"), np.zeros(3, "int32"), np.zeros((2, 2), "uint8")):
        assert np.shares_memory(as_array(x, "x"), x)


def test_arrays_are_contiguous():
    assert as_array(np.zeros((3, 4), "float32").T, "x").flags.c_contiguous


class Frame:
    """What a pandas frame looks like from outside."""

    def __init__(self, columns):
        self.columns = columns
        self.dtypes = {name: np.asarray(values).dtype for name, values in columns.items()}

    def __array__(self, dtype=None, copy=None):
        return np.array(list(self.columns.values()), dtype=object if self.mixed else dtype).T

    @property
    def mixed(self):
        return len({d.kind for d in self.dtypes.values()}) > 1


def test_frames_are_arrays():
    array = as_array(Frame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), "x")
    np.testing.assert_array_equal(array, [[1, 3], [2, 4]])


def test_frames_of_several_dtypes_are_floats():
    pd = pytest.importorskip("pandas", reason="frames are those of pandas")
    frame = pd.DataFrame(
        {
            "float": [0.5, 1.5],
            "whole": [1, 2],
            "flag": [True, False],
            "nullable": pd.array([3, None], dtype="Int64"),
        }
    )
    found = as_array(frame, "x")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[0.5, 1, 1, 3], [1.5, 2, 0, np.nan]])
    assert as_array(frame["whole"], "y").dtype == np.int32
    np.testing.assert_array_equal(as_array(frame["nullable"], "y"), [3, np.nan])
    with pytest.raises(DataError, match="Columns city of x"):
        as_array(frame.assign(city=["Bonn", "Ulm"]), "x")


def test_sparse_matrices_become_dense():
    class Sparse:
        def toarray(self):
            return np.eye(3)

    assert is_arrays(Sparse())
    np.testing.assert_array_equal(as_array(Sparse(), "x"), np.eye(3))


def test_frames_name_the_columns_at_fault():
    frame = Frame({"age": [1.0, 2.0], "city": np.array(["Bonn", "Ulm"], object)})
    with pytest.raises(DataError, match=r"Columns city of x .*x\.drop\(columns=\['city'\]\)"):
        as_array(frame, "x")
    frame = Frame({0: [1.0, 2.0], 1: np.array(["Bonn", "Ulm"], object)})
    with pytest.raises(DataError, match=r"Columns 1 of x .*x\.drop\(columns=\[1\]\)"):
        as_array(frame, "x")
    frame = Frame({"age": np.array([1, 2.5], object)})
    with pytest.raises(
        DataError, match=r"Columns age of x hold numbers.*x = x\.astype\('float32'\)"
    ):
        as_array(frame, "x")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.array([1, None], object), r"object array of shape \(2,\).*astype\('float32'\)"),
        (np.array([[1, 2], [3]], object), r"object array: its rows are lists.*pad_sequences\(x\)"),
        ([[1, 2], [3]], r"rows of x have different lengths \(2, 1.*pad_sequences"),
        (np.array(["a", "b"]), r"x holds text.*np\.unique"),
        (np.array(["2020-01-01"], "datetime64[D]"), r"dates or durations"),
        (np.zeros(2, "f4,i4"), r"fields f0, f1.*np\.stack\(\[x\[f\] for f in x\.dtype\.names\]"),
        (np.zeros(2, complex), r"complex128, which no program holds"),
    ],
)
def test_what_holds_no_numbers_is_refused(given, words):
    with pytest.raises(DataError, match=words):
        as_array(given, "x")


def test_structures_keep_their_form_and_name_their_parts():
    found = as_arrays({"a": [1.0, 2.0], "b": (np.zeros(2), None)}, "x")
    assert found["a"].dtype == np.float32
    assert found["b"][1] is None
    with pytest.raises(DataError, match=r"x\['b'\]\[1\] holds text"):
        as_arrays({"b": [np.zeros(2), np.array(["no"])]}, "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros(2), True),
        ([np.zeros(2), np.zeros(2)], True),
        ({"a": np.zeros(2)}, True),
        ([[1, 2], [3, 4]], True),
        ((x for x in ()), False),
        (range(3).__iter__(), False),
        (lambda: None, False),
    ],
)
def test_data_is_told_from_what_makes_data(value, expected):
    assert is_arrays(value) is expected
