"""Data sets of pictures in directories."""

import numpy as np
import pytest
from PIL import Image

import cornu
from cornu.errors import DataError
from cornu_preprocessing import image


def dataset(folder, **kwargs):
    kwargs = {"image_size": (6, 5), "batch_size": 4, "shuffle": False, "verbose": False, **kwargs}
    return image.image_dataset_from_directory(folder, **kwargs)


def test_a_data_set(folder, capsys):
    data = dataset(folder, verbose=True)
    assert capsys.readouterr().out == "Found 9 files belonging to 3 classes.\n"
    assert data.class_names == ["cats", "dogs", "emus"]
    assert len(data.file_paths) == 9
    (x, y), *_ = list(data)
    assert (x.shape, x.dtype, y.dtype) == ((4, 6, 5, 3), np.float32, np.int32)
    for found, path in zip(x, data.file_paths, strict=False):
        whole = np.asarray(Image.open(path), "float32")
        expected = cornu.ops.image.resize(whole, (6, 5), data_format="channels_last")
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)
    assert sum(len(batch[1]) for batch in data) == 9


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("size", [(6, 5), (20, 3), (16, 30)])
@pytest.mark.parametrize("shaped", ["", "crop_to_aspect_ratio", "pad_to_aspect_ratio"])
def test_data_sets_resize_as_ops_do(folder, method, size, shaped):
    options = {shaped: True} if shaped else {}
    data = dataset(folder, image_size=size, interpolation=method, **options)
    whole = np.asarray(Image.open(data.file_paths[0]), "float32")
    expected = cornu.ops.image.resize(whole, size, method, **options)
    np.testing.assert_allclose(data[0][0][0], expected, rtol=1e-4, atol=1e-2)


def test_area_is_the_mean_of_what_a_pixel_covers(folder):
    data = dataset(folder, image_size=(4, 5), interpolation="area")
    whole = np.asarray(Image.open(data.file_paths[0]), "float64")
    expected = whole.reshape(4, 2, 5, 2, 3).mean((1, 3))
    np.testing.assert_allclose(data[0][0][0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("kwargs", "shape", "dtype"),
    [
        ({"label_mode": "categorical"}, (4, 3), "float32"),
        ({"label_mode": "binary", "class_names": ["dogs", "cats"]}, (4, 1), "float32"),
        ({"labels": list(range(9))}, (4,), "int32"),
        ({"color_mode": "grayscale"}, (4,), "int32"),
    ],
)
def test_labels_of_data_sets(folder, kwargs, shape, dtype):
    x, y = dataset(folder, **kwargs)[0]
    assert (y.shape, y.dtype) == (shape, dtype)
    assert x.shape[-1] == (1 if "color_mode" in kwargs else 3)


def test_data_sets_without_labels_batches_or_order(folder):
    assert dataset(folder, labels=None)[0].shape == (4, 6, 5, 3)
    assert dataset(folder, label_mode=None)[0].shape == (4, 6, 5, 3)
    x, y = dataset(folder, batch_size=None)[8]
    assert (x.shape, int(y)) == ((6, 5, 3), 2)
    assert dataset(folder, data_format="channels_first")[0][0].shape == (4, 3, 6, 5)


def test_shuffled_data_sets(folder):
    runs = []
    for _ in range(2):
        data = dataset(folder, shuffle=True, seed=7)
        runs.append([np.concatenate([y for _, y in data]) for _ in range(2)])
        assert sorted(data.file_paths) == sorted(dataset(folder).file_paths)
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0][0] != runs[0][1]).any()
    order = list(range(9))
    np.random.RandomState(7).shuffle(order)
    assert data.file_paths == [dataset(folder).file_paths[i] for i in order]  # as Keras orders them


def test_split_data_sets(folder):
    options = {"validation_split": 0.3, "shuffle": True, "seed": 1}
    training, validation = dataset(folder, subset="both", **options)
    assert (len(training.file_paths), len(validation.file_paths)) == (7, 2)
    assert not set(training.file_paths) & set(validation.file_paths)
    assert dataset(folder, subset="training", **options).file_paths == training.file_paths
    with pytest.raises(DataError, match="Pass a seed"):
        dataset(folder, validation_split=0.3, subset="both", shuffle=True)


def test_data_sets_skip_what_is_unreadable(broken):
    with pytest.raises(image.UnreadableImageError, match=r"cats1\.png"):
        list(dataset(broken))
    with pytest.warns(UserWarning, match="2 of 9 pictures are left out"):
        data = dataset(broken, on_error="skip")
    assert len(data.unreadable) == 2
    assert sum(len(y) for _, y in data) == 7


def test_nothing_that_can_be_read(tmp_path):
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "1.png").write_bytes(b"not a picture")
    for make in (image.ImageDataGenerator().flow_from_directory, dataset):
        with (
            pytest.warns(UserWarning, match="1 of 1 pictures are left out"),
            pytest.raises(DataError, match=r"[Nn]one (of the pictures in .*)?can be read"),
        ):
            make(tmp_path, on_error="skip")


def test_data_sets_of_nothing(tmp_path):
    with pytest.raises(DataError, match="no subdirectories"):
        dataset(tmp_path)
    with pytest.raises(DataError, match="has no files"):
        dataset(tmp_path, labels=None)
