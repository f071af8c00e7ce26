"""What the distribution brings, and under which names."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import distribution

import pytest

import cornu
from cornu.errors import MissingDistributionError
from cornu.installing import how_to_install
from cornu.plugins import registry
from cornu.plugins.registry import Registry
from cornu_preprocessing import catalogue, plugin


def test_its_version_is_that_of_core():
    assert distribution("cornu-preprocessing").version == distribution("cornu-core").version


def test_its_plugin_is_found_by_its_entry_point():
    points = distribution("cornu-preprocessing").entry_points.select(group="cornu")
    assert [(p.name, p.value) for p in points] == [
        ("cornu-preprocessing", "cornu_preprocessing.plugin")
    ]


def test_every_layer_of_the_catalogue_is_in_the_registry():
    for name in (*catalogue.FEATURE_LAYERS, *catalogue.IMAGE_LAYERS):
        assert getattr(cornu.layers, name) is registry.lookup("layer", name)


@pytest.mark.parametrize("name", ["datasets", "image", "sequence", "text"])
def test_the_modules_of_keras_are_these(name):
    path = "cornu.datasets" if name == "datasets" else f"cornu.preprocessing.{name}"
    assert import_module(path) is import_module(f"cornu_preprocessing.{name}")


@pytest.mark.parametrize("name", plugin.UTILITIES)
def test_the_utilities_of_keras_3_are_these(name):
    assert getattr(cornu.utils, name).__doc__


def test_a_missing_name_says_what_to_install_this_for():
    line = re.escape(how_to_install("cornu-layers", "cornu-preprocessing"))
    with pytest.raises(MissingDistributionError, match=line):
        Registry(lambda: []).attribute("layer", "Normalization")
