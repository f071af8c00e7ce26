"""The file of the kernels: which one is loaded, and what is said of one that cannot be."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

import pytest

from cornu_backend_native import build, library, sources, targets
from cornu_backend_native.backend import NativeBackend
from cornu_engine.errors import BackendError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of kernels of its own, empty."""
    monkeypatch.setattr(library.variants, "__defaults__", (tmp_path,))
    library._library.cache_clear()
    yield tmp_path
    library._library.cache_clear()


def lowest():
    return next(iter(library.variants(library.FOLDER).values()))


def write(folder, content):
    (folder / lowest().name).write_bytes(content)


def whole():
    return lowest().read_bytes()


def built_from():
    return sources.hash_of_sources().encode()


def of_another_processor():
    content = bytearray(whole())
    content[18:20] = b"\xf3\x00"  # e_machine: RISC-V
    return bytes(content)


BROKEN = {
    "nothing": (lambda folder: None, "no kernels"),
    "empty": (lambda folder: write(folder, b""), "cannot be loaded"),
    "header only": (lambda folder: write(folder, whole()[:64]), "ends too early"),
    "half": (lambda folder: write(folder, whole()[: len(whole()) // 2]), "ends too early"),
    "last byte": (lambda folder: write(folder, whole()[:-1]), "ends too early"),
    "no library": (lambda folder: write(folder, b"<html>404</html>" * 9), "cannot be loaded"),
    "other processor": (lambda folder: write(folder, of_another_processor()), "cannot be loaded"),
    "other function": (
        lambda folder: write(folder, whole().replace(b"cornu_pool_new", b"cornu_pool_old")),
        "lacks 'cornu_pool_new'",
    ),
    "other sources": (
        lambda folder: write(folder, whole().replace(built_from(), b"0" * 20)),
        "built from other C",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the files that are damaged here are ELF")
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_library_is_an_error_that_says_what_to_do(case, folder):
    damage, words = BROKEN[case]
    damage(folder)
    with pytest.raises(BackendError, match=words):
        library.library()
    there = NativeBackend().available()
    assert not there
    assert words in there.reason
    assert "hatch run kernels" in there.reason or "pip install" in there.reason


def test_a_missing_kernel_is_an_error():
    with pytest.raises(BackendError, match="lacks 'k_unknown'"):
        library.library().kernel("k_unknown")


def test_the_environment_chooses_a_lower_variant(monkeypatch):
    for name, path in library.variants().items():
        monkeypatch.setenv(library.ISA, name)
        assert library.library().path == path


@pytest.mark.parametrize("name", ["x86-64-v9", "sparc"])
def test_an_unknown_variant_is_an_error_with_those_there_are(name, monkeypatch):
    monkeypatch.setenv(library.ISA, name)
    with pytest.raises(BackendError, match=rf"{name}.*{library.ISA}.*there are for"):
        library.library()


def test_a_higher_variant_than_the_processor_has_is_not_chosen(folder, monkeypatch):
    if next(iter(library.installed())) not in targets.X86:
        pytest.skip("this processor has one variant")
    for path in library.installed().values():
        shutil.copy(path, folder)
    for level in range(len(targets.X86)):
        monkeypatch.setattr(library.Library, "level", lambda _, level=level: level)
        expected = [n for n in library.installed(folder) if n in targets.X86[: level + 1]]
        if expected:
            assert list(library.variants()) == expected
        else:
            with pytest.raises(BackendError, match="here are only those"):
                library.variants()


@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="needs /proc to compare with")
def test_the_level_is_what_the_system_says():
    with open("/proc/cpuinfo") as lines:
        flags = next((set(line.split()) for line in lines if line.startswith("flags")), set())
    level = (flags >= {"avx2", "fma", "bmi2", "f16c", "movbe"}) + (
        flags >= {"avx2", "fma", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
    )
    assert library.library().level() == level


def test_the_build_keeps_what_has_not_changed(tmp_path, monkeypatch):
    target = build.this_machine()
    best = build.best_of_this_machine(target)
    build.build(target, (best,), tmp_path)
    compiled = []
    run = subprocess.run
    monkeypatch.setattr(
        build.subprocess, "run", lambda c, **more: (compiled.append(c), run(c, **more))[1]
    )
    (path,) = build.build(target, (best,), tmp_path)
    assert [command for command in compiled if "-c" in command] == []
    built_from = ctypes.CDLL(os.fspath(path)).cornu_built_from
    built_from.restype = ctypes.c_char_p
    assert built_from().decode() == sources.hash_of_sources()


def test_headers_are_found_through_headers(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    (tmp_path / "a.c").write_text('#include "b.h"\n#include <math.h>\n')
    (tmp_path / "b.h").write_text('  #  include "c.inc"\n')
    (tmp_path / "c.inc").write_text("")
    (tmp_path / "d.h").write_text("")
    (tmp_path / "e.c").write_text("#include BODY\n")

    def names(file):
        return [path.name for path in sources.with_headers(tmp_path / file)]

    assert names("a.c") == ["a.c", "b.h", "c.inc"]
    assert names("e.c") == ["b.h", "c.inc", "d.h", "e.c"]
