"""What holds for every layer over pictures, and what each draws."""

import numpy as np
import pytest
from scipy import ndimage

import cornu
from cornu import layers, ops, random
from cornu.errors import ShapeError, TracedValueError
from cornu.testing import check_grads, check_layer
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace

DETERMINISTIC = {
    "Resizing": {"height": 3, "width": 4},
    "CenterCrop": {"height": 3, "width": 4},
    "AutoContrast": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 3)},
}
RANDOM = {
    "AugMix": {},
    "CutMix": {},
    "MixUp": {"alpha": 0.5},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.3},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomColorJitter": {
        "brightness_factor": 0.2,
        "contrast_factor": 0.2,
        "saturation_factor": 0.9,
        "hue_factor": 0.3,
    },
    "RandomContrast": {"factor": 0.5},
    "RandomCrop": {"height": 3, "width": 4},
    "RandomElasticTransform": {"scale": 1.0},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {"sigma": 0.9},
    "RandomGrayscale": {"factor": 0.5},
    "RandomHue": {"factor": 0.5},
    "RandomInvert": {"factor": 0.5},
    "RandomPerspective": {"scale": 0.3},
    "RandomPosterization": {"factor": (1, 5)},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.9},
    "RandomSharpness": {"factor": 0.9},
    "RandomShear": {"x_factor": 0.3, "y_factor": 0.2},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomZoom": {"height_factor": 0.3, "width_factor": 0.2},
    "Solarization": {"addition_factor": 0.3, "threshold_factor": 0.7},
}
MIXING = ("CutMix", "MixUp", "AugMix", "RandAugment")
X = np.random.default_rng(0).integers(0, 256, (8, 7, 6, 3)).astype("float32")


def make(name, **kwargs):
    return getattr(layers, name)(**{**DETERMINISTIC, **RANDOM}[name], **kwargs)


def traced(layer, x, runs=1):
    with Trace("train") as trace:
        y = layer(trace.input("x", x.shape, x.dtype), training=True)
        program = build_program("train", trace, [y])
    run = ReferenceExecutable(program)
    return [run(x)[0] for _ in range(runs)]


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_deterministic_layers(name):
    smooth = name != "ContrastLimitedAdaptiveHistogramEqualization"  # it looks values up
    check_layer(getattr(layers, name), DETERMINISTIC[name], input_data=X, differentiable=smooth)


@pytest.mark.parametrize("name", RANDOM)
def test_inference_changes_nothing(name):
    y = make(name)(X, training=False)
    if name == "RandomCrop":
        expected = layers.Resizing(3, 4, crop_to_aspect_ratio=True)(X)
        np.testing.assert_array_equal(y, expected)
    else:
        np.testing.assert_array_equal(y, X)


@pytest.mark.parametrize("name", RANDOM)
def test_the_same_seed_gives_the_same_bits_traced_or_not(name):
    direct = make(name, seed=5)
    first, second = direct(X, training=True), direct(X, training=True)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert (first != second).any() or name in ("RandomFlip", "RandomGrayscale", "RandomInvert")
    again = make(name, seed=5)(X, training=True)
    np.testing.assert_array_equal(first, again)
    for found, expected in zip(traced(make(name, seed=5), X, runs=2), (first, second), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("name", [name for name in RANDOM if name not in MIXING])
def test_single_pictures_and_channels_first(name):
    expected = make(name, seed=5)(X[:1], training=True)
    single = make(name, seed=5)(X[0], training=True)
    np.testing.assert_array_equal(single, expected[0])
    first = make(name, seed=5, data_format="channels_first")
    y = first(X[:1].transpose(0, 3, 1, 2), training=True)
    np.testing.assert_allclose(y.transpose(0, 2, 3, 1), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_config_round_trip(name):
    seed = {} if name in (*DETERMINISTIC, "Equalization") else {"seed": 5}
    layer = make(name, **seed)
    config = layer.get_config()
    twin = type(layer).from_config(config)
    assert twin.get_config() == config
    np.testing.assert_array_equal(layer(X, training=True), twin(X, training=True))


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_bytes_and_models(name):
    seed = {} if name in DETERMINISTIC else {"seed": 5}
    y = make(name, **seed)(X.astype("uint8"), training=True)
    assert y.dtype == ("uint8" if name == "Resizing" else "float32")
    if name == "Resizing":
        return
    np.testing.assert_allclose(y, make(name, **seed)(X, training=True), rtol=1e-5, atol=1e-3)
    model = cornu.Sequential([cornu.Input(X.shape[1:]), make(name)])
    assert model.output_shape[0] is None
    assert model.predict(X, verbose=0).shape == (len(X), *model.output_shape[1:])


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_wrong_ranks_are_refused(name):
    with pytest.raises(ShapeError, match="takes a picture"):
        make(name)(np.zeros((2, 3)), training=True)


# What is drawn.


def drawn(name, shape=(500, 4, 5, 3), **kwargs):
    layer = getattr(layers, name)(seed=0, **kwargs)
    return layer.get_random_transformation(np.zeros(shape, "float32"))


@pytest.mark.parametrize(
    ("name", "kwargs", "key", "low", "high"),
    [
        ("RandomRotation", {"factor": 0.25}, "angle", -90, 90),
        ("RandomRotation", {"factor": (0.1, 0.2)}, "angle", 36, 72),
        ("RandomZoom", {"height_factor": 0.3}, "height_zoom", 0.7, 1.3),
        (
            "RandomTranslation",
            {"height_factor": 0.5, "width_factor": (0.1, 0.3)},
            "height_shift",
            -2,
            2,
        ),
        (
            "RandomTranslation",
            {"height_factor": 0.5, "width_factor": (0.2, 0.4)},
            "width_shift",
            1,
            2,
        ),
        ("RandomShear", {"x_factor": 0.4}, "x_shear", -0.4, 0.4),
        ("RandomBrightness", {"factor": 0.2}, "rgb_delta", -51, 51),
        ("RandomBrightness", {"factor": 0.2, "value_range": (0, 1)}, "rgb_delta", -0.2, 0.2),
        ("RandomContrast", {"factor": (0.3, 0.6)}, "contrast_factor", 0.7, 1.6),
        ("RandomHue", {"factor": 0.4}, "factor", -0.2, 0.2),
        ("RandomSaturation", {"factor": 0.5}, "factor", 0, 1),
        ("RandomSharpness", {"factor": (0.2, 0.8)}, "factor", 0.2, 0.8),
        ("Solarization", {"addition_factor": 0.4}, "additions", 0, 102),
        ("Solarization", {"threshold_factor": (0.2, 0.4)}, "thresholds", 51, 102),
        ("MixUp", {"alpha": 1.0}, "mix_weight", 0, 1),
    ],
)
def test_ranges_are_filled_and_kept(name, kwargs, key, low, high):
    values = np.asarray(drawn(name, **kwargs)[key])
    spread = high - low
    assert values.shape == (500, 1, 1, 1)
    assert low <= values.min() <= low + 0.05 * spread
    assert high - 0.05 * spread <= values.max() <= high


@pytest.mark.parametrize(
    ("name", "kwargs", "key", "rate"),
    [
        ("RandomFlip", {}, "flips", 0.5),
        ("RandomGrayscale", {"factor": 0.3}, "should_apply", 0.3),
        ("RandomInvert", {"factor": (0.8, 0.8)}, "apply_inversion", 0.8),
        ("RandomInvert", {"factor": 0.6}, "apply_inversion", 0.3),
        ("RandomErasing", {"factor": (0.2, 0.2)}, "apply_erasing", 0.2),
        ("RandomGaussianBlur", {"factor": (0.5, 0.5)}, "should_apply_blur", 0.5),
        ("RandomPerspective", {"factor": (0.7, 0.7)}, "apply_perspective", 0.7),
        ("RandomElasticTransform", {"factor": (0.4, 0.4)}, "apply_transform", 0.4),
    ],
)
def test_rates(name, kwargs, key, rate):
    assert np.mean(np.asarray(drawn(name, **kwargs)[key])) == pytest.approx(rate, abs=0.07)


def test_posterization_keeps_as_many_bits_as_drawn():
    steps = np.unique(np.asarray(drawn("RandomPosterization", factor=(2, 5))["step"]))
    np.testing.assert_array_equal(steps, [16, 32, 64])


def test_rotation_agrees_with_scipy():
    layer = layers.RandomRotation((0.07, 0.07), fill_mode="constant", fill_value=3.0)
    found = layer(X[0], training=True)
    expected = ndimage.rotate(
        X[0].astype("float64"), 0.07 * 360, reshape=False, order=1, mode="grid-constant", cval=3.0
    )
    np.testing.assert_allclose(found, expected, atol=1e-2)


def test_moves_are_one_affine_transform():
    for name in ("RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear"):
        layer = make(name, seed=1)
        drawn = layer.get_random_transformation(X)
        found = layer.transform_images(X, drawn)
        expected = ops.image.affine_transform(X, drawn["matrix"], fill_mode="reflect")
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("fill_mode", "scipys"),
    [
        ("constant", "grid-constant"),
        ("nearest", "nearest"),
        ("wrap", "grid-wrap"),
        ("mirror", "mirror"),
        ("reflect", "reflect"),
    ],
)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_elastic_shifts_agree_with_scipy(fill_mode, scipys, interpolation):
    layer = layers.RandomElasticTransform(
        (1.0, 1.0), fill_mode=fill_mode, fill_value=9.0, interpolation=interpolation, seed=0
    )
    drawn = layer.get_random_transformation(X)
    shifts = np.asarray(drawn["shifts"]) * 40
    found = layer.transform_images(X, {**drawn, "shifts": shifts})
    grid = np.mgrid[: X.shape[1], : X.shape[2]]
    for picture, shift, result in zip(X, shifts.transpose(1, 0, 2, 3), found, strict=True):
        for channel in range(3):
            expected = ndimage.map_coordinates(
                picture[..., channel].astype("float64"),
                grid + shift,
                order=1 if interpolation == "bilinear" else 0,
                mode=scipys,
                cval=9.0,
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=2e-2)


def test_elastic_shifts_are_smooth_and_grow_with_the_scale():
    sizes = []
    for scale in (0.5, 1.0):
        layer = layers.RandomElasticTransform(scale=(scale, scale), seed=0)
        drawn = layer.get_random_transformation(np.zeros((4, 40, 60, 1)))
        shifts = np.asarray(drawn["shifts"])
        assert shifts.shape == (2, 4, 40, 60)
        assert np.abs(np.diff(shifts, axis=-1)).mean() < np.abs(shifts).mean()
        sizes.append(np.abs(shifts).mean())
    assert 1.5 < sizes[1] / sizes[0] < 2.5


def test_random_crop_cuts_a_window_out():
    layer = layers.RandomCrop(3, 4, seed=0)
    tops = set()
    for _ in range(30):
        drawn = layer.get_random_transformation(X)
        top, left = int(drawn["top"]), int(drawn["left"])
        tops.add(top)
        y = layer.transform_images(X, drawn)
        np.testing.assert_array_equal(y, X[:, top : top + 3, left : left + 4])
    assert tops == {0, 1, 2, 3, 4}


def test_erasing_fills_one_rectangle():
    layer = layers.RandomErasing((1.0, 1.0), (0.3, 0.3), fill_value=[7, 8, 9], seed=0)
    y = layer(np.zeros((4, 20, 20, 3)), training=True)
    for picture in y:
        rows, columns = np.nonzero(picture[..., 0])
        rectangle = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert (rectangle == [7, 8, 9]).all()
        assert rows.size == rectangle[..., 0].size
        assert rectangle.shape[0] == pytest.approx(20 * 0.3**0.5, abs=1)


def test_mixing_mixes_labels_by_what_is_left_of_each_picture():
    x = np.zeros((16, 10, 10, 1), "float32") + np.arange(16).reshape(-1, 1, 1, 1)
    data = {"images": x, "labels": np.eye(16, dtype="float32")}
    mixed = layers.MixUp(1.0, seed=0)(data, training=True)
    np.testing.assert_allclose(
        mixed["images"][:, 0, 0, 0], mixed["labels"] @ np.arange(16), rtol=1e-4, atol=1e-4
    )
    cut = layers.CutMix((1.0, 1.0), seed=0)(data, training=True)
    for own, (picture, label) in enumerate(zip(cut["images"], cut["labels"], strict=True)):
        assert (picture == own).mean() == pytest.approx(label[own], abs=0.2)
        assert label.sum() == pytest.approx(1, abs=1e-5)


def test_masks_move_with_the_pictures():
    masks = (X[..., :1] > 128).astype("uint8")
    for name in ("RandomFlip", "RandomTranslation", "RandomCrop", "Resizing"):
        seed = {} if name == "Resizing" else {"seed": 3}
        y = make(name, **seed)({"images": X, "segmentation_masks": masks}, training=True)
        assert y["segmentation_masks"].dtype == np.uint8
        assert set(np.unique(y["segmentation_masks"])) <= {0, 1}
        assert y["segmentation_masks"].shape[:3] == y["images"].shape[:3]
    flipped = layers.RandomFlip(seed=3)({"images": X, "segmentation_masks": masks}, training=True)
    np.testing.assert_array_equal(flipped["images"][..., :1] > 128, flipped["segmentation_masks"])
    bright = layers.RandomBrightness(0.2)({"images": X, "segmentation_masks": masks}, training=True)
    np.testing.assert_array_equal(bright["segmentation_masks"], masks)


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("RandomRotation", {"factor": 2}, "factor is a number, or a pair of them, from -1 to 1"),
        ("RandomZoom", {"height_factor": "big"}, "height_factor is a number"),
        ("RandomHue", {"factor": (0.1, 0.2, 0.3)}, "factor is a number, or a pair"),
        ("RandomFlip", {"mode": "horizontl"}, "Did you mean 'horizontal'"),
        ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0, "fill_mode": "mirror"},
         "fill_mode='mirror' must be one of"),
        ("RandomGaussianBlur", {"kernel_size": 4}, "odd number"),
        ("RandomBrightness", {"factor": 0.1, "value_range": 255}, "value_range is the pair"),
        ("Resizing", {"height": 2, "width": 2, "interpolation": "cubic"}, "Did you mean 'bicubic'"),
        ("MixUp", {"alpha": 0}, "alpha is a number above 0"),
    ],
)  # fmt: skip
def test_wrong_arguments(name, kwargs, message):
    with pytest.raises(ValueError, match=message):
        getattr(layers, name)(**kwargs)


@pytest.mark.parametrize("name", ["RandomRotation", "RandomContrast", "RandomCrop"])
def test_gradients_pass_through(name):
    layer = make(name, seed=1, dtype="float64")
    x = X[:2].astype("float64")
    drawn = layer.get_random_transformation(x)
    drawn = {key: np.asarray(value, "float64") if key == "matrix" else value
             for key, value in drawn.items()}  # fmt: skip
    check_grads(lambda v: layer.transform_images(v, drawn), [x / 255 * 0.5 + 60], rtol=1e-4)


def test_a_generator_of_ones_own():
    layer = layers.RandomBrightness(0.3, seed=1)
    first = layer.get_random_transformation(X, seed=random.SeedGenerator(9))
    second = layer.get_random_transformation(X, seed=random.SeedGenerator(9))
    np.testing.assert_array_equal(first["rgb_delta"], second["rgb_delta"])


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_layers_are_saved_and_read_back(name, tmp_path):
    model = cornu.Sequential([cornu.Input(X.shape[1:]), make(name)])
    model.save(tmp_path / "model.keras")
    loaded = cornu.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == model.layers[-1].get_config()
    np.testing.assert_array_equal(loaded.layers[-1](X), model.layers[-1](X))


@pytest.mark.parametrize(("name", "axis"), [("RandomHeight", 1), ("RandomWidth", 2)])
def test_stretching(name, axis):
    layer = getattr(layers, name)((0.2, 0.6), seed=0)
    y = layer(X, training=True)
    others = [a for a in range(4) if a != axis]
    assert [y.shape[a] for a in others] == [X.shape[a] for a in others]
    assert 1.2 * X.shape[axis] - 1 <= y.shape[axis] <= 1.6 * X.shape[axis]
    np.testing.assert_array_equal(layer(X, training=False), X)
    masks = layer({"images": X, "segmentation_masks": (X > 99).astype("uint8")}, training=True)
    assert masks["segmentation_masks"].shape == masks["images"].shape
    again = type(layer).from_config(layer.get_config())
    assert again.factor == (0.2, 0.6)


class Stretched(cornu.Model):
    """Says to no layer whether it trains."""

    def __init__(self, layer):
        super().__init__()
        self.stretch = layer
        self.pool = layers.GlobalAveragePooling2D(data_format=layer.data_format)
        self.dense = layers.Dense(1)
        self.seen = []

    def call(self, x):
        x = self.stretch(x)
        self.seen.append(x.shape)
        return self.dense(self.pool(x))


def functional_stretched(layer):
    inputs = cornu.Input(X.shape[1:])
    x = layers.Resizing(5, 6, data_format=layer.data_format)(layer(inputs))
    return cornu.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("name", "axis"), [("RandomHeight", 1), ("RandomWidth", 2)])
@pytest.mark.parametrize("make", [Stretched, functional_stretched])
def test_stretching_within_a_model(make, name, axis, data_format):
    pytest.importorskip("cornu_layers", reason="the model has layers of cornu-layers")
    pytest.importorskip("cornu_optim", reason="the model is trained by cornu-optim")
    axis += data_format == "channels_first"
    x, y = X.astype("float32"), np.zeros((len(X), 1))
    layer = getattr(layers, name)((-0.5, 0.9), seed=0, data_format=data_format)
    expected = list(X.shape)
    expected[axis] = None
    assert list(layer.compute_output_shape(X.shape)) == expected
    model = make(layer)
    plain = model.predict(x, verbose=0)
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict(x, verbose=0), plain)
    loss = model.evaluate(x, y, verbose=0)
    with pytest.raises(TracedValueError, match="run_eagerly=True to compile"):
        model.fit(x, y, verbose=0)
    assert model.evaluate(x, y, verbose=0) == loss
    model.compile("sgd", "mse", run_eagerly=True)
    if make is Stretched:
        model.seen.clear()
    model.fit(x, y, epochs=9, verbose=0)
    if make is Stretched:
        assert len({shape[axis] for shape in model.seen}) > 3
    assert model.evaluate(x, y, verbose=0) != loss
