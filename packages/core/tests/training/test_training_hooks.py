"""In which order callbacks are called, and with what."""

import pytest

from cornu.base import Callback


class Recorder(Callback):
    """Writes down every hook that is called."""

    def __init__(self):
        super().__init__()
        self.events = []


def _record(name):
    def hook(self, *args):
        numbers = [a for a in args if isinstance(a, int)]
        logs = args[-1] if args and isinstance(args[-1], dict) else None
        self.events.append((name, *numbers, *([sorted(logs)] if logs else [])))

    return hook


for _mode in ("train", "test", "predict"):
    for _name in (f"on_{_mode}_begin", f"on_{_mode}_end"):
        setattr(Recorder, _name, _record(_name))
    for _name in (f"on_{_mode}_batch_begin", f"on_{_mode}_batch_end"):
        setattr(Recorder, _name, _record(_name))
for _name in ("on_epoch_begin", "on_epoch_end"):
    setattr(Recorder, _name, _record(_name))


def test_hooks_come_in_the_order_of_keras(line, points):
    recorder = Recorder()
    line.fit(*points, batch_size=40, validation_split=0.2, verbose=0, callbacks=[recorder])
    assert recorder.events == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0, ["loss"]),
        ("on_test_begin",),
        ("on_test_batch_begin", 0),
        ("on_test_batch_end", 0, ["loss"]),
        ("on_test_end", ["loss"]),
        ("on_epoch_end", 0, ["loss", "val_loss"]),
        ("on_train_end", ["loss", "val_loss"]),
    ]


def test_hooks_of_predict(line, points):
    recorder = Recorder()
    line.predict(points[0], batch_size=30, verbose=0, callbacks=[recorder])
    assert recorder.events == [
        ("on_predict_begin",),
        ("on_predict_batch_begin", 0),
        ("on_predict_batch_end", 0, ["outputs"]),
        ("on_predict_batch_begin", 1),
        ("on_predict_batch_end", 1, ["outputs"]),
        ("on_predict_end",),
    ]


def test_hooks_around_several_steps(parts, line, points):
    line.compile(parts.SGD(), parts.mse, backend=parts.backend, steps_per_execution=3)
    recorder = Recorder()
    line.fit(*points, batch_size=10, verbose=0, callbacks=[recorder])
    batches = [event for event in recorder.events if "batch" in event[0]]
    assert [event[:2] for event in batches] == [
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 2),
        ("on_train_batch_begin", 3),
        ("on_train_batch_end", 5),
    ]


def test_hooks_that_nobody_writes_are_not_called(line, points):
    class Plain(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = logs

    callback = Plain()
    calls = []
    type(callback).on_train_batch_end = Callback.on_train_batch_end
    original = Callback.on_batch_end
    try:
        Callback.on_batch_end = lambda self, *args, **kwargs: calls.append(args)
        line.fit(*points, verbose=0, callbacks=[callback])
    finally:
        Callback.on_batch_end = original
    assert calls == []
    assert list(callback.seen) == ["loss"]


def test_aliases_of_keras_2_are_called(line, points):
    class Old(Callback):
        seen = 0

        def on_batch_end(self, batch, logs=None):
            assert logs["loss"] > 0
            self.seen += 1

    old = Old()
    line.fit(*points, batch_size=25, verbose=0, callbacks=[old])
    assert old.seen == 2


def test_logs_put_aside_keep_their_numbers(line, points):
    class Keeper(Callback):
        def __init__(self):
            super().__init__()
            self.kept, self.read = [], []

        def on_train_batch_end(self, batch, logs=None):
            self.kept.append(logs)
            self.read.append(logs["loss"] if batch % 2 else None)

    keeper = Keeper()
    line.fit(*points, batch_size=10, verbose=0, callbacks=[keeper])
    losses = [logs["loss"] for logs in keeper.kept]
    assert len(set(losses)) == 5
    assert losses[1::2] == keeper.read[1::2]
    assert losses[-1] == line.history.history["loss"][-1]


def test_logs_changed_by_a_callback_reach_the_history(line, points):
    class Extra(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["rate"] = 0.5

    history = line.fit(*points, verbose=0, epochs=2, callbacks=[Extra()])
    assert history.history["rate"] == [0.5, 0.5]


def test_training_stops_after_the_batch(line, points):
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True

    recorder = Recorder()
    line.fit(*points, batch_size=10, epochs=4, verbose=0, callbacks=[Stop(), recorder])
    assert [e for e in recorder.events if e[0] == "on_train_batch_begin"] == [
        ("on_train_batch_begin", 0),
        ("on_train_batch_begin", 1),
    ]
    assert line.history.epoch == [0]


def test_a_class_instead_of_an_object(line, points):
    with pytest.raises(TypeError, match=r"holds the class Recorder.*Recorder\(\)"):
        line.fit(*points, verbose=0, callbacks=[Recorder])


def test_logs_are_a_dict_in_every_hook(line, points):
    kinds = {}

    class Keys(Callback):
        """As the guides write them: `list(logs.keys())` in every hook."""

    for name in [name for name in vars(Callback) if name.startswith("on_")]:
        setattr(Keys, name, lambda self, *args, name=name: kinds.update({name: type(args[-1])}))
    line.fit(*points, validation_split=0.2, verbose=0, callbacks=[Keys()])
    line.predict(points[0], verbose=0, callbacks=[Keys()])
    assert len(kinds) >= 14
    assert all(issubclass(kind, dict) for kind in kinds.values())
