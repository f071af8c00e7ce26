"""Data as strangers hand it over: what it means, or what the message says to do."""

import numpy as np
import pandas as pd
import pytest

import cornu
from cornu import layers
from cornu.errors import BadFileError, DataError, ShapeError
from cornu.preprocessing.sequence import TimeseriesGenerator

X = np.zeros((6, 3))
TEXT = list("ababab")


@pytest.fixture
def model():
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (list(X), np.zeros(6), r"np\.stack\(x\)"),
        (list(np.zeros((20_000, 3))), np.zeros(20_000), r"20000 arrays of shape \(3,\)"),
        (X, pd.Series(TEXT), r"names, y = np\.unique\(y, return_inverse=True\)"),
        (X, np.array(TEXT, object), r"names, y = np\.unique\(y, return_inverse=True\)"),
        (X, pd.DataFrame({"y": TEXT}), r"names, y = np\.unique\(y\['y'\], return_inverse=True\)"),
        (np.ma.masked_array(X, X == 0), np.zeros(6), r"18 of whose numbers are masked.*filled"),
    ],
)
def test_messages_of_data(model, x, y, said):
    with pytest.raises(DataError, match=said) as caught:
        model.fit(x, y, verbose=0)
    assert len(str(caught.value)) < 500


def test_a_list_of_rows_to_predict(model):
    with pytest.raises(DataError, match=r"np\.stack\(x\)"):
        model.predict(list(X), verbose=0)


def test_a_masked_array_without_masked_numbers_is_an_array(model):
    x = np.ma.masked_array(X, np.zeros(X.shape, bool))
    assert model.predict(x, verbose=0).shape == (6, 2)


def test_class_weights_as_a_series(model):
    y = np.arange(6) % 2
    weights = {0: 1.0, 1: 3.0}
    model.optimizer.learning_rate = 0.0
    losses = [
        model.fit(X, y, verbose=0, class_weight=given).history["loss"]
        for given in (weights, pd.Series(weights))
    ]
    assert losses[0] == losses[1]


def test_weights_of_a_checkpoint_of_tensorflow(model, tmp_path):
    (tmp_path / "ckpt.index").write_bytes(b"")
    with pytest.raises(BadFileError, match="checkpoint of TensorFlow"):
        model.load_weights(tmp_path / "ckpt")


@pytest.mark.parametrize(
    "made",
    [
        lambda a: pd.Series(a, index=[2, 0, 4, 1, 3]),
        lambda a: pd.Series(a, index=pd.date_range("2020", periods=5)),
        lambda a: pd.DataFrame({0: a, 1: a + 1}),
        lambda a: pd.DataFrame({"a": a, "b": a}, index=list("vwxyz")),
    ],
)
def test_windows_go_by_position(made):
    """As over the array: Keras takes labels for positions, or raises KeyError."""
    data = made(np.arange(0, 50, 10))
    found = TimeseriesGenerator(data, data, length=2, batch_size=3)[0]
    right = TimeseriesGenerator(data.to_numpy(), data.to_numpy(), length=2, batch_size=3)[0]
    for one, two in zip(found, right, strict=True):
        np.testing.assert_array_equal(one, two)


def test_csv_logger_has_no_columns_of_a_validation_that_is_not_there(model, tmp_path):
    y = np.arange(6) % 2
    for name, data in (("without", None), ("with", (X, y))):
        logger = cornu.callbacks.CSVLogger(str(tmp_path / name))
        model.fit(X, y, verbose=0, callbacks=[logger], validation_data=data, validation_freq=1)
    assert (tmp_path / "without").read_text().splitlines()[0] == "epoch,loss"
    assert (tmp_path / "with").read_text().splitlines()[0] == "epoch,loss,val_loss"


def test_tensorboard_of_older_scripts(tmp_path):
    with pytest.warns(UserWarning, match="no profiler"):
        cornu.callbacks.TensorBoard(str(tmp_path), profile_batch=2)
    with pytest.raises(ValueError, match="number of batches"):
        cornu.callbacks.TensorBoard(str(tmp_path), update_freq=0)


def test_the_size_of_a_picture_with_channels(tmp_path):
    from cornu.preprocessing.image import load_img, save_img

    save_img(str(tmp_path / "a.png"), np.zeros((8, 8, 3)))
    assert load_img(str(tmp_path / "a.png"), target_size=(5, 4, 3)).size == (4, 5)


def test_arguments_of_older_frames_of_pictures(tmp_path):
    from cornu.preprocessing.image import ImageDataGenerator, save_img

    save_img(str(tmp_path / "a.png"), np.zeros((8, 8, 3)))
    frame = pd.DataFrame({"filename": ["a.png"], "class": ["one"]})
    for name in ("has_ext", "sort", "drop_duplicates"):
        with pytest.warns(UserWarning, match=name):
            batches = ImageDataGenerator().flow_from_dataframe(frame, str(tmp_path), **{name: True})
        assert len(batches) == 1


def test_nan_lies_in_the_last_bin():
    """As in NumPy and Keras, at once and in a program."""
    x = np.float32([np.nan, -1, 0.5, 2])
    layer = layers.Discretization([0.0, 1.0])
    right = np.digitize(x, [0.0, 1.0])
    np.testing.assert_array_equal(layer(x), right)
    inputs = cornu.Input((4,))
    np.testing.assert_array_equal(
        cornu.Model(inputs, layer(inputs)).predict(x[None], verbose=0)[0], right
    )
    for side in ("left", "right"):
        found = cornu.ops.searchsorted([0.0, 1.0], x, side=side)
        np.testing.assert_array_equal(found, np.searchsorted([0.0, 1.0], x, side))


def test_integers_that_are_booleans_or_many():
    layer = layers.IntegerLookup()
    layer.adapt(np.array([True, False, True]))
    assert layer.get_vocabulary() == [-1, 1, 0]
    assert all(type(token) is int for token in layer.get_vocabulary())
    draw = np.random.default_rng(0).integers(0, 50, (400, 5))
    one, other = (layers.IntegerLookup(output_mode="tf_idf") for _ in range(2))
    one.adapt(draw)
    other.adapt(row[None] for row in draw)
    assert one.get_vocabulary() == other.get_vocabulary()
    np.testing.assert_array_equal(one(draw[:3]), other(draw[:3]))


def test_statistics_of_another_length():
    with pytest.raises(ShapeError, match=r"mean and variance of shape \(2,\).*\(None, 3\)"):
        layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0])(X)


@pytest.mark.parametrize(("mode", "channels"), [("grayscale", 1), ("rgb", 3), ("rgba", 4)])
def test_greys_of_16_bits_in_data_sets(tmp_path, mode, channels):
    """The upper byte, as TensorFlow decodes them."""
    from PIL import Image

    greys = (np.arange(64).reshape(8, 8) * 1000).astype("uint16")
    Image.fromarray(greys).save(tmp_path / "x.png")
    found = next(iter(cornu.utils.image_dataset_from_directory(
        str(tmp_path), color_mode=mode, image_size=(8, 8), labels=None, verbose=False
    )))  # fmt: skip
    assert np.asarray(found).shape == (1, 8, 8, channels)
    for channel in range(min(channels, 3)):
        np.testing.assert_array_equal(np.asarray(found)[0, ..., channel], greys >> 8)


def test_a_model_called_on_a_sparse_matrix(model):
    import scipy.sparse

    x = np.eye(3, dtype="float32")
    np.testing.assert_array_equal(model(scipy.sparse.csr_matrix(x)), model(x))
