"""What this distribution hands over: complete, documented, the same after a round trip."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cornu_layers
from cornu import layers
from cornu.base import Constraint, Initializer, Layer, Regularizer
from cornu.plugins import registry

OFFERS = {
    kind: {
        entry.name: entry.object
        for entry in registry.entries(kind)
        if entry.plugin.distribution == "cornu-layers" and entry.name == entry.own_name
    }
    for kind in ("layer", "activation", "initializer", "regularizer", "constraint", "object")
}
LAYERS = OFFERS["layer"]
OURS = [obj for obj in LAYERS.values() if isinstance(obj, type)]


def test_nothing_is_wrong_with_what_is_offered():
    assert all(OFFERS.values())
    assert not [p for p in registry.problems() if p.distribution == "cornu-layers"]


def _public_classes(module_name):
    import importlib
    import pkgutil

    root = importlib.import_module(module_name)
    for info in pkgutil.walk_packages(root.__path__, f"{module_name}."):
        module = importlib.import_module(info.name)
        for name, obj in vars(module).items():
            if inspect.isclass(obj) and obj.__module__ == info.name and not name.startswith("_"):
                yield obj


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        ("layer", Layer),
        ("initializer", Initializer),
        ("regularizer", Regularizer),
        ("constraint", Constraint),
    ],
)
def test_no_class_is_forgotten(kind, base):
    written = {c for c in _public_classes("cornu_layers") if issubclass(c, base)}
    bases = {base for c in written for base in c.__mro__[1:]}
    offered = {*OFFERS[kind].values(), *OFFERS["object"].values()}
    assert written - offered <= bases


@pytest.mark.parametrize(
    "obj", [o for offered in OFFERS.values() for o in offered.values()], ids=lambda o: o.__name__
)
def test_documented(obj):
    text = inspect.getdoc(obj) or ""
    assert obj.__doc__, obj
    first, _, rest = text.partition("\n")
    assert first.rstrip().endswith((".", "$", ":"))
    if obj.__name__ != "Merge" and not obj.__name__.startswith("Base"):
        assert ">>> " in rest


def test_a_layer_imports_only_what_it_needs():
    code = (
        "import sys; from cornu.layers import Dense; Dense(2).build((None, 3)); "
        "print(*(m for m in sys.modules if m.startswith('cornu_layers.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "cornu_layers.core.dense" in loaded
    families = {"attention", "convolutional", "merging", "normalization", "pooling", "recurrent"}
    assert not {f"cornu_layers.{family}" for family in families} & loaded


def test_names_and_aliases_are_those_of_the_stub():
    stub = Path(cornu_layers.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    for entry in registry.entries("layer"):
        if entry.plugin.distribution == "cornu-layers":
            imported = f"import {entry.name} as {entry.name}\n" in stub
            spread = f"    {entry.name} as {entry.name},\n" in stub
            assert imported or spread or f"\n{entry.name} = {entry.object.__name__}\n" in stub


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Convolution2D", "Conv2D"),
        ("MaxPool2D", "MaxPooling2D"),
        ("AvgPool1D", "AveragePooling1D"),
        ("GlobalAvgPool2D", "GlobalAveragePooling2D"),
        ("GlobalMaxPool3D", "GlobalMaxPooling3D"),
    ],
)
def test_older_names(old, new):
    assert getattr(layers, old) is getattr(layers, new)


def test_a_constructor_refuses_a_mistyped_argument():
    with pytest.raises(ValueError, match=r"kernel_initialiser.*Did you mean 'kernel_initializer'"):
        layers.Dense(3, kernel_initialiser="zeros")


def test_weights_survive_a_twin():
    layer = layers.Conv1D(4, 3, kernel_constraint="maxnorm", bias_initializer="normal")
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype("float32")
    expected = layer(x)
    twin = layers.deserialize(layers.serialize(layer))
    twin.build(x.shape) if not twin.built else None
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(x), expected)
