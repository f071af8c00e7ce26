"""Real files with bytes changed at random: read as they were meant, or refused by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cornu
from cornu.errors import BadFileError
from cornu_engine.files.rules import RULES

GOLDEN = Path(__file__).parent / "golden"
FILES = ["k224/whole.h5", "k231/opt_Adam.h5", "tfk/whole.keras", "tfk/whole_only.weights.h5",
         "k3/whole.keras", "k3/whole.h5", "k231/whole_only.h5", "k3/zoo_LSTM.keras"]  # fmt: skip
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=16),
            st.integers(0, 63).map(lambda n: (1 << n).to_bytes(8, "little")),
            st.just(None),  # cut out
        ),
    ),
    min_size=1,
    max_size=4,
)


def changed(data, changes):
    found = bytearray(data)
    for place, new in changes:
        at = int(place * len(found))
        if new is None:
            del found[at : at + 7]
        else:
            found[at : at + len(new)] = new
    return bytes(found)


def _error_of(read, path):
    try:
        read(path)
    except BadFileError as error:
        return error
    return None


@pytest.mark.parametrize("name", FILES)
@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(changes=CHANGES)
def test_a_file_with_bytes_changed(name, tmp_path, changes):
    path = tmp_path / "file"
    path.write_bytes(changed((GOLDEN / name).read_bytes(), changes))
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(3, name="d1")])
    for read in (cornu.models.load_model, model.load_weights):
        error = _error_of(read, path)
        assert error is None or error.rule in RULES


# A file with which HDF5 itself would go round in circles.


def test_a_heap_that_does_not_add_up(tmp_path):
    data = bytearray((GOLDEN / "k3/whole.h5").read_bytes())
    heap = data.index(b"GCOL")
    data[heap + 24 : heap + 32] = bytes(8)  # its first object takes no room
    data[heap + 16 : heap + 18] = bytes(2)  # and is the free one
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(BadFileError, match="does not add up"):
        cornu.models.load_model(path)
