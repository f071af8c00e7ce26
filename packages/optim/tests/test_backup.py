"""BackupAndRestore: what it writes, when, and how it takes it up again."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np
import pytest

import cornu
from cornu.base import Callback
from cornu.errors import SavingError
from cornu_optim import callbacks as c


class Crash(Callback):
    """Fails after some steps of the whole training."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def get_state(self):
        return {}

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise InterruptedError


def train(net, rows, folder, crash=None, saved=None, others=(), **options):
    cornu.set_seed(5)
    model = net("adam", metrics=["mae"])
    callbacks = [c.BackupAndRestore(folder, **options), *others]
    if crash:
        callbacks.append(Crash(crash))
    history = None
    with contextlib.suppress(InterruptedError):
        history = model.fit(*rows, batch_size=8, epochs=4, verbose=0, callbacks=callbacks)
    return model.get_weights(), history


@pytest.mark.parametrize(
    ("options", "crash", "epochs"),
    [
        ({}, 3, [0, 1, 2, 3]),  # no epoch had been finished
        ({}, 11, [2, 3]),
        ({"save_freq": 1}, 11, [1, 2, 3]),
        ({"save_freq": 3}, 11, [1, 2, 3]),  # counted on over the end of an epoch
        ({"save_freq": 4}, 13, [2, 3]),
        ({"double_checkpoint": True}, 17, [3]),
    ],
)
def test_a_broken_training_goes_on(options, crash, epochs, net, rows, tmp_path):
    found = []
    for crashes in (None, crash):
        folder = tmp_path / str(crashes)
        if crashes:
            assert train(net, rows, folder, crashes, **options)[1] is None
        found.append(train(net, rows, folder, **options))
        assert not folder.exists()  # done with
    for one, other in zip(found[0][0], found[1][0], strict=True):
        np.testing.assert_array_equal(one, other)
    assert found[1][1].epoch == epochs
    for name, values in found[0][1].history.items():
        assert values[-len(epochs) :] == found[1][1].history[name]


@pytest.mark.parametrize("crash", [2, 3, 4, 5])
def test_several_steps_at_once(crash, net, rows, tmp_path):
    def run(folder, crash=None):
        cornu.set_seed(5)
        model = net("adam", steps_per_execution=2)
        callbacks = [c.BackupAndRestore(folder, save_freq=1), *([Crash(crash)] if crash else [])]
        with contextlib.suppress(InterruptedError):
            model.fit(*rows, batch_size=8, epochs=2, verbose=0, callbacks=callbacks)
        return model.get_weights()

    run(tmp_path / "parts", crash)
    for one, other in zip(run(tmp_path / "whole"), run(tmp_path / "parts"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_was_to_stop_stops(net, rows, tmp_path):
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                self.model.stop_training = True

    class Fail(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise InterruptedError

    stopped, history = train(net, rows, tmp_path / "a", save_freq=1, others=[Stop()])
    assert history.epoch == [0]
    train(net, rows, tmp_path / "b", save_freq=1, others=[Stop(), Fail()])
    resumed, history = train(net, rows, tmp_path / "b", save_freq=1, others=[Stop()])
    assert history.epoch == [0]
    for one, other in zip(stopped, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_callbacks_go_on_with_what_they_remember(net, rows, tmp_path):
    def others(name):
        watched = {"monitor": "loss", "mode": "max", "patience": 2}  # nothing ever improves
        return (
            c.EarlyStopping(**watched, restore_best_weights=True),
            c.ReduceLROnPlateau("loss", mode="max", patience=1, factor=0.5),
            c.CSVLogger(tmp_path / f"{name}.csv"),
        )

    whole, history = train(net, rows, tmp_path / "a", others=others("whole"))
    train(net, rows, tmp_path / "b", crash=8, others=others("parts"), save_freq=1)
    parts, rest = train(net, rows, tmp_path / "b", others=others("parts"), save_freq=1)
    assert history.epoch == [0, 1, 2]
    assert rest.epoch == [1, 2]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (tmp_path / "parts.csv").read_text() == (tmp_path / "whole.csv").read_text()


def test_rows_after_the_backup_are_written_again(net, rows, tmp_path):
    path = tmp_path / "log.csv"
    train(net, rows, tmp_path / "b", crash=18, others=[c.CSVLogger(path)], save_freq=7)
    assert [row[0] for row in path.read_text().split()[1:]] == ["0", "1", "2"]  # backup: step 14
    train(net, rows, tmp_path / "b", others=[c.CSVLogger(path)], save_freq=7)
    assert [row[0] for row in path.read_text().split()[1:]] == ["0", "1", "2", "3"]


def test_the_backup_before_is_used_where_the_last_is_damaged(net, rows, tmp_path):
    options = {"double_checkpoint": True, "delete_checkpoint": False}
    train(net, rows, tmp_path, crash=12, **options)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["latest.backup", "previous.backup"]
    (tmp_path / "latest.backup").write_bytes(b"half a fi")
    with pytest.warns(UserWarning, match="Going on from the backup before"):
        _, history = train(net, rows, tmp_path, **options)
    assert history.epoch == [1, 2, 3]
    (tmp_path / "latest.backup").write_bytes(b"half a fi")
    (tmp_path / "previous.backup").unlink()
    with pytest.raises(SavingError, match="damaged"):
        train(net, rows, tmp_path)


def test_leftovers_of_a_killed_process_are_swept_up(net, rows, tmp_path):
    (tmp_path / ".latest.backup.123.abc.tmp").write_bytes(b"half")
    (tmp_path / "mine.txt").write_text("kept")
    train(net, rows, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_is_called_per_batch_without_need(tmp_path):
    assert not c.BackupAndRestore(tmp_path).overrides("on_train_batch_end")
    assert c.BackupAndRestore(tmp_path, save_freq=2).overrides("on_train_batch_end")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("",), "empty"),
        (("b", "batch"), "'epoch' or a number"),
        (("b", 1.5), "'epoch' or a number"),
        (("b", False), "'epoch' or a number"),
    ],
)
def test_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        c.BackupAndRestore(*arguments)


def test_evaluation_needs_no_backup(net, rows, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net().evaluate(*rows, verbose=0, callbacks=[c.BackupAndRestore(tmp_path)])
