"""What the distribution says of itself."""

from importlib.metadata import distribution


def test_it_brings_one_backend():
    (entry,) = distribution("cornu-backend-opencl").entry_points
    assert (entry.group, entry.value) == (
        "cornu_backends",
        "cornu_backend_opencl.backend:OpenCLBackend",
    )


def test_its_version_is_that_of_the_engine():
    assert distribution("cornu-backend-opencl").version == distribution("cornu-engine").version
