"""The rules under which files are read, with core alone."""

from __future__ import annotations

import io
import pickle
import zipfile

import h5py
import numpy as np
import pytest

import cornu
from cornu.errors import BadFileError, NotBuiltError
from cornu.models import load_model
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_engine.files.archive import Archive
from cornu_engine.files.hdf5 import Dataset, open_hdf5
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import RULES, Limits, is_reading, limits_for, reading
from cornu_engine.variable import Variable, later, without_memory


def hdf5(write):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return buffer


# JSON


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a": 1, "a": 2}', "json"),
        ('{"a": NaN}', "json"),
        ('{"a": Infinity}', "json"),
        ('{"a": -1e999}', "json"),
        ("[1]", "json"),
        ("{", "json"),
        (b"\xff", "json"),
        ('{"a":' * 1001 + "1" + "}" * 1001, "json"),
        ('{"a": ' + "9" * 30 + "}", "json"),
        ('{"num_thresholds": 1000000000}', "size"),
        (" " * (8 * 2**20 + 1), "size"),
    ],
)
def test_json_that_is_refused(text, rule):
    with pytest.raises(BadFileError) as caught:
        read_json(text, Limits())
    assert caught.value.rule == rule in RULES


def test_brackets_in_texts_do_not_nest():
    assert read_json('{"a": "' + "[" * 1000 + '\\""}', Limits())["a"][0] == "["


# Zip


def test_an_archive_gives_its_weights_without_unpacking(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", bytes(range(256)) * 10)
    with open(path, "rb") as file:
        window = Archive(file, Limits()).open("model.weights.h5")
        window.seek(-6, 2)
        assert window.read() == bytes(range(250, 256))
        window.seek(256)
        assert window.read(3) == b"\0\1\2"
        assert window.tell() == 259


# HDF5


def test_what_a_file_holds_is_known_before_it_is_read():
    def write(file):
        file.create_dataset("a/b", data=np.arange(6.0).reshape(2, 3))
        file.attrs["text"], file.attrs["names"] = "ü", np.array([b"x", b"yy"])

    with open_hdf5(hdf5(write), Limits()) as root:
        found = root.get("a/b")
        assert isinstance(found, Dataset)
        assert (found.shape, found.nbytes) == ((2, 3), 48)
        np.testing.assert_array_equal(found.read(), np.arange(6.0).reshape(2, 3))
        assert root.attribute("text") == "ü"
        assert root.texts("names") == ["x", "yy"]
        assert root.get("nothing") is root.get("a/b/c") is root.attribute("nothing") is None
        assert [item.path for item in root.walk()] == ["a", "a/b"]


def test_bfloat16_is_read_as_the_upper_half_of_float32():
    def write(file):
        halves = (np.array([1.5, -2.0], "float32").view(np.uint32) >> 16).astype(np.uint16)
        file.create_dataset("x", data=halves.view("V2"))
        file["x"].attrs["dtype"] = "bfloat16"

    with open_hdf5(hdf5(write), Limits()) as root:
        np.testing.assert_array_equal(root.get("x").read(), [1.5, -2.0])


def test_the_limit_is_for_all_arrays_together():
    def write(file):
        for name in "abc":
            file[name] = np.zeros(100, "float32")

    with open_hdf5(hdf5(write), Limits(total=800)) as root:
        root.get("a").read()
        root.get("b").read()
        with pytest.raises(BadFileError, match="Pass max_bytes"):
            root.get("c").read()


# Memory


def test_weights_have_no_memory_until_they_are_filled():
    with without_memory() as pending:
        huge = Variable(later(np.ones, (10**6, 10**6), "float32"), name="huge")
    assert huge.shape == (10**6, 10**6)
    assert not huge.has_memory
    assert list(pending.makers) == [huge]
    with without_memory():
        small = Variable(later(np.ones, (2,), "float32"))
    small.fill(np.array([3, 4], "float32"))
    assert small.has_memory
    np.testing.assert_array_equal(small.numpy(), [3, 4])


def test_other_variables_may_take_what_is_allowed():
    with without_memory(allowed=100):
        Variable(np.zeros(20, "float32"))
        with pytest.raises(MemoryError):
            Variable(np.zeros(20, "float32"))


# The one exception


def test_everything_that_is_wrong_is_one_exception():
    for error, rule in ((MemoryError("x"), "size"), (KeyError("x"), "damaged"),
                        (RecursionError(), "json"), (ValueError("x"), "damaged")):  # fmt: skip
        with pytest.raises(BadFileError) as caught, reading("file"):
            raise error
        assert caught.value.rule == rule in RULES
    with reading("file"):
        assert is_reading()
    assert not is_reading()
    with pytest.raises(NotBuiltError), reading("file"):
        raise NotBuiltError("the user's own mistake")


def test_the_exception_survives_a_pickle():
    again = pickle.loads(pickle.dumps(BadFileError("why", "links")))
    assert (str(again), again.rule) == ("why (rule: links)", "links")


def test_max_bytes_is_a_number(tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    assert limits_for(tmp_path / "f").total == Limits.total
    assert limits_for(tmp_path / "f", 5).total == 5
    for wrong in (-1, True):
        with pytest.raises(ValueError, match="max_bytes"):
            limits_for(tmp_path / "f", wrong)


def test_shapes_are_those_of_the_configuration(parts, tmp_path):
    model = cornu.Sequential([cornu.Input((4,)), parts.Linear(3, name="a")], name="s")
    path = tmp_path / "m.keras"
    with CustomObjectScope({"Linear": parts.Linear}):
        model.save(path)
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        members["config.json"] = members["config.json"].replace(b'"units": 3', b'"units": 30000000')
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        with pytest.raises(BadFileError, match=r"\(4, 30000000\)") as caught:
            load_model(path)
    assert caught.value.rule == "shapes"
