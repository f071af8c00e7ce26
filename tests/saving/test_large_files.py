"""The work of reading grows with the size of a file, not faster: calls are counted, not seconds."""

from __future__ import annotations

import json
import sys
import zipfile

import pytest

import cornu
from cornu import layers
from cornu.errors import BadFileError
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import Limits, limits_for
from cornu_keras.files.yamltext import read_yaml


def calls_of(function):
    """Return how many calls of functions, and resumptions of generators, `function` makes."""
    count = 0

    def note(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def sequential(n, layer=None):
    make = layer or (lambda: layers.Activation("relu"))
    return cornu.Sequential([cornu.Input((4,)), *(make() for _ in range(n))])


def added(n):
    model = cornu.Sequential([cornu.Input((4,))])
    for _ in range(n):
        model.add(layers.Activation("relu"))
    return model


def functional(n):
    x = inputs = cornu.Input((4,))
    for _ in range(n):
        x = layers.Activation("relu")(x)
    return cornu.Model(inputs, x)


def wide(n):
    x = cornu.Input((4,))
    return cornu.Model(x, [layers.Dense(1)(x) for _ in range(n)])


def popped(model):
    for _ in model.layers:
        model.pop()


def backwards(model):
    config = json.loads(model.to_json())
    config["config"]["layers"].reverse()
    return json.dumps(config)


def shared(n):
    """A layer that is called n times, and n layers that wait for the last of its calls."""
    inputs = x = cornu.Input((4,))
    often = layers.Activation("relu", name="often")
    for _ in range(n):
        x = often(x)
    return cornu.Model(inputs, [layers.Activation("tanh")(x) for _ in range(n)])


def saved(model, name, folder):
    path = folder / name
    model.save(path) if "weights" not in name else model.save_weights(path)
    return path


def dense(n):
    return sequential(n, lambda: layers.Dense(4))


def compiled(n):
    model = dense(n)
    model.compile("adam", "mse", metrics=["mae"])
    return model


def of_many_outputs(n):
    model = wide(n)
    model.compile("sgd", ["mse"] * n, metrics=[["mae"]] * n)
    return model


def with_assets(path, n):
    with zipfile.ZipFile(path, "a") as archive:
        for i in range(n):
            archive.writestr(f"assets/layers/string_lookup_{i}/vocabulary.txt", "a")
    return path


from_json = cornu.models.model_from_json
load = cornu.models.load_model

# What is made beforehand of the size n and a folder, and what is counted.
CASES = {
    "Sequential, a list": (lambda n, f: None, lambda n, _: sequential(n)),
    "Sequential, add": (lambda n, f: None, lambda n, _: added(n)),
    "Sequential, pop": (lambda n, f: sequential(n), lambda n, m: popped(m)),
    "functional": (lambda n, f: None, lambda n, _: functional(n)),
    "functional, many outputs": (lambda n, f: None, lambda n, _: wide(n)),
    "Dense layers": (lambda n, f: None, lambda n, _: dense(n)),
    "compile": (lambda n, f: dense(n), lambda n, m: m.compile("adam", "mse")),
    "compile, many outputs": (lambda n, f: None, lambda n, _: of_many_outputs(n)),
    "to_json": (lambda n, f: functional(n), lambda n, m: m.to_json()),
    "summary": (lambda n, f: functional(n), lambda n, m: m.summary(print_fn=lambda line: None)),
    "JSON": (lambda n, f: sequential(n).to_json(), lambda n, text: from_json(text)),
    "JSON of a graph": (lambda n, f: functional(n).to_json(), lambda n, text: from_json(text)),
    "JSON of a graph backwards": (
        lambda n, f: backwards(functional(n)), lambda n, text: from_json(text)),
    "JSON of a layer called often": (
        lambda n, f: backwards(shared(n)), lambda n, text: from_json(text)),
    "YAML": (lambda n, f: functional(n).to_yaml(),
             lambda n, text: cornu.models.model_from_yaml(text)),
    "writing .keras": (lambda n, f: (compiled(n), f), lambda n, x: saved(x[0], "m.keras", x[1])),
    "writing .h5": (lambda n, f: (compiled(n), f), lambda n, x: saved(x[0], "m.h5", x[1])),
    ".keras": (lambda n, f: saved(compiled(n), "m.keras", f), lambda n, path: load(path)),
    ".keras, many outputs": (
        lambda n, f: saved(of_many_outputs(n), "m.keras", f), lambda n, path: load(path)),
    ".keras with assets": (
        lambda n, f: with_assets(saved(sequential(n), "m.keras", f), n),
        lambda n, path: load(path)),
    ".h5": (lambda n, f: saved(compiled(n), "m.h5", f), lambda n, path: load(path)),
    "weights .h5": (
        lambda n, f: (dense(n), saved(dense(n), "m.weights.h5", f)),
        lambda n, x: x[0].load_weights(x[1])),
    "a model within a model": (
        lambda n, f: saved(cornu.Sequential([cornu.Input((4,)), dense(n)]), "m.h5", f),
        lambda n, path: load(path)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_work_grows_with_size(name, tmp_path):
    prepare, work = CASES[name]
    counts = []
    for n in (20, 40, 80, 120):  # the first, to warm up
        folder = tmp_path / str(n)
        folder.mkdir()
        prepared = prepare(n, folder)
        counts.append(calls_of(lambda n=n, prepared=prepared: work(n, prepared)))
    bend = counts[3] - 2 * counts[2] + counts[1]  # 0 for work a + b n; 3200 c for a + b n + c n²
    assert bend < 0.001 * counts[3], counts


# What asks for more than n log n is refused.


def test_as_many_layers_as_anybody_has():
    from_json(sequential(2_000).to_json())


def test_a_file_of_too_many_layers():
    config = json.loads(sequential(1).to_json())
    one = config["config"]["layers"][-1]
    config["config"]["layers"].extend(
        {**one, "config": {**one["config"], "name": f"a{i}"}} for i in range(30_000)
    )
    with pytest.raises(BadFileError, match="more work") as caught:
        from_json(json.dumps(config))
    assert caught.value.rule == "size"


def test_who_allows_more_bytes_allows_more_work(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    assert limits_for(tmp_path / "f", 2**30).work == 16 * Limits().work


@pytest.mark.parametrize("text", ["? [1, 2]\n: 3", "? {a: 1}\n: 2", "? !!python/tuple [1]\n: 2"])
def test_a_key_of_yaml_is_a_text(text):
    with pytest.raises(BadFileError, match="a key that is no text"):
        read_yaml(text, Limits())


def test_the_work_for_a_key_that_stands_twice():
    def read(n):
        with pytest.raises(BadFileError, match="twice"):
            read_json(json.dumps(dict.fromkeys(map(str, range(n))))[:-1] + ', "0": 1}', Limits())

    read(10)
    counts = [calls_of(lambda n=n: read(n)) for n in (400, 800, 1200)]
    assert counts[2] - 2 * counts[1] + counts[0] < 0.01 * counts[2]
