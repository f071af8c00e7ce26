"""Numbers of Keras: keras_preprocessing 1.1.2, as Keras 2.3 used it, and Keras 3.15's legacy
module. The files hold what they return for the arguments that stand here."""

import json
from pathlib import Path

import numpy as np
import pytest

from cornu_preprocessing import image

FOLDER = Path(__file__).parent / "image"
RECORDED = {
    name: json.loads((FOLDER / f"{name}.json").read_text()) for name in ("keras2", "keras3")
}

RANGES = {
    "rotation": {"rotation_range": 40},
    "fractions": {"width_shift_range": 0.2, "height_shift_range": 0.3},
    "float_pixels": {"width_shift_range": 3.0, "height_shift_range": 2.5},
    "int": {"width_shift_range": 3, "height_shift_range": 2},
    "list": {"width_shift_range": [1, 4], "height_shift_range": [0.1, 0.4]},
    "all": {
        "rotation_range": 15,
        "width_shift_range": 0.1,
        "height_shift_range": 2,
        "shear_range": 10,
        "zoom_range": 0.3,
        "channel_shift_range": 20.0,
        "horizontal_flip": True,
        "vertical_flip": True,
        "brightness_range": (0.5, 1.5),
    },
    "zoom_pair": {"zoom_range": (0.8, 0.9)},
}


@pytest.fixture(params=RECORDED)
def geometry(request):
    return request.param


@pytest.fixture
def recorded(geometry):
    return RECORDED[geometry]


def array(values, *shape):
    return np.array(values, "float32").reshape(shape)


def same(found, expected, atol=2e-4):
    np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("ranges", RANGES)
def test_a_seed_draws_the_numbers_of_keras(recorded, ranges):
    generator = image.ImageDataGenerator(**RANGES[ranges])
    for seed, expected in enumerate(recorded["params"][ranges]):
        found = generator.get_random_transform((5, 7, 3), seed=seed)
        assert list(found) == list(expected)
        for name, value in expected.items():
            assert found[name] == (None if value is None else pytest.approx(value, abs=1e-12)), name


def test_transformations(recorded, geometry):
    x = array(recorded["img"], 5, 7, 3)
    for mode, order, parameters, expected in recorded["transforms"]:
        generator = image.ImageDataGenerator(
            fill_mode=mode, cval=7.0, interpolation_order=order, geometry=geometry
        )
        same(generator.apply_transform(x.copy(), parameters), expected)
        swapped = image.ImageDataGenerator(
            fill_mode=mode,
            cval=7.0,
            interpolation_order=order,
            geometry=geometry,
            data_format="channels_first",
        )
        first = swapped.apply_transform(x.transpose(2, 0, 1), parameters)
        same(first.transpose(1, 2, 0), expected)


def flowing(recorded, geometry, **kwargs):
    generator = image.ImageDataGenerator(
        rotation_range=20,
        width_shift_range=0.2,
        horizontal_flip=True,
        rescale=1 / 255.0,
        samplewise_center=True,
        geometry=geometry,
    )
    return generator.flow(array(recorded["x"], 5, 4, 4, 1), np.arange(5), batch_size=2, **kwargs)


def same_batches(batches, expected):
    for (x, y), (pictures, labels) in zip(batches, expected, strict=True):
        np.testing.assert_array_equal(y, labels)
        same(x, pictures)


def test_batches_without_end(recorded, geometry):
    batches = flowing(recorded, geometry, seed=3)
    same_batches([next(batches) for _ in range(5)], recorded["next"])


def test_batches_by_index(recorded, geometry):
    batches, found = flowing(recorded, geometry, seed=3), []
    for _ in range(2):
        found += [batches[i] for i in range(len(batches))]
        batches.on_epoch_end()
    same_batches(found, recorded["items"])


def test_without_a_seed_numpys_own_draws(recorded, geometry):
    np.random.seed(11)
    batches = flowing(recorded, geometry)
    same_batches([next(batches) for _ in range(4)], recorded["global"])


def test_names_of_saved_copies(recorded, geometry, tmp_path):
    generator = image.ImageDataGenerator(rotation_range=20, width_shift_range=0.2)
    x = array(recorded["x"], 5, 4, 4, 1)
    next(generator.flow(x, batch_size=5, seed=1, save_to_dir=tmp_path / "new", save_prefix="p"))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == recorded["saved"]


def test_featurewise_statistics(recorded):
    x = array(recorded["img"], 5, 7, 3)[None] * np.arange(1, 4).reshape(3, 1, 1, 1)
    generator = image.ImageDataGenerator(
        featurewise_center=True, featurewise_std_normalization=True
    )
    generator.fit(x)
    mean, std, standardized = recorded["featurewise"]
    same(generator.mean, mean, 1e-3)
    same(generator.std, std, 1e-3)
    same(generator.standardize(x[0].astype("float32")), standardized)


def test_statistics_of_augmented_pictures(recorded, geometry):
    generator = image.ImageDataGenerator(
        featurewise_center=True, rotation_range=30, geometry=geometry
    )
    generator.fit(array(recorded["x"], 5, 4, 4, 1), augment=True, rounds=2, seed=4)
    same(generator.mean, recorded["augmented_mean"], 1e-3)


def test_functions_of_one_picture():
    recorded = RECORDED["keras2"]
    x, axes = array(recorded["sq"], 6, 6, 1), (0, 1, 2)
    np.random.seed(5)
    same(image.random_rotation(x, 30, *axes), recorded["functions"]["rotation"])
    same(image.random_shear(x, 15, *axes), recorded["functions"]["shear"])
    same(image.random_zoom(x, (0.7, 1.2), *axes), recorded["functions"]["zoom"])
    same(image.random_channel_shift(x, 25.0, 2), recorded["functions"]["channel"])


def test_brightness():
    x = array(RECORDED["keras3"]["img"], 5, 7, 3)
    for brightness, scale, expected in RECORDED["keras3"]["brightness"]:
        darker = x - 20 if scale == "low" else x  # some values below 0
        same(image.apply_brightness_shift(darker, brightness, scale is True), expected, 1e-3)
        first = image.apply_brightness_shift(
            darker.transpose(2, 0, 1), brightness, scale is True, "channels_first"
        )
        same(first.transpose(1, 2, 0), expected, 1e-3)


def test_zca_whitening():
    x, mean, standardized = RECORDED["keras3"]["zca"]
    x = array(x, 12, 3, 3, 1)
    with pytest.warns(UserWarning, match="zca_whitening=True sets featurewise_center=True"):
        generator = image.ImageDataGenerator(zca_whitening=True, zca_epsilon=1e-2)
    generator.fit(x)
    same(generator.mean, mean)
    same(generator.standardize(x[:2].copy()), standardized)


@pytest.fixture
def folder(tmp_path):
    """Two classes of pictures of several sizes."""
    for name, count in (("b", 4), ("a", 5)):
        for i in range(count):
            path = tmp_path / name / ("sub" if i == 2 else ".") / f"{i}.png"
            values = np.random.default_rng(i).integers(0, 256, (9 + i, 8, 3))
            image.save_img(path, values, scale=False)
    return tmp_path


@pytest.fixture
def recorded_files():
    with np.load(FOLDER / "directory.npz") as file:
        return dict(file)


def changing():
    return image.ImageDataGenerator(
        rotation_range=20,
        width_shift_range=2,
        shear_range=5,
        zoom_range=0.1,
        channel_shift_range=10.0,
        vertical_flip=True,
        rescale=1 / 255,
        validation_split=0.4,
        fill_mode="reflect",
    )


def same_files(found, recorded):
    for name, pair in found.items():
        for part, kind in zip(pair, "xy", strict=True):
            np.testing.assert_allclose(part, recorded[name + kind], rtol=1e-5, atol=1e-5)


def test_directories(folder, recorded_files, tmp_path_factory):
    options = {"target_size": (6, 7), "batch_size": 2, "seed": 5}
    found = {}
    for subset in (None, "training"):
        batches = changing().flow_from_directory(
            folder,
            subset=subset,
            save_to_dir=tmp_path_factory.mktemp("copies"),  # draws for names too
            **options,
        )
        found |= {f"n{subset}{i}": next(batches) for i in range(7)}
    batches = changing().flow_from_directory(
        folder, color_mode="grayscale", subset="training", class_mode="sparse", **options
    )
    for epoch in range(2):
        found |= {f"itraining{epoch}{i}": batches[i] for i in range(len(batches))}
        batches.on_epoch_end()
    same_files(found, recorded_files)
    frames = 4
    assert len(recorded_files) == 2 * (len(found) + frames)


def test_frames(folder, recorded_files):
    pandas = pytest.importorskip("pandas", reason="frames are made by pandas")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    frame = pandas.DataFrame({"filename": names, "class": [name[0] for name in names]})
    batches = changing().flow_from_dataframe(
        frame, folder, target_size=(5, 5), batch_size=4, seed=2, subset="training"
    )
    same_files({f"d{i}": next(batches) for i in range(4)}, recorded_files)
