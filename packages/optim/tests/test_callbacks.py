"""Callbacks driven by hand, as the training loop drives them."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs

import numpy as np
import pytest

from cornu import Variable
from cornu.base import Callback
from cornu_optim import callbacks as c
from cornu_optim.optimizers import SGD


class Model:
    """What callbacks ask of a model."""

    def __init__(self):
        self.stop_training = False
        self.optimizer = SGD(1.0)
        self.metrics = []
        self.weights = [np.zeros(2)]
        self.saved = []

    def get_weights(self):
        return copy.deepcopy(self.weights)

    def set_weights(self, weights):
        self.weights = weights

    def save(self, path, overwrite=True):
        self.saved.append(str(path))

    save_weights = save


def run(callback, epochs, model=None, batches=0):
    """Run epochs of logs through a callback; return the model and the number of epochs run."""
    model = model or Model()
    callback.set_model(model)
    callback.on_train_begin()
    done = 0
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_begin(epoch)
        for batch in range(batches):
            callback.on_train_batch_end(batch, logs)
        model.weights = [np.full(2, float(epoch))]
        callback.on_epoch_end(epoch, logs)
        done += 1
        if model.stop_training:
            break
    callback.on_train_end()
    return model, done


def losses(*values, name="val_loss"):
    return [{name: v} for v in values]


@pytest.mark.parametrize(
    ("options", "values", "epochs"),
    [
        ({}, (3, 2, 1, 1.5, 0), 4),
        ({"patience": 2}, (3, 2, 2.5, 2.5, 0), 4),
        ({"patience": 2}, (3, 2, 2.5, 1, 1.5, 1.5, 0), 6),
        ({"min_delta": 0.5}, (3, 2.75, 0), 2),
        ({"mode": "max"}, (1, 2, 1.5, 9), 3),
        ({"baseline": 1.0, "patience": 2}, (3, 2.5, 2.5, 0), 3),
        ({"start_from_epoch": 3}, (1, 2, 3, 4, 5, 6), 5),
    ],
)
def test_early_stopping(options, values, epochs):
    assert run(c.EarlyStopping(**options), losses(*values))[1] == epochs


def test_early_stopping_restores_the_best_weights(capsys):
    stopping = c.EarlyStopping(patience=2, restore_best_weights=True, verbose=1)
    model, _ = run(stopping, losses(3, 1, 2, 2))
    np.testing.assert_array_equal(model.weights[0], [1.0, 1.0])
    assert stopping.best_epoch == 1
    said = capsys.readouterr().out
    assert "Epoch 4: early stopping" in said
    assert "best epoch: 2" in said


def test_early_stopping_says_what_there_is():
    with pytest.warns(UserWarning, match=r"'val_loss'.*loss"):
        run(c.EarlyStopping(), losses(1, 2, name="loss"))


def metric(name, direction=None):
    return SimpleNamespace(name=name, _direction=direction)


@pytest.mark.parametrize(
    ("monitor", "metrics", "better"),
    [
        ("val_loss", [], "min"),
        ("head_loss", [], "min"),
        ("val_auc", [metric("auc", "up")], "max"),
        ("val_head_auc", [metric("auc", "up")], "max"),
        ("mse", [metric("mse", "down")], "min"),
        ("val_acc", [], "max"),
        ("val_pages", [SimpleNamespace(metrics=[metric("pages", "up")])], "max"),
    ],
)
def test_which_way_is_better(monitor, metrics, better):
    model = Model()
    model.metrics = metrics
    watch = c.MonitorCallback(monitor)
    watch.set_model(model)
    assert watch.is_improvement(1.0, None)
    assert watch.is_improvement(1.0, 2.0) is (better == "min")


def test_when_nobody_knows_which_way_is_better():
    watch = c.MonitorCallback("pages")
    watch.set_model(Model())
    with pytest.raises(ValueError, match=r"mode='max' or mode='min'"):
        watch.is_improvement(1.0, 2.0)
    with pytest.warns(UserWarning, match="'most'"):
        c.MonitorCallback("pages", mode="most")


def test_plateau(capsys):
    reduce = c.ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1, min_lr=0.2, verbose=1)
    logs = losses(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    model, _ = run(reduce, logs)
    rates = [e["learning_rate"] for e in logs]
    np.testing.assert_allclose(rates, [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.2)
    assert "Epoch 3: ReduceLROnPlateau reducing learning rate to 0.5" in capsys.readouterr().out


def test_plateau_waits_for_improvement():
    logs = losses(3, 3, 2, 2, 1, 1)
    model, _ = run(c.ReduceLROnPlateau(patience=2), logs)
    assert float(model.optimizer.learning_rate) == 1.0


def test_plateau_arguments():
    assert c.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(ValueError, match="below 1"):
        c.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(TypeError, match="'patiance'"):
        c.ReduceLROnPlateau(patiance=1)


@pytest.mark.parametrize("schedule", [lambda epoch: 0.5 / (1 + epoch), lambda e, lr: lr / 2])
def test_scheduler(schedule):
    logs = losses(1, 1)
    run(c.LearningRateScheduler(schedule), logs)
    assert [e["learning_rate"] for e in logs] == [0.5, 0.25]


def test_scheduler_wants_a_float():
    with pytest.raises(ValueError, match="returned 1"):
        run(c.LearningRateScheduler(lambda epoch: 1), losses(1))


def test_scheduler_shows_errors_of_the_schedule():
    def broken(epoch, rate):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        run(c.LearningRateScheduler(broken), losses(1))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"save_best_only": True}, ["1", "3"]),
        ({"save_best_only": True, "initial_value_threshold": 2.5}, ["3"]),
        ({"period": 2}, ["2", "4"]),
        ({"save_best_only": True, "mode": "max"}, ["1", "2"]),
    ],
)
def test_checkpoint_after_epochs(options, expected, tmp_path):
    checkpoint = c.ModelCheckpoint(tmp_path / "{epoch}.keras", **options)
    assert not checkpoint.overrides("on_train_batch_end")
    model, _ = run(checkpoint, losses(3, 4, 2, 2), batches=2)
    assert model.saved == [str(tmp_path / f"{n}.keras") for n in expected]


def test_checkpoint_after_batches(tmp_path):
    checkpoint = c.ModelCheckpoint(
        tmp_path / "new" / "{epoch:02d}-{batch}-{val_loss:.1f}.weights.h5",
        save_weights_only=True,
        save_freq=3,
    )
    assert checkpoint.overrides("on_train_batch_end")
    model, _ = run(checkpoint, losses(3, 4), batches=4)
    assert [p.rpartition("/")[2] for p in model.saved] == [
        "01-3-3.0.weights.h5",
        "02-2-4.0.weights.h5",
    ]
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("model.weights", {}),
        ("model.txt", {"save_weights_only": True}),
        ("m.keras", {"save_freq": "step"}),
    ],
)
def test_checkpoint_arguments(path, options):
    with pytest.raises(ValueError, match=r"must end in|save_freq"):
        c.ModelCheckpoint(path, **options)


def test_checkpoint_names_what_is_missing(tmp_path):
    with pytest.raises(KeyError, match="epoch, val_loss"):
        run(c.ModelCheckpoint(tmp_path / "{acc}.keras"), losses(1))
    (tmp_path / "taken.keras").mkdir()
    with pytest.raises(OSError, match="directory"):
        run(c.ModelCheckpoint(tmp_path / "taken.keras"), losses(1))


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), np.float32("nan")])
def test_terminate(loss, capsys):
    model = Model()
    terminate = c.TerminateOnNaN()
    terminate.set_model(model)
    terminate.on_train_batch_end(0, {"loss": 1.0})
    assert not model.stop_training
    terminate.on_train_batch_end(1, {"loss": loss})
    assert model.stop_training
    assert "Batch 1" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="batch 2"):
        c.TerminateOnNaN(raise_error=True).on_batch_end(2, {"loss": loss})


def test_csv(tmp_path):
    path = tmp_path / "log.csv"
    rows = [{"loss": 0.5, "acc": 1}, {"loss": 0.25, "acc": 0, "val_loss": 2.0}]
    run(c.CSVLogger(path), rows)
    assert path.read_text().split() == [
        "epoch,acc,loss,val_acc,val_loss",
        "0,1,0.5,NA,NA",
        "1,0,0.25,NA,2.0",
    ]
    run(c.CSVLogger(path, append=True), rows[:1])
    assert path.read_text().split()[3:] == ["0,1,0.5,NA,NA"]
    run(c.CSVLogger(path, separator=";"), rows[:1])
    assert path.read_text().split()[0] == "epoch;acc;loss;val_acc;val_loss"


def test_csv_writes_arrays_and_pickles(tmp_path):
    logger = c.CSVLogger(tmp_path / "log.csv")
    run(logger, [{"f1": np.array([0.5, 1.0])}])
    assert "[0.5, 1.0]" in (tmp_path / "log.csv").read_text()
    logger.on_train_begin()
    assert pickle.loads(pickle.dumps(logger)).filename == logger.filename
    logger.on_train_end()


def test_functions_as_callback():
    seen = []
    callback = c.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch),
        on_batch_end=lambda batch, logs: seen.append("batch"),
    )
    assert callback.overrides("on_train_batch_end")
    assert not callback.overrides("on_epoch_begin")
    run(callback, losses(1), batches=1)
    assert seen == ["batch", 0]
    with pytest.raises(ValueError, match=r"'on_epoch_ends'.*'on_epoch_end'"):
        c.LambdaCallback(on_epoch_ends=print)
    assert c.LambdaCallback(custom=len).custom is len


def test_which_hooks_are_written():
    class Old(Callback):
        def __init__(self):
            pass  # without the base class, as old scripts do

        def on_batch_begin(self, batch, logs=None): ...

    old = Old()
    hooks = [name for name in vars(Callback) if name.startswith("on_")]
    assert [h for h in hooks if old.overrides(h)] == ["on_batch_begin", "on_train_batch_begin"]
    assert old.model is None
    old.set_model("model")
    assert old.model == "model"


def test_base_logger():
    logs = {"acc": 0.5}
    logger = c.BaseLogger(stateful_metrics=["auc"])
    logger.set_model(Model())
    logger.on_epoch_begin(0)
    for loss, size in ((1.0, 3), (5.0, 1)):
        logger.on_train_batch_end(0, {"loss": loss, "acc": loss, "auc": loss, "size": size})
    logger.on_epoch_end(0, logs)
    assert logs == {"acc": 0.5, "loss": 2.0, "auc": 5.0}


@pytest.fixture
def server():
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append((self.path, self.headers, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args): ...

    listener = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}", seen
    listener.shutdown()
    listener.server_close()


def test_remote_monitor(server):
    root, seen = server
    run(c.RemoteMonitor(root, headers={"X-Run": "7"}), [{"loss": np.float32(0.5)}])
    run(c.RemoteMonitor(root, "/logs", send_as_json=True), [{"loss": 0.25}])
    (path, headers, form), (other, _, text) = seen
    assert (path, headers["X-Run"], other) == ("/publish/epoch/end/", "7", "/logs")
    assert json.loads(parse_qs(form)["data"][0]) == {"epoch": 0, "loss": 0.5}
    assert json.loads(text) == {"epoch": 0, "loss": 0.25}


def test_remote_monitor_without_a_server():
    with pytest.warns(UserWarning, match="could not post"):
        run(c.RemoteMonitor("http://127.0.0.1:9"), losses(1))


def test_averaged_weights_are_in_place_when_evaluating():
    model, weight = Model(), Variable(np.float32([4.0]))
    model.optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    for gradient in (1.0, 2.0):
        model.optimizer.apply([np.float32([gradient])], [weight])
    swap = c.SwapEMAWeights(swap_on_epoch=True)
    swap.set_model(model)
    swap.set_params({"epochs": 2})
    values = []
    for hook in ("on_test_begin", "on_test_end", "on_predict_begin", "on_predict_end"):
        getattr(swap, hook)()
        values.append(float(weight.numpy()[0]))
    assert values == [2.0, 1.0, 2.0, 1.0]
    swap.on_epoch_end(0)
    assert weight.numpy() == 2.0
    swap.on_epoch_begin(1)
    assert weight.numpy() == 1.0
    swap.on_epoch_end(1)
    assert (weight.numpy(), model.optimizer.slot("average", weight).numpy()) == (2.0, 2.0)
    swap = c.SwapEMAWeights()
    swap.set_model(Model())
    with pytest.raises(ValueError, match="use_ema=True"):
        swap.on_test_begin()


def test_the_comparison_by_its_old_name():
    stopping = c.EarlyStopping("val_loss", mode="min")
    assert stopping.monitor_op is np.less
    stopping.monitor_op = np.greater
    assert stopping.is_improvement(2.0, 1.0)
    with pytest.raises(ValueError, match=r"numpy\.less or numpy\.greater"):
        stopping.monitor_op = max
