"""A training that was broken off and goes on from its saved state ends as one that was not."""

import random

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Callback, Layer
from cornu.errors import SavingError
from cornu.random import SeedGenerator
from cornu_data.dataset import PyDataset

STEPS = 7  # per epoch: 50 rows, 8 a batch
EPOCHS = 3


class Noise(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = SeedGenerator()

    def call(self, x, training=False):
        return x + cornu.random.normal(x.shape, seed=self.seed_generator) if training else x


class Rows(PyDataset):
    """Draws from NumPy's global generator, its own, and Python's; reorders itself."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.order = np.arange(len(x))
        self.random = np.random.default_rng(4)

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rows = self.order[index * 8 : index * 8 + 8]
        scale = 1 + 0.1 * random.random() + 0.1 * self.random.random()
        return self.x[rows] * scale + np.random.normal(size=(len(rows), 2)), self.y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


class Batches:
    def __init__(self, x, y):
        self.parts = [(x[i::5], y[i::5]) for i in range(5)]

    def __iter__(self):
        return iter(self.parts)


def endless(x, y):
    draw = np.random.default_rng(2)
    while True:
        rows = draw.integers(0, len(x), 8)
        yield x[rows], y[rows]


SOURCES = {
    "arrays": lambda x, y: ((x, y), {"batch_size": 8}),
    "arrays in parts": lambda x, y: ((x, y), {"batch_size": 8, "steps_per_epoch": 4}),
    "batches reordered": lambda x, y: ((x, y), {"batch_size": 8, "shuffle": "batch"}),
    "sequence": lambda x, y: ((Rows(x, y),), {}),
    "sequence in parts": lambda x, y: ((Rows(x, y),), {"steps_per_epoch": 5}),
    "generator": lambda x, y: ((endless(x, y),), {"steps_per_epoch": STEPS}),
    "iterable": lambda x, y: ((Batches(x, y),), {}),
}


class Saver(Callback):
    """Saves after one of all steps and then fails; or takes up what was saved."""

    runs_last = True

    def __init__(self, path, at=None):
        super().__init__()
        self.path, self.at, self.seen = path, at, 0

    def on_train_begin(self, logs=None):
        self.model.training_run.watch()
        if self.at is None:
            self.model.training_run.load(self.path)

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.at:
            self.model.training_run.save(self.path)
        elif self.at is not None and self.seen == self.at + 2:  # what is lost must not matter
            raise InterruptedError


class Saver2(Saver):
    """Saves at the end of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.at:
            self.model.training_run.save(self.path)

    def on_epoch_begin(self, epoch, logs=None):
        if self.at is not None and epoch == self.at + 1:
            raise InterruptedError


class Slower(Callback):
    """Remembers in an attribute and in the model."""

    def __init__(self):
        super().__init__()
        self.seen = 0
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        self.losses.append(logs["loss"])
        if self.seen % 5 == 0:
            self.model.optimizer.learning_rate = 0.1 / self.seen


@pytest.fixture
def train(parts, points):
    """Train a fresh model; return all its state, and the logs of the epochs."""

    def run(kind, *savers):
        cornu.set_seed(1)
        random.seed(1)
        np.random.seed(1)
        layers = [parts.Dense(4, ops.tanh, name="a"), Noise(), parts.Dense(1, name="b")]
        model = parts.Sequential(layers)
        model.build((None, 2))
        model.compile(parts.SGD(0.1, use_ema=True), parts.mse, backend=parts.backend)
        arguments, options = SOURCES[kind](*points)
        slower = Slower()
        try:
            history = model.fit(
                *arguments, epochs=EPOCHS, verbose=0, callbacks=[*savers, slower], **options
            ).history
        except InterruptedError:
            return None
        state = [*model.get_weights(), *model.optimizer.get_weights()]
        return state, {name: values[-1] for name, values in history.items()}, slower

    return run


@pytest.mark.filterwarnings("ignore:The data ran out")
@pytest.mark.parametrize("at", [1, 4, 9])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_run_goes_on_inside_of_an_epoch(kind, at, train, tmp_path):
    path = tmp_path / "state"
    state, logs, slower = train(kind)
    assert train(kind, Saver(path, at)) is None
    cornu.set_seed(99)  # nothing may depend on what the second process begins with
    resumed, found, other = train(kind, Saver(path))
    for expected, weight in zip(state, resumed, strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert found == logs
    assert (other.seen, other.losses) == (slower.seen, slower.losses)


@pytest.mark.filterwarnings("ignore:The data ran out")
@pytest.mark.parametrize("kind", SOURCES)
def test_a_run_goes_on_between_epochs(kind, train, tmp_path):
    path = tmp_path / "state"
    state, logs, _ = train(kind)
    assert train(kind, Saver2(path, 0)) is None
    resumed, found, _ = train(kind, Saver2(path))
    for expected, weight in zip(state, resumed, strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert found == logs


def test_a_finished_run_is_put_in_place(line, points, tmp_path):
    class Last(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.training_run.save(tmp_path / "state")

    line.fit(*points, epochs=2, verbose=0, callbacks=[Last()])
    weights = line.get_weights()
    line.set_weights([w * 0 for w in weights])
    history = line.fit(*points, epochs=2, verbose=0, callbacks=[Saver(tmp_path / "state")])
    assert history.epoch == []
    for found, expected in zip(line.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_state_of_another_model_is_refused(line, parts, points, tmp_path):
    assert line.training_run is None
    with pytest.raises(InterruptedError):
        line.fit(*points, batch_size=8, verbose=0, callbacks=[Saver(tmp_path / "state", 1)])
    other = parts.Sequential([parts.Dense(2), parts.Dense(1)])
    other.build((None, 2))
    other.compile(parts.SGD(), parts.mse, backend=parts.backend)
    with pytest.raises(SavingError, match=r"another training: '.*kernel' has shape \(2, 1\)"):
        other.fit(*points, verbose=0, callbacks=[Saver(tmp_path / "state")])
    (tmp_path / "state").write_bytes(b"nothing")
    with pytest.raises(SavingError, match="damaged"):
        line.fit(*points, verbose=0, callbacks=[Saver(tmp_path / "state")])


def test_files_hold_values_and_no_code(tmp_path):
    from cornu_data.encoding import Unsupported, read_values, write_values

    values = {
        "a": [1, None, 2.5, float("inf")],
        "b": (np.float32(1.5), {"c": np.arange(3)}),
        "": "",
    }
    write_values(tmp_path / "v", values)
    found = read_values(tmp_path / "v")
    np.testing.assert_array_equal(found["b"][1].pop("c"), values["b"][1].pop("c"))
    assert found == values
    assert isinstance(found["b"][0], np.float32)
    for odd in (object(), np.array([object()]), print):
        with pytest.raises(Unsupported):
            write_values(tmp_path / "v", {"odd": odd})
    assert read_values(tmp_path / "v")["a"] == values["a"]  # the old file is still there
