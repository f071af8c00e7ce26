"""Numbers of Keras 3.15 for the layers over pictures, given what was drawn.

``image/layers.npz`` holds what its layers return for the arguments that stand here.
"""

from pathlib import Path

import numpy as np
import pytest

from cornu_preprocessing.image_layers.clahe import (
    ContrastLimitedAdaptiveHistogramEqualization as CLAHE,
)
from cornu_preprocessing.image_layers.colour import (
    RandomColorDegeneration,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from cornu_preprocessing.image_layers.cropping import CenterCrop
from cornu_preprocessing.image_layers.filters import RandomGaussianBlur, RandomSharpness
from cornu_preprocessing.image_layers.flipping import RandomFlip
from cornu_preprocessing.image_layers.levels import (
    AutoContrast,
    Equalization,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from cornu_preprocessing.image_layers.light import RandomBrightness, RandomContrast
from cornu_preprocessing.image_layers.moving import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from cornu_preprocessing.image_layers.patches import MixUp
from cornu_preprocessing.image_layers.perspective import RandomPerspective
from cornu_preprocessing.image_layers.resizing import Resizing

with np.load(Path(__file__).parent / "image" / "layers.npz") as file:
    RECORDED = dict(file)
X, ODD = RECORDED["x"], RECORDED["odd"]
BYTES = np.round(X * 255)
FLAT = BYTES.copy()
FLAT[..., 0] = 7
UNIT = {"value_range": (0, 1)}


def each(*values):
    return np.array(values, "float32").reshape(-1, 1, 1, 1)


def bilinear(mode, interpolation):
    return {"fill_mode": mode, "interpolation": interpolation, "fill_value": 0.25}


# What was recorded, the layer, and its input; ranges of one number leave nothing to chance.
CALLS = {
    **{
        f"resize/{i}": (Resizing(3, 8, interpolation=i), X)
        for i in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
    },
    **{
        f"resize/{i}/antialias": (Resizing(3, 4, interpolation=i, antialias=True), X)
        for i in ("bilinear", "bicubic", "lanczos3", "lanczos5")
    },
    "resize/crop": (Resizing(3, 3, crop_to_aspect_ratio=True), ODD),
    "resize/pad": (Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=0.5), ODD),
    "center/small": (CenterCrop(2, 3), X),
    "center/large": (CenterCrop(8, 7), X),
    "center/mixed": (CenterCrop(8, 3), X),
    "brightness": (RandomBrightness((0.2, 0.2), **UNIT), X),
    "grayscale": (RandomGrayscale(1.0), X),
    "degeneration": (RandomColorDegeneration((0.4, 0.4), **UNIT), X),
    "saturation": (RandomSaturation((0.7, 0.7), **UNIT), X),
    "saturation/low": (RandomSaturation((0.2, 0.2), **UNIT), X),
    "posterization": (RandomPosterization((3, 3)), BYTES),
    "posterization/unit": (RandomPosterization((3, 3), **UNIT), X),
    "sharpness": (RandomSharpness((0.9, 0.9), **UNIT), X),
    "sharpness/smooth": (RandomSharpness((0.1, 0.1), **UNIT), X),
    "invert": (RandomInvert((1.0, 1.0), **UNIT), X),
    "autocontrast": (AutoContrast(**UNIT), X),
    "autocontrast/flat": (AutoContrast(), FLAT),
    "equalization": (Equalization(), BYTES),
    "equalization/flat": (Equalization(), FLAT),
    "equalization/bins": (Equalization(bins=32, **UNIT), X),
    "clahe": (CLAHE(tile_grid_size=(2, 2)), BYTES),
    "clahe/odd": (CLAHE(clip_limit=1.5, tile_grid_size=(3, 2), **UNIT), ODD),
    "clahe/unlimited": (CLAHE(clip_limit=0, tile_grid_size=(5, 3)), BYTES),
    "blur": (RandomGaussianBlur((1.0, 1.0), (3, 5), (0.8, 0.8), **UNIT), X),
}
for mode in ("reflect", "wrap", "constant", "nearest"):
    for interpolation in ("bilinear", "nearest"):
        how = bilinear(mode, interpolation)
        CALLS |= {
            f"rotation/{mode}/{interpolation}": (RandomRotation((0.1, 0.1), **how), X),
            f"zoom/{mode}/{interpolation}": (RandomZoom((0.3, 0.3), (-0.25, -0.25), **how), X),
            f"translation/{mode}/{interpolation}": (
                RandomTranslation((0.28, 0.28), (-0.13, -0.13), **how),
                X,
            ),
        }


def same(found, name):
    expected = RECORDED[name]
    assert found.dtype == np.float32
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("name", CALLS)
def test_layers(name):
    layer, x = CALLS[name]
    same(layer(x, training=True), name)


@pytest.mark.parametrize("name", CALLS)
def test_layers_with_channels_first(name):
    layer, x = CALLS[name]
    twin = type(layer).from_config({**layer.get_config(), "data_format": "channels_first"})
    y = twin(x.transpose(0, 3, 1, 2), training=True)
    same(y.transpose(0, 2, 3, 1), name)


def shear(across, down):
    ones, zeros = np.ones(2), np.zeros(2)
    rows = (ones, across, zeros, down, ones, zeros, zeros, zeros)
    return {"matrix": np.stack(rows, axis=1).astype("float32")}


CORNERS = [[0, 0], [5, 0], [0, 4], [5, 4]]

# What was recorded, the layer, and what was drawn.
DRAWN = {
    "flip": (RandomFlip(), {"flips": np.array([True, False]).reshape(2, 1, 1, 1)}),
    "contrast": (RandomContrast(0.5, **UNIT), {"contrast_factor": each(1.4, 0.6)}),
    "hue": (RandomHue(0.5, **UNIT), {"factor": each(0.3, -0.2)}),
    "solarization": (
        Solarization(0.5, 0.5, **UNIT),
        {"additions": each(10, 60), "thresholds": each(128, 90)},
    ),
    "perspective": (
        RandomPerspective(fill_value=0.5),
        {
            "apply_perspective": each(1, 1).astype(bool),
            "start_points": np.float32([CORNERS] * 2),
            "end_points": np.float32(
                [[[0, 0], [4, 0], [0, 3.5], [5, 4]], [[0, 0], [6, 0], [0, 4], [4, 5]]]
            ),
        },
    ),
    "mixup": (
        MixUp(0.5),
        {"mix_weight": each(0.3, 0.8), "permutation_order": np.array([1, 0])},
    ),
    **{
        f"shear/{mode}/{interpolation}": (
            RandomShear(0.5, 0.5, **bilinear(mode, interpolation)),
            shear([0.33, -0.23], [-0.13, 0.17]),
        )
        for mode in ("reflect", "wrap", "constant", "nearest")
        for interpolation in ("bilinear", "nearest")
    },
}


@pytest.mark.parametrize("name", DRAWN)
def test_transform_images(name):
    layer, drawn = DRAWN[name]
    same(layer.transform_images(X, drawn), name)


def test_everything_recorded_is_compared():
    assert set(RECORDED) == {*CALLS, *DRAWN, "x", "odd"}
