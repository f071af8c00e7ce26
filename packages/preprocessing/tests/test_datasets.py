"""Data sets, from files in the form of the real ones: what Keras returns, and nothing is run."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
import os
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

import cornu
from cornu import datasets
from cornu.errors import DataError
from cornu_preprocessing.datasets import plain_pickle, sources
from cornu_preprocessing.files import DownloadError

FOLDER = Path(__file__).parent / "recorded"
RECORDED = json.loads((FOLDER / "datasets.json").read_text(encoding="utf-8"))
RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (7, 28, 28), "uint8")
DIGITS = RNG.integers(0, 10, 7).astype("uint8")


@pytest.fixture
def serve(server, monkeypatch):
    """Serve files in the place of the real ones, with their checksums."""

    def add(name, content):
        server.files[f"/{name}"] = content
        source = dataclasses.replace(
            sources.SOURCES[name],
            base=f"{server.url}/",
            checksum=hashlib.sha256(content).hexdigest(),
        )
        monkeypatch.setitem(sources.SOURCES, name, source)

    return add


def npz(**arrays):
    data = io.BytesIO()
    np.savez(data, **arrays)
    return data.getvalue()


def test_every_source_comes_by_https_with_a_checksum():
    for source in sources.SOURCES.values():
        assert source.base.startswith("https://")
        assert len(source.checksum) in (64, 32)
    with_md5 = [name for name, source in sources.SOURCES.items() if len(source.checksum) == 32]
    assert with_md5 == ["imdb_word_index.json", "reuters_word_index.json"]


def test_mnist(serve, server, cache):
    serve(
        "mnist.npz", npz(x_train=PICTURES, y_train=DIGITS, x_test=PICTURES[:2], y_test=DIGITS[:2])
    )
    for _ in range(2):
        (x_train, y_train), (x_test, y_test) = datasets.mnist.load_data()
    np.testing.assert_array_equal(x_train, PICTURES)
    np.testing.assert_array_equal(y_train, DIGITS)
    assert x_test.shape == (2, 28, 28)
    assert (x_train.dtype, y_test.dtype) == ("uint8", "uint8")
    assert len(server.requests) == 1
    assert (cache / "datasets" / "mnist.npz").is_file()


def test_fashion_mnist(serve, cache):
    for part, count in (("train", 7), ("t10k", 3)):
        head = struct.pack(">4BIII", 0, 0, 8, 3, count, 28, 28)
        serve(
            f"{part}-images-idx3-ubyte.gz",
            gzip.compress(head + PICTURES[:count].tobytes()),
        )
        head = struct.pack(">4BI", 0, 0, 8, 1, count)
        serve(f"{part}-labels-idx1-ubyte.gz", gzip.compress(head + DIGITS[:count].tobytes()))
    (x_train, y_train), (x_test, y_test) = datasets.fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, PICTURES)
    np.testing.assert_array_equal(y_train, DIGITS)
    np.testing.assert_array_equal(x_test, PICTURES[:3])
    np.testing.assert_array_equal(y_test, DIGITS[:3])
    assert (cache / "datasets" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").is_file()


def cifar(folder, batches):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, batch in batches.items():
            content = pickle.dumps(batch, protocol=2)
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def colour(count):
    return RNG.integers(0, 256, (count, 3 * 32 * 32), "uint8")


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_cifar10(serve, data_format, cache):
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    batches = {n: {b"data": colour(2), b"labels": RNG.integers(0, 10, 2).tolist()} for n in names}
    serve("cifar-10-python.tar.gz", cifar("cifar-10-batches-py", batches))
    before = cornu.config.image_data_format()
    cornu.config.set_image_data_format(data_format)
    try:
        (x_train, y_train), (x_test, y_test) = datasets.cifar10.load_data()
    finally:
        cornu.config.set_image_data_format(before)
    planes = np.concatenate([batches[n][b"data"] for n in names[:5]]).reshape(-1, 3, 32, 32)
    moved = planes.transpose(0, 2, 3, 1) if data_format == "channels_last" else planes
    np.testing.assert_array_equal(x_train, moved)
    assert y_train.tolist() == [[k] for n in names[:5] for k in batches[n][b"labels"]]
    assert y_test.tolist() == [[k] for k in batches["test_batch"][b"labels"]]
    assert (len(x_test), x_test.dtype, y_train.dtype) == (2, "uint8", "uint8")
    # where Keras keeps it too; and not unpacked
    assert [p.name for p in (cache / "datasets").iterdir()] == [
        "cifar-10-batches-py-target_archive"
    ]


@pytest.mark.parametrize("mode", ["fine", "coarse"])
def test_cifar100(serve, mode):
    batches = {
        name: {b"data": colour(3), b"fine_labels": [7, 99, 0], b"coarse_labels": [1, 19, 2]}
        for name in ("train", "test")
    }
    serve("cifar-100-python.tar.gz", cifar("cifar-100-python", batches))
    (_, y_train), (x_test, _) = datasets.cifar100.load_data(label_mode=mode)
    assert y_train[:, 0].tolist() == ([7, 99, 0] if mode == "fine" else [1, 19, 2])
    assert x_test.shape == (3, 32, 32, 3)
    with pytest.raises(DataError, match="label_mode='medium'"):
        datasets.cifar100.load_data("medium")


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"), [(n, *case) for n in RECORDED for case in RECORDED[n]]
)
def test_texts_come_as_from_keras(serve, name, kwargs, expected):
    serve(f"{name}.npz", (FOLDER / f"{name}.npz").read_bytes())
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data(**kwargs)
    assert [x_train.tolist(), y_train.tolist(), x_test.tolist(), y_test.tolist()] == expected
    assert x_train.dtype == object


def test_no_text_is_short_enough(serve):
    serve("imdb.npz", (FOLDER / "imdb.npz").read_bytes())
    with pytest.raises(DataError, match="shorter than maxlen=2"):
        datasets.imdb.load_data(maxlen=2)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_word_index(serve, name):
    serve(f"{name}_word_index.json", json.dumps({"the": 1, "café": 2}).encode())
    assert getattr(datasets, name).get_word_index() == {"the": 1, "café": 2}


# What Keras 3.15.1 makes of 13 rows with these arguments.
@pytest.mark.parametrize(
    ("kwargs", "train", "test"),
    [
        ({}, [4, 3, 9, 8, 1, 0, 12, 7, 6, 11], [10, 2, 5]),
        ({"test_split": 0.5, "seed": 1}, [2, 3, 4, 10, 1, 6], [0, 7, 12, 9, 8, 11, 5]),
    ],
)
@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
def test_housing(serve, name, kwargs, train, test):
    x = np.arange(26.0).reshape(13, 2)
    serve(f"{name}.npz", npz(x=x, y=np.arange(13.0)))
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data(**kwargs)
    assert (y_train.tolist(), y_test.tolist()) == (train, test)
    np.testing.assert_array_equal(x_train, x[train])
    np.testing.assert_array_equal(x_test, x[test])


def test_california_housing_small(serve):
    serve("california_housing.npz", npz(x=np.zeros((700, 8)), y=np.arange(700)))
    (_, y_train), (_, y_test) = datasets.california_housing.load_data("small")
    assert sorted([*y_train, *y_test]) == list(range(600))
    for kwargs in ({"version": "tiny"}, {"test_split": 1.0}):
        with pytest.raises(DataError):
            datasets.california_housing.load_data(**kwargs)


def test_the_wrong_file_is_refused_before_it_is_read(serve, server):
    serve("mnist.npz", npz(x_train=PICTURES))
    server.files["/mnist.npz"] = npz(x_train=PICTURES + 1)
    with pytest.raises(DownloadError, match="is not the expected file"):
        datasets.mnist.load_data()


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harm",)


@pytest.mark.parametrize("protocol", range(5))
def test_pickles_of_arrays_and_lists_are_read(protocol):
    ragged = np.empty(2, dtype=object)
    ragged[:] = [[1, 2], [3]]
    found = plain_pickle.read_plain_pickle(
        io.BytesIO(
            pickle.dumps(
                {
                    "u1": np.arange(6, dtype="u1").reshape(2, 3),
                    "f8": np.asfortranarray(np.ones((2, 3)) * [1, 2, 3]),
                    "big": np.arange(3, dtype=">i4"),
                    "ragged": ragged,
                    "plain": (1, "a", [2.5, None], b"x"),
                },
                protocol,
            )
        ),
        "file",
        encoding="latin-1",
    )
    np.testing.assert_array_equal(found["u1"], np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(found["f8"], np.ones((2, 3)) * [1, 2, 3])
    assert found["big"].tolist() == [0, 1, 2]
    assert found["ragged"].tolist() == [[1, 2], [3]]
    assert found["plain"] == (1, "a", [2.5, None], b"x")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_in_a_file_is_ever_run(protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hidden = np.empty(1, dtype=object)
    hidden[0] = Harmful()
    for harmful in (Harmful(), [Harmful()], {"data": hidden}, np.random.default_rng(0), print):
        with pytest.raises(DataError, match="was not run"):
            plain_pickle.read_plain_pickle(io.BytesIO(pickle.dumps(harmful, protocol)), "file")
    (tmp_path / "a.npz").write_bytes(npz(x=hidden))
    with pytest.raises(DataError, match="was not run"):
        plain_pickle.read_npz(tmp_path / "a.npz")
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


# Pickles by hand that misuse the few names that are allowed.
@pytest.mark.parametrize(
    "content",
    [
        b"cnumpy\nndarray\n.",  # the name itself
        b"cnumpy\nndarray\n}b.",  # a state set on the name
        b"cnumpy\nndarray\n(N}tb.",
        b"cnumpy\nndarray\n)R.",  # an array without a state
        b"cnumpy\nndarray\n)\x81.",
        b"c_codecs\nencode\n)R.",
        b"cnumpy\nndarray\n)R(I1\n(I5\ntNI00\nS'x'\ntb.",
        b"cnumpy\nndarray\n)R(I1\n(I5\ntcnumpy\ndtype\n(S'V8'\ntRI00\nS'x'\ntb.",
        b"(lp0\ng0\na.",  # a list that holds itself
        b"garbage",
        b"",
    ],
)
def test_damaged_pickles_are_an_error(content):
    with pytest.raises(DataError, match="file"):
        plain_pickle.read_plain_pickle(io.BytesIO(content), "file")


@pytest.mark.parametrize("content", [b"nothing", npz(x=PICTURES)[:500]])
def test_damaged_archives_are_an_error(content, tmp_path):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz"):
        plain_pickle.read_npz(tmp_path / "a.npz")


def test_an_unknown_data_set_is_met_with_the_right_one():
    with pytest.raises(AttributeError, match="Did you mean 'mnist'"):
        datasets.mnst  # noqa: B018 - looking it up is what fails
    assert "cifar100" in dir(datasets)
