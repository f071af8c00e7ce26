"""This distribution holds a place: it installs with its dependencies, and claims nothing."""

from importlib.metadata import distribution

import cornu_sklearn


def test_it_brings_no_plugin_while_it_holds_nothing():
    public = [name for name in vars(cornu_sklearn) if not name.startswith("_")]
    assert public == []
    assert list(distribution("cornu-sklearn").entry_points) == []


def test_its_version_is_that_of_core():
    assert distribution("cornu-sklearn").version == distribution("cornu-core").version
