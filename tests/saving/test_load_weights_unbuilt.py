"""A stack that waits for its input is built where a weights file tells the shape."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import Sequential
from cornu import layers as L
from cornu.base.naming import reset_names
from cornu.errors import NotBuiltError, ShapeError

FILES = ("w.weights.h5", "w.h5", "m.keras", "m.h5")
RNG = np.random.default_rng(5)

# layers, the shape that a file tells, the shape of data
TOLD = {
    "dense": (lambda: [L.Dense(4), L.Dropout(0.5), L.Dense(1)], (None, 3), (2, 3)),
    "square": (lambda: [L.Dense(3)], (None, 3), (2, 3)),
    "dense, flatten": (lambda: [L.Dense(3), L.Flatten(), L.Dense(2)], (None, 5), (2, 5)),
    "normalized": (lambda: [L.LayerNormalization(), L.Dense(1)], (None, 3), (2, 3)),
    "text": (lambda: [L.Embedding(7, 3), L.LSTM(4)], (None, None), (2, 5)),
    "steps": (lambda: [L.LSTM(4), L.Dense(1)], (None, None, 3), (2, 5, 3)),
    "both ways": (lambda: [L.Bidirectional(L.GRU(4))], (None, None, 3), (2, 5, 3)),
    "signal": (lambda: [L.Conv1D(4, 3)], (None, None, 3), (2, 8, 3)),
    "image": (
        lambda: [
            L.Conv2D(4, 3),
            L.BatchNormalization(),
            L.GlobalAveragePooling2D(),
            L.Dense(2),
        ],
        (None, None, None, 3),
        (2, 8, 7, 3),
    ),
    "channels first": (
        lambda: [L.Conv2D(4, 3, data_format="channels_first")],
        (None, 3, None, None),
        (2, 3, 8, 7),
    ),
    "normalized rows": (
        lambda: [L.Dense(4), L.BatchNormalization(), L.Dense(3)],
        (None, 5),
        (2, 5),
    ),
    "rows, normalized": (lambda: [L.BatchNormalization(), L.Dense(3)], (None, 5), (2, 5)),
}
# layers of which weights alone leave open what they take, a shape of data
OPEN = {
    "sizes of an image": (lambda: [L.Conv2D(2, 3), L.Flatten(), L.Dense(3)], (2, 5, 5, 3)),
    "a long image": (
        lambda: [L.Conv2D(2, 3), L.MaxPooling2D(), L.Flatten(), L.Dense(3)],
        (2, 6, 14, 3),
    ),
    "no weights": (lambda: [L.Flatten()], (2, 3)),
}


def saved(layers, data, path):
    model = Sequential(layers())
    x = RNG.integers(0, 5, data).astype("float32")
    model(x)
    model.set_weights([RNG.uniform(0.1, 1, w.shape).astype(w.dtype) for w in model.weights])
    model.save(path) if path.name.startswith("m") else model.save_weights(path)
    return model, x


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("case", TOLD)
def test_a_file_tells_the_shape(case, file, tmp_path):
    layers, shape, data = TOLD[case]
    model, x = saved(layers, data, tmp_path / file)
    loaded = Sequential(layers())
    loaded.load_weights(tmp_path / file)
    assert loaded.built
    assert loaded.input_shape == shape
    for mine, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_allclose(
        loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("file", FILES[:2])
@pytest.mark.parametrize("case", OPEN)
def test_weights_that_leave_it_open_change_nothing(case, file, tmp_path):
    layers, data = OPEN[case]
    model, x = saved(layers, data, tmp_path / file)
    loaded = Sequential(layers())
    with pytest.raises(NotBuiltError, match=r"does not tell for which input.*build\(input_shape"):
        loaded.load_weights(tmp_path / file)
    assert not loaded.built
    assert not loaded.weights
    loaded.build((None, *data[1:]))
    loaded.load_weights(tmp_path / file)
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("file", FILES[2:])
@pytest.mark.parametrize("case", [case for case in OPEN if case != "no weights"])
def test_a_file_of_a_model_says_what_weights_leave_open(case, file, tmp_path):
    layers, data = OPEN[case]
    model, x = saved(layers, data, tmp_path / file)
    loaded = Sequential(layers())
    loaded.load_weights(tmp_path / file)
    assert loaded.input_shape == (None, *data[1:])
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("file", FILES[:2])
@pytest.mark.parametrize(
    ("layers", "shape", "spoken"),
    [
        (
            lambda: [L.Conv2D(2, 3), L.Flatten(), L.Dense(3)],
            (None, 28, 28, 3),
            "(None, height, width, 3)",
        ),
        (
            lambda: [L.Conv2D(2, 3, data_format="channels_first"), L.Flatten(), L.Dense(3)],
            (None, 3, 9, 9),
            "(None, 3, height, width)",
        ),
        (
            lambda: [L.Conv1D(4, 3), L.BatchNormalization(), L.Flatten(), L.Dense(3)],
            (None, 11, 2),
            "(None, steps, 2)",
        ),
    ],
)
def test_an_error_says_the_shape_that_fits(layers, shape, spoken, file, tmp_path):
    saved(layers, (2, *shape[1:]), tmp_path / file)
    with pytest.raises(NotBuiltError) as caught:
        Sequential(layers()).load_weights(tmp_path / file)
    assert f"model.build({spoken}). {shape} would fit the file." in str(caught.value)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("units", [[9], [2, 1], [2, 2]])
def test_another_model_stays_unbuilt(units, file, tmp_path):
    saved(lambda: [L.Dense(2)], (2, 3), tmp_path / file)
    loaded = Sequential([L.Dense(n) for n in units])
    with pytest.raises(NotBuiltError, match=r"Built for \(None, 3\), it is another"):
        loaded.load_weights(tmp_path / file)
    assert not loaded.built
    assert not loaded.weights
    assert loaded(np.ones((2, 8), "float32")).shape == (2, units[-1])


def test_weights_that_fit_data_of_more_axes_take_them(tmp_path):
    path = tmp_path / "w.h5"
    model, _ = saved(lambda: [L.Dense(4), L.Dense(1)], (2, 3), path)
    loaded = Sequential([L.Dense(4), L.Dense(1)])
    loaded.load_weights(path)
    x = RNG.normal(size=(2, 5, 3)).astype("float32")
    k1, b1, k2, b2 = (w.astype("float64") for w in model.get_weights())
    expected = (x @ k1 + b1) @ k2 + b2
    np.testing.assert_allclose(loaded(x), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-4)
    loaded.compile("sgd", "mse")
    loss = loaded.evaluate(x, np.zeros((2, 5, 1)), verbose=0)
    np.testing.assert_allclose(loss, np.mean(expected**2), rtol=1e-4)
    with pytest.raises(ShapeError):
        loaded(np.ones((2, 4), "float32"))


def test_no_memory_is_taken_for_shapes_that_are_only_tried(tmp_path):
    path = tmp_path / "w.h5"
    saved(lambda: [L.Embedding(50_000, 2)], (2, 3), path)
    loaded = Sequential([L.Dense(2**40)])  # 2**40 * 50,000 numbers, if it were built
    with pytest.raises(NotBuiltError, match="another"):
        loaded.load_weights(path)


def test_copies_take_no_names(tmp_path):
    path = tmp_path / "w.h5"
    saved(lambda: [L.Dense(2)], (2, 3), path)
    reset_names()
    loaded = Sequential([L.Dense(2)])
    loaded.load_weights(path)
    assert loaded.input_names == ["input_layer"]
