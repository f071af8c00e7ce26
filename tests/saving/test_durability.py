"""After a crash in the middle of saving, the file is the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.models import load_model

KILLS = 200


def numbers_in(path):
    """Return the different numbers among the weights of a file."""
    model = load_model(path)
    return np.unique(np.concatenate([w.ravel() for w in model.get_weights()]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor SIGKILL")
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_killed_while_it_saves(name, tmp_path):
    path = tmp_path / name
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "CORNU_NUM_THREADS": "1"}
    saver = subprocess.Popen(
        [sys.executable, "-m", "tests.saving.saver"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    random_delay = random.Random(0)
    seen = set()
    try:
        _say(saver, str(path))
        seconds = float(saver.stdout.readline())
        for _ in range(KILLS // 2):
            _say(saver, "go")
            child, _ = int(saver.stdout.readline()), saver.stdout.readline()
            time.sleep(random_delay.uniform(0.0, 4 * seconds))
            os.kill(child, signal.SIGKILL)
            assert saver.stdout.readline().strip() == "gone"
            found = numbers_in(path)
            assert found.size == 1, "weights of two saves in one file"
            seen.add(float(found[0]))
    finally:
        saver.kill()
        saver.wait()
        saver.stdin.close()
        saver.stdout.close()
    assert len(seen) > 3, "the kills came before anything was saved"
    load_model(path).save(path)  # what the killed left behind is swept by the next
    assert [p.name for p in tmp_path.iterdir()] == [name]


def _say(process, line):
    process.stdin.write(line + "\n")
    process.stdin.flush()


# Writes that fail


def a_model(number):
    model = cornu.Sequential([cornu.Input((8,)), layers.Dense(16, name="a")], name="m")
    model.set_weights([np.full(w.shape, number, w.dtype) for w in model.get_weights()])
    return model


SAVES = {
    "model.keras": lambda model, path: model.save(path),
    "model.h5": lambda model, path: model.save(path),
    "model": lambda model, path: model.save(path),
    "w.weights.h5": lambda model, path: model.save_weights(path),
    "w.h5": lambda model, path: model.save_weights(path),
}


def is_whole(path, number):
    model = a_model(-1.0)
    if path.name.startswith("w."):
        model.load_weights(path)
    else:
        model = load_model(path)
    return all((w == number).all() for w in model.get_weights())


@pytest.mark.filterwarnings("ignore:.*has no extension")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("name", SAVES)
@pytest.mark.parametrize("before", [True, False], ids=["over a file", "a new file"])
def test_the_disk_is_full_after_n_bytes(name, before, tmp_path):
    import resource

    path, save = tmp_path / name, SAVES[name]
    save(a_model(2.0), path)
    size = path.stat().st_size
    new = a_model(3.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in [0, 1, 29, 30, 31, *range(64, size, max(size // 16, 1)), size - 1]:
        path.unlink(missing_ok=True)
        if before:
            save(a_model(2.0), path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(OSError, match="was not written") as caught:
                save(new, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert caught.value.errno == errno.EFBIG
        assert [p.name for p in tmp_path.iterdir()] == ([name] if before else [])
        assert not before or is_whole(path, 2.0)


def _error_of(save, model, path):
    try:
        save(model, path)
    except OSError as error:
        return error
    return None


STEPS = ["os.fsync", "os.replace", "builtins.open"]


@pytest.mark.filterwarnings("ignore:.*has no extension")
@pytest.mark.parametrize("name", SAVES)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_the_nth_step_fails(name, step, code, tmp_path, monkeypatch):
    path, save = tmp_path / name, SAVES[name]
    save(a_model(2.0), path)
    new, module, function = a_model(3.0), *step.split(".")
    for number in range(20):
        calls = []
        real = getattr(sys.modules[module], function)

        def fail(*args, number=number, calls=calls, real=real, **kwargs):
            if str(tmp_path) in str(args[0]) or not isinstance(args[0], (str, os.PathLike)):
                calls.append(args)
                if len(calls) == number + 1:
                    raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(sys.modules[module], function, fail)
            error = _error_of(save, new, path)
        if error is not None:
            assert error.errno == code
            assert "was not written" in str(error)
        assert [p.name for p in tmp_path.iterdir()] == [name]
        assert is_whole(path, 2.0) or is_whole(path, 3.0)
        if len(calls) <= number:  # it never came to that step
            assert number > 0, f"saving never calls {step}"
            return
    raise AssertionError("saving never ends")


def test_a_folder_sync_that_fails_is_no_failure(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError(errno.EINVAL, "folders cannot be synced here")

    real = os.open
    monkeypatch.setattr(os, "open", lambda p, *a: refuse() if os.path.isdir(p) else real(p, *a))
    a_model(1.0).save(tmp_path / "m.keras")
    assert is_whole(tmp_path / "m.keras", 1.0)


@pytest.mark.skipif(os.name == "nt", reason="nobody to ask there whether a process is alive")
def test_litter_of_the_dead_is_swept_and_that_of_the_living_stays(tmp_path):
    from cornu_engine.files import atomic

    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    dead = tmp_path / f".m.keras.{atomic._HOST}-{done.pid}-00000000.tmp"
    alive = tmp_path / f".m.keras.{atomic._HOST}-{os.getpid()}-00000000.tmp"
    foreign = tmp_path / f".m.keras.00000000-{done.pid}-00000000.tmp"
    other = tmp_path / f".other.keras.{atomic._HOST}-{done.pid}-00000000.tmp"
    for litter in (dead, alive, foreign, other):
        litter.touch()
    a_model(1.0).save(tmp_path / "m.keras")
    kept = {p.name for p in tmp_path.iterdir()}
    assert kept == {alive.name, foreign.name, other.name, "m.keras"}
