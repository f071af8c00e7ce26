"""Pictures in files: reading and writing, directories, and what is wrong with them."""

import io
import pickle
import threading
import warnings
from itertools import chain

import numpy as np
import pytest
from PIL import Image

from cornu.errors import DataError
from cornu_data import make_source
from cornu_preprocessing import image


def flow(folder, **kwargs):
    kwargs = {"target_size": (6, 5), "batch_size": 4, "shuffle": False, **kwargs}
    return image.ImageDataGenerator().flow_from_directory(folder, **kwargs)


# One file.


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        (mode, suffix)
        for mode in ("RGB", "RGBA", "L")
        for suffix in (".png", ".bmp", ".tif")
        if (mode, suffix) != ("RGBA", ".bmp")  # such files have no alpha
    ],
)
def test_what_is_written_is_read_back(tmp_path, mode, suffix, picture):
    x = np.asarray(picture(0, mode=mode), "float32").reshape(8, 10, -1)
    image.save_img(tmp_path / f"new/x{suffix}", x, scale=False)
    color_mode = {"RGB": "rgb", "RGBA": "rgba", "L": "grayscale"}[mode]
    loaded = image.load_img(str(tmp_path / f"new/x{suffix}"), color_mode=color_mode)
    np.testing.assert_array_equal(image.img_to_array(loaded), x)
    first = image.img_to_array(loaded, data_format="channels_first", dtype="uint8")
    np.testing.assert_array_equal(first, x.transpose(2, 0, 1))
    again = image.array_to_img(first, data_format="channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(again), np.asarray(loaded))


def test_load_img_takes_paths_bytes_and_streams(tmp_path, picture):
    path = tmp_path / "x.png"
    picture(0).save(path)
    for given in (path, str(path), str(path).encode(), io.BytesIO(path.read_bytes())):
        assert image.load_img(given).size == (10, 8)
    with pytest.raises(TypeError, match="Pass a path or an open binary file"):
        image.load_img(3)


def test_load_img_resizes_as_pillow_does(tmp_path, picture):
    path = tmp_path / "x.png"
    picture(0).save(path)
    for name, method in (("nearest", 0), ("bilinear", 2), ("lanczos", 1), ("box", 4)):
        found = image.load_img(path, target_size=(4, 6), interpolation=name)
        np.testing.assert_array_equal(found, np.asarray(picture(0).resize((6, 4), method)))
    kept = image.load_img(path, target_size=(4, 4), keep_aspect_ratio=True)
    np.testing.assert_array_equal(kept, np.asarray(picture(0).resize((4, 4), 0, box=(1, 0, 9, 8))))


def test_load_img_with_the_arguments_of_keras_2(tmp_path, picture):
    path = tmp_path / "x.png"
    picture(0).save(path)
    assert image.load_img(path, grayscale=True).mode == "L"
    assert image.load_img(path, True).mode == "L"
    found = image.load_img(path, False, "rgba", (3, 4))
    assert (found.mode, found.size) == ("RGBA", (4, 3))


def test_deep_grey_pictures_keep_their_depth(tmp_path):
    values = np.array([[0, 300], [40_000, 65_535]], "uint16")
    Image.fromarray(values).save(tmp_path / "deep.png")
    found = image.load_img(tmp_path / "deep.png", color_mode="grayscale")
    np.testing.assert_array_equal(image.img_to_array(found)[..., 0], values)
    assert image.array_to_img(values[..., None], scale=False).mode == "I"


def test_array_to_img_stretches():
    x = np.array([[[-1.0], [0.0], [3.0]]])
    np.testing.assert_array_equal(np.asarray(image.array_to_img(x)), [[0, 63, 255]])
    np.testing.assert_array_equal(np.asarray(image.array_to_img(x * 0)), [[0, 0, 0]])


def test_jpeg_has_no_alpha(tmp_path):
    with pytest.warns(UserWarning, match="no alpha channel"):
        image.save_img(tmp_path / "x.jpg", np.zeros((4, 4, 4)))
    assert image.load_img(tmp_path / "x.jpg").size == (4, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.array_to_img(np.zeros((4, 4))), r"3 axes.*shape \(4, 4\)"),
        (lambda: image.array_to_img(np.zeros((4, 4, 2))), "1, 3 or 4 channels"),
        (lambda: image.img_to_array(np.zeros((1, 4, 4, 3))), r"shape \(1, 4, 4, 3\)"),
        (lambda: image.img_to_array(np.zeros((4, 4)), "channel_last"), "Did you mean 'channels_"),
        (lambda: image.save_img(io.BytesIO(), np.zeros((2, 2, 1))), "file_format='png'"),
        (lambda: image.save_img("x.unknown", np.zeros((2, 2, 1))), "no format 'unknown'"),
        (lambda: image.smart_resize(np.zeros((2, 2, 1)), (2, 2), "cubic"), "'bicubic'"),
    ],
)
def test_what_is_wrong_with_one_picture(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_unreadable_files_are_named(broken):
    for name, reason in (("cats/cats1.png", "truncated|broken"), ("dogs/dogs1.png", "no such for")):
        with pytest.raises(image.UnreadableImageError, match=f"{name}.*({reason})"):
            image.load_img(broken / name)
    with pytest.raises(OSError, match=r"cats1\.png"):
        image.load_img(broken / "cats/cats1.png")
    with pytest.raises(FileNotFoundError):
        image.load_img(broken / "missing.png")


# Directories.


def test_a_directory(folder, capsys):
    batches = flow(folder)
    assert capsys.readouterr().out == "Found 9 images belonging to 3 classes.\n"
    assert batches.class_indices == {"cats": 0, "dogs": 1, "emus": 2}
    np.testing.assert_array_equal(batches.classes, [0] * 4 + [1] * 3 + [2] * 2)
    assert (batches.samples, batches.num_classes, len(batches)) == (9, 3, 3)
    assert batches.filenames[:2] == ["cats/cats1.png", "cats/cats2.png"]
    for number, (x, y) in enumerate(batches[i] for i in range(3)):
        for row, (found, target) in enumerate(zip(x, y, strict=True)):
            path = batches.filepaths[number * 4 + row]
            expected = Image.open(path).resize((5, 6), Image.Resampling.NEAREST)
            np.testing.assert_array_equal(found, np.asarray(expected, "float32"))
            assert target[batches.classes[number * 4 + row]] == target.sum() == 1


@pytest.mark.parametrize(
    ("class_mode", "check"),
    [
        ("sparse", lambda x, y: y.tolist() == [0, 0, 0, 0]),
        ("categorical", lambda x, y: y.shape == (4, 3)),
        ("input", lambda x, y: y is not x and (y == x).all()),
        ("binary", lambda x, y: y.dtype == np.float32),
    ],
)
def test_class_modes(folder, class_mode, check):
    classes = ["cats", "dogs"] if class_mode == "binary" else None
    assert check(*flow(folder, class_mode=class_mode, classes=classes)[0])


def test_no_targets_and_other_layouts(folder):
    assert flow(folder, class_mode=None)[2].shape == (1, 6, 5, 3)
    assert flow(folder, class_mode=None, color_mode="grayscale")[0].shape == (4, 6, 5, 1)
    generator = image.ImageDataGenerator(data_format="channels_first", dtype="float64")
    x = generator.flow_from_directory(folder, (6, 5), "rgba", class_mode=None)[0]
    assert x.shape[1:] == (4, 6, 5)
    assert x.dtype == np.float64


def test_subsets_are_parts_of_each_class(folder):
    generator = image.ImageDataGenerator(validation_split=0.5)
    parts = {
        subset: generator.flow_from_directory(folder, subset=subset, shuffle=False).filenames
        for subset in ("training", "validation")
    }
    assert len(parts["validation"]) == 2 + 1 + 1
    assert not set(parts["training"]) & set(parts["validation"])
    with pytest.raises(DataError, match=r"validation_split=0\.2"):
        flow(folder, subset="training")


def test_chosen_classes_in_their_order(folder):
    batches = flow(folder, classes=["emus", "cats"])
    assert batches.class_indices == {"emus": 0, "cats": 1}
    assert batches.samples == 6


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"classes": ["cat"]}, "no subdirectory for the class 'cat'. Did you mean 'cats'"),
        ({"class_mode": "catgorical"}, "Did you mean 'categorical'"),
        ({"class_mode": "binary"}, "two classes, and there are 3"),
        ({"color_mode": "bgr"}, "color_mode='bgr' must be one of"),
        ({"interpolation": "cubic"}, "Did you mean 'bicubic'"),
        ({"on_error": "ignore"}, "on_error='ignore' must be one of 'raise', 'skip'"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"target_size": (6, 5, 3)}, r"target_size is height and width.*\(6, 5, 3\)"),
    ],
)
def test_wrong_arguments(folder, kwargs, message):
    with pytest.raises(DataError, match=message):
        flow(folder, **kwargs)


def test_empty_directories(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no directory"):
        flow(tmp_path / "missing")
    with pytest.raises(DataError, match="no subdirectories"):
        flow(tmp_path)
    (tmp_path / "cats").mkdir()
    with (
        pytest.warns(UserWarning, match="The class 'cats' has no pictures"),
        pytest.raises(DataError, match="holds no pictures"),
    ):
        flow(tmp_path)


def test_an_unreadable_picture_is_an_error(broken):
    with pytest.raises(image.UnreadableImageError, match=r"cats1\.png"):
        flow(broken)[0]


def test_unreadable_pictures_are_skipped_and_reported(broken):
    with pytest.warns(UserWarning, match="2 of 9 pictures are left out") as caught:
        batches = flow(broken, on_error="skip")
    assert "cats1.png" in str(caught[0].message)
    assert "dogs1.png" in str(caught[0].message)
    assert batches.samples == 7
    assert [path[-9:] for path, _ in batches.unreadable] == ["cats1.png", "dogs1.png"]
    assert sum(len(batches[i][0]) for i in range(len(batches))) == 7
    np.testing.assert_array_equal(batches.classes, [0] * 3 + [1] * 2 + [2] * 2)


# The same pictures, whoever makes them and when.


def random_flow(folder, **kwargs):
    generator = image.ImageDataGenerator(rotation_range=30, width_shift_range=0.2)
    options = {"target_size": (6, 5), "batch_size": 2, "class_mode": "sparse", **kwargs}
    return generator.flow_from_directory(folder, **options)


def epochs(batches, count, **options):
    source = make_source(batches, **options)
    with source:
        return [list(source.epoch()) for _ in range(count)]


@pytest.mark.parametrize("seed", [3, None])
def test_threads_change_nothing(folder, seed):
    found = []
    for workers in (1, 4):
        np.random.seed(0)
        found.append(epochs(random_flow(folder, seed=seed), 3, workers=workers))
    for one, other in zip(*found, strict=True):
        for (x, y), (x2, y2) in zip(one, other, strict=True):
            np.testing.assert_array_equal(x, x2)
            np.testing.assert_array_equal(y, y2)
    assert any((a[0] != b[0]).any() for a, b in zip(found[0][0], found[0][1], strict=True))


def test_processes_change_nothing(folder):
    one = epochs(random_flow(folder, seed=3), 2, workers=1)
    other = epochs(random_flow(folder, seed=3), 2, workers=2, use_multiprocessing=True)
    for a, b in zip(chain(*one), chain(*other), strict=True):
        np.testing.assert_array_equal(a[0], b[0])


def test_a_copy_goes_on_alike(folder):
    batches = random_flow(folder, seed=3)
    next(batches)
    twin = pickle.loads(pickle.dumps(batches))
    for _ in range(6):
        (x, y), (x2, y2) = next(batches), next(twin)
        np.testing.assert_array_equal(x, x2)
        np.testing.assert_array_equal(y, y2)


def test_iteration_by_several_threads(folder):
    batches = random_flow(folder, seed=3, class_mode=None)
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(next(batches) for _ in range(5)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    twin = random_flow(folder, seed=3, class_mode=None)
    expected = [next(twin) for _ in range(20)]

    def key(x):
        return x.shape[0], float(x.sum())

    assert sorted(map(key, found)) == sorted(map(key, expected))
    assert batches.total_batches_seen == 20


def test_on_error_skip_warns_of_nothing_where_all_is_well(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert flow(folder, on_error="skip").unreadable == []


@pytest.mark.filterwarnings("ignore:The data ran out after 1 of 2")
@pytest.mark.parametrize("seed", [3, None])
def test_epochs_of_some_of_the_batches_are_the_same_with_threads(folder, seed):
    found = []
    for workers in (1, 4, 4):
        np.random.seed(0)
        batches = random_flow(folder, seed=seed)
        found.append(list(chain(*epochs(batches, 6, workers=workers, steps=2))))
    assert len(found[0]) == 10
    for other in found[1:]:
        for (x, y), (x2, y2) in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(x, x2)
            np.testing.assert_array_equal(y, y2)
    for start in (0, 5):  # 5 batches hold all 9 pictures once
        labels = np.concatenate([y for _, y in found[0][start : start + 5]])
        assert sorted(labels) == [0] * 4 + [1] * 3 + [2] * 2


@pytest.mark.parametrize("epoch", [5, 2])
@pytest.mark.parametrize("done", [0, 2, 4, 5, 7, 10])
def test_a_training_goes_on_in_another_process(folder, done, epoch):
    def batches_of(batches, numbers):
        for number in numbers:
            yield batches[number % 5]
            if number % epoch == epoch - 1:
                batches.on_epoch_end()

    expected = list(batches_of(random_flow(folder, seed=3), range(15)))
    first = random_flow(folder, seed=3)
    list(batches_of(first, range(done)))
    if epoch == 5 and done % 5:
        first[done % 5]  # made ahead, and not used
    other = random_flow(folder, seed=3)
    other.set_state(first.get_state())
    for (x, y), (x2, y2) in zip(batches_of(other, range(done, 15)), expected[done:], strict=True):
        np.testing.assert_array_equal(x, x2)
        np.testing.assert_array_equal(y, y2)
