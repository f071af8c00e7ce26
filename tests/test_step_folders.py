"""Checkpoints in folders of steps: what is kept, what is in them, and what a crash leaves."""

from __future__ import annotations

import copy
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.callbacks import OrbaxCheckpoint
from cornu.errors import SavingError
from cornu.models import load_model
from cornu.optimizers import SGD
from cornu.utils import CheckpointManager
from cornu_optim.callbacks import step_folders

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Scale(Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 1), initializer="zeros", name="w")

    def call(self, inputs):
        return ops.matmul(inputs, self.w)


@pytest.fixture
def model():
    model = cornu.Sequential([cornu.Input((3,)), Scale()])
    model.compile(SGD(0.05, momentum=0.9), "mse")
    return model


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "steps"


@pytest.mark.parametrize(
    ("options", "kept", "best"),
    [
        ({}, [4], None),
        ({"max_to_keep": 2}, [3, 4], None),
        ({"max_to_keep": None}, [0, 1, 2, 3, 4], None),
        ({"mode": "min"}, [1, 4], 1),
        ({"mode": "max", "max_to_keep": 2}, [2, 3, 4], 2),
        ({"mode": "max", "save_weights_only": True}, [2, 4], 2),
    ],
)
@pytest.mark.parametrize("save_on_background", [False, True])
def test_what_is_kept(model, directory, options, kept, best, save_on_background):
    manager = CheckpointManager(directory, save_on_background=save_on_background, **options)
    assert manager.steps() == []
    assert manager.latest_step() is None
    for step, value in enumerate([3.0, 1.0, 5.0, 2.0, float("nan")]):
        manager.save(step, model, value)
    manager.wait_until_finished()
    assert manager.steps() == kept
    assert sorted(int(name) for name in os.listdir(directory)) == kept
    assert manager.best_step() == best
    assert manager.latest_step() == 4
    again = CheckpointManager(directory, **options)  # of another process
    assert (again.steps(), again.best_step()) == (kept, best)


def test_what_is_restored(model, directory):
    """Training goes on as if it had never stopped: weights, momentum, iterations."""
    manager = CheckpointManager(directory, max_to_keep=None)
    model.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    manager.save(2, model)
    model.fit(X, Y, epochs=3, verbose=0, shuffle=False)
    expected = model.get_weights()[0]
    manager.save(5, model)
    for loaded in (
        manager.load(2, custom_objects={"Scale": Scale}),
        load_model(directory / "2", custom_objects={"Scale": Scale}),
    ):
        loaded.fit(X, Y, epochs=3, verbose=0, shuffle=False)
        np.testing.assert_array_equal(loaded.get_weights()[0], expected)
    assert manager.restore(model, 2) == 2
    model.fit(X, Y, epochs=3, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], expected)
    for restore in (manager.restore, lambda m: m.load_weights(directory)):
        model.set_weights([np.zeros((3, 1))])
        restore(model)  # the newest
        np.testing.assert_array_equal(model.get_weights()[0], expected)
    newest = load_model(directory, custom_objects={"Scale": Scale})
    np.testing.assert_array_equal(newest.get_weights()[0], expected)


def test_a_model_that_was_not_trained_yet_goes_on(model, directory):
    manager = CheckpointManager(directory)
    model.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    manager.save(2, model)
    model.fit(X, Y, verbose=0, shuffle=False)
    fresh = cornu.Sequential([cornu.Input((3,)), Scale()])
    fresh.compile(SGD(0.05, momentum=0.9), "mse")
    manager.restore(fresh)
    fresh.fit(X, Y, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], fresh.get_weights()[0])


def test_a_training_begins_again(model, directory):
    manager = CheckpointManager(directory)
    manager.save(0, model)
    runs = []
    for _ in range(2):
        manager.restore(model)
        runs.append(model.fit(X, Y, epochs=2, verbose=0, shuffle=False).history)
    assert runs[0] == runs[1]


def test_weights_alone(model, directory):
    manager = CheckpointManager(directory, save_weights_only=True)
    model.fit(X, Y, verbose=0)
    expected = model.get_weights()[0].copy()
    manager.save(1, model)
    model.set_weights([np.zeros((3, 1))])
    assert manager.restore(model) == 1
    np.testing.assert_array_equal(model.get_weights()[0], expected)
    assert os.listdir(directory / "1") != []
    assert not (directory / "1" / "model.keras").exists()


def test_a_thread_writes_what_was_there_at_the_call(model, directory, monkeypatch):
    may_write, write = threading.Event(), step_folders.write_members

    def late(*arguments):
        assert may_write.wait(30)
        write(*arguments)

    monkeypatch.setattr(step_folders, "write_members", late)
    manager = CheckpointManager(directory)
    model.set_weights([np.ones((3, 1))])
    manager.save(0, model)
    assert manager.steps() == []  # not there yet, and training goes on
    model.set_weights([np.full((3, 1), 2.0)])
    may_write.set()
    manager.restore(model)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 1)))


def test_a_step_is_replaced(model, directory):
    manager = CheckpointManager(directory, mode="max")
    for value in (1.0, 2.0):
        model.set_weights([np.full((3, 1), value)])
        manager.save(3, model, value)
    manager.restore(model)
    np.testing.assert_array_equal(model.get_weights()[0], np.full((3, 1), 2.0))


def test_what_is_not_ours_stays(model, directory):
    manager = CheckpointManager(directory)
    manager.save(0, model)
    manager.wait_until_finished()
    (directory / "0" / "notes.txt").write_text("mine")
    (directory / "logs").mkdir()
    manager.save(1, model)
    manager.wait_until_finished()
    assert manager.steps() == [1]
    assert (directory / "0" / "notes.txt").read_text() == "mine"
    assert (directory / "logs").is_dir()


@pytest.mark.parametrize("save_on_background", [False, True])
def test_errors_arrive(model, tmp_path, save_on_background):
    (tmp_path / "file").write_text("in the way")
    checkpoint = OrbaxCheckpoint(tmp_path / "file", save_on_background=save_on_background)
    with pytest.raises(OSError, match="file"):
        model.fit(X, Y, epochs=1, verbose=0, callbacks=[checkpoint])
    checkpoint.wait_until_finished()  # an error is said once


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: CheckpointManager(d, max_to_keep=0), "max_to_keep=0 must be 1 or more"),
        (lambda d: CheckpointManager(d, mode="best"), "mode='best' must be 'min', 'max' or None"),
        (lambda d: CheckpointManager(d).save(-1, None), "step=-1 must be 0 or more"),
        (lambda d: OrbaxCheckpoint(d, save_freq="batch"), "`save_freq` must be 'epoch' or"),
        (lambda d: OrbaxCheckpoint(d, save_freq=True), "`save_freq` must be 'epoch' or"),
    ],
)
def test_arguments_that_are_refused(directory, call, words):
    with pytest.raises(ValueError, match=words):
        call(directory)


def test_the_state_of_another_optimizer(model, directory):
    manager = CheckpointManager(directory)
    model.fit(X, Y, verbose=0)
    manager.save(0, model)
    model.compile(SGD(0.05), "mse")
    with pytest.raises(SavingError, match=r"another optimizer than 'sgd\w*': compile the model"):
        manager.restore(model)


def test_checkpoints_that_are_not_there(model, directory):
    manager = CheckpointManager(directory)
    with pytest.raises(FileNotFoundError, match=r"no checkpoint in '.*steps', but none"):
        manager.restore(model)
    manager.save(4, model)
    with pytest.raises(FileNotFoundError, match=r"no checkpoint of step 3 .* those of steps 4"):
        manager.restore(model, 3)


KILLED = """
    import os, signal, sys, zipfile
    import numpy as np, cornu
    from cornu import ops
    from cornu.base import Layer
    from cornu.utils import CheckpointManager
    from cornu_engine.files import atomic

    class Scale(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(3, 1), initializer="ones", name="w")
        def call(self, inputs):
            return ops.matmul(inputs, self.w)

    model = cornu.Sequential([cornu.Input((3,)), Scale()])
    manager = CheckpointManager(sys.argv[1], save_on_background=sys.argv[2] == "thread")
    manager.save(0, model)
    manager.wait_until_finished()
    model.set_weights([np.zeros((3, 1))])
    write = zipfile.ZipFile.writestr
    def killed(self, name, data):
        write(self, name, data)
        self.fp.flush()
        if name.endswith(".h5"):
            os.kill(os.getpid(), signal.SIGKILL)
    zipfile.ZipFile.writestr = killed
    manager.save(int(sys.argv[3]), model)
    manager.wait_until_finished()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize(("how", "step"), [("thread", 1), ("thread", 0), ("here", 1)])
def test_a_killed_writer_loses_nothing(model, directory, how, step):
    script = textwrap.dedent(KILLED)
    command = [sys.executable, "-c", script, str(directory), how, str(step)]
    assert subprocess.run(command, timeout=120).returncode == -signal.SIGKILL
    manager = CheckpointManager(directory)
    assert manager.restore(model) == 0
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 1)))
    manager.save(2, model)  # and the next one has the place to itself
    manager.wait_until_finished()
    assert manager.steps() == [2]


#: arguments of the callback, losses of validation -> steps that are there at the end
CALLBACKS = [
    ({}, [3]),
    ({"max_to_keep": 2}, [2, 3]),
    ({"max_to_keep": None}, [0, 1, 2, 3]),
    ({"save_freq": 2, "max_to_keep": None}, [2, 4, 6, 8, 10, 12]),
    ({"save_freq": 5, "max_to_keep": None}, [5, 10]),
    ({"save_best_only": True, "max_to_keep": None}, [0, 1]),
    ({"save_best_only": True, "mode": "max", "max_to_keep": None}, [0, 2]),
    ({"save_best_only": True, "initial_value_threshold": 2.5, "max_to_keep": None}, [1]),
    ({"save_best_only": True, "initial_value_threshold": 0.5, "max_to_keep": None}, []),
    ({"keep_best": True}, [1, 3]),
    ({"keep_best": True, "mode": "max"}, [2, 3]),
    ({"save_weights_only": True, "save_on_background": False}, [3]),
]


class Values(cornu.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = [3.0, 1.0, 5.0, 2.0][epoch]


@pytest.mark.parametrize(("options", "steps"), CALLBACKS)
def test_the_callback(model, directory, options, steps):
    checkpoint = OrbaxCheckpoint(directory, **options)
    callbacks = [Values(), checkpoint]
    model.fit(X, Y, batch_size=4, epochs=4, verbose=0, callbacks=callbacks)
    assert checkpoint.manager.steps() == steps


def test_the_callback_counts_on(model, directory):
    options = {"save_freq": 3, "max_to_keep": None}
    for _ in range(2):
        checkpoint = OrbaxCheckpoint(directory, **options)
        model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[checkpoint])
    assert checkpoint.manager.steps() == [3, 6, 9, 12]


def test_a_metric_that_is_not_there(model, directory):
    checkpoint = OrbaxCheckpoint(directory, monitor="val_auc", mode="max", save_best_only=True)
    with pytest.warns(UserWarning, match="'val_auc', which is not there. There are: loss"):
        model.fit(X, Y, verbose=0, callbacks=[checkpoint])
    assert checkpoint.manager.steps() == []


def test_copies(model, directory):
    checkpoint = OrbaxCheckpoint(directory, max_to_keep=3)
    model.fit(X, Y, verbose=0, callbacks=[checkpoint])
    checkpoint.model = None
    for twin in (copy.deepcopy(checkpoint), pickle.loads(pickle.dumps(checkpoint))):
        assert twin.manager.steps() == [0]
        assert twin.max_to_keep == 3
