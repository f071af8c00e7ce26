"""This distribution holds a place: it installs with its dependencies, and claims nothing."""

from importlib.metadata import distribution

import cornu_backend_opencl


def test_it_brings_no_plugin_while_it_holds_nothing():
    public = [name for name in vars(cornu_backend_opencl) if not name.startswith("_")]
    assert public == []
    assert list(distribution("cornu-backend-opencl").entry_points) == []


def test_its_version_is_that_of_core():
    assert distribution("cornu-backend-opencl").version == distribution("cornu-core").version
