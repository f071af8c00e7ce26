"""What the distribution says of itself."""

from importlib.metadata import distribution


def test_it_brings_one_plugin():
    (entry,) = distribution("cornu-backend-opencl").entry_points
    assert (entry.group, entry.value) == ("cornu", "cornu_backend_opencl.plugin")


def test_its_version_is_that_of_core():
    assert distribution("cornu-backend-opencl").version == distribution("cornu-core").version
