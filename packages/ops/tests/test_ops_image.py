"""Image ops against SciPy, and against what they must leave unchanged."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu.errors import DtypeError, ShapeError
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace
from cornu_ops.testing.gradients import check_grads

RNG = np.random.default_rng(2)
IMAGES = RNG.random((2, 7, 6, 3))
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
CORNERS = np.array([[0, 0], [5, 0], [0, 6], [5, 6]], float)
MOVED = CORNERS + RNG.uniform(-1, 1, size=(4, 2))
METHODS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def traced(function, x):
    with Trace("image") as trace:
        node = trace.input("x", x.shape, x.dtype)
        result = function(node)
    return evaluate([result], {node: x})[0]


CASES = {
    "resize": lambda x, **k: ops.image.resize(x, (4, 9), **k),
    "resize with bicubic": lambda x, **k: ops.image.resize(x, (9, 4), "bicubic", True, **k),
    "crop": lambda x, **k: ops.image.crop_images(x, 1, 0, 2, 1, **k),
    "pad": lambda x, **k: ops.image.pad_images(x, 1, 0, 2, 1, **k),
    "grey": lambda x, **k: ops.image.rgb_to_grayscale(x, **k),
    "hsv": lambda x, **k: ops.image.rgb_to_hsv(x, **k),
    "rgb": lambda x, **k: ops.image.hsv_to_rgb(x, **k),
    "blur": lambda x, **k: ops.image.gaussian_blur(x, (3, 5), (1.0, 0.5), **k),
    "affine": lambda x, **k: ops.image.affine_transform(x, [1, 0.2, -1, 0.1, 1, 0, 0, 0], **k),
    "perspective": lambda x, **k: ops.image.perspective_transform(x, CORNERS, MOVED, **k),
    "patches": lambda x, **k: ops.image.extract_patches(x, 3, 2, padding="same", **k),
}


@pytest.mark.parametrize("name", CASES)
def test_layouts_single_images_and_traces_agree(name):
    call = CASES[name]
    last = call(IMAGES, data_format="channels_last")
    first = call(FIRST, data_format="channels_first")
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), last, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(call(IMAGES[0]), last[0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(traced(call, IMAGES), last, rtol=1e-10, atol=1e-12)
    if name not in ("hsv", "rgb"):
        check_grads(lambda x: call(x), [IMAGES], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_resizing_leaves_constant_images_constant(method):
    for size in ((3, 2), (14, 18), (7, 6)):
        found = ops.image.resize(np.full((1, 7, 6, 1), 0.3), size, method, antialias=True)
        np.testing.assert_allclose(found, np.full((1, *size, 1), 0.3), rtol=1e-6)
    np.testing.assert_allclose(ops.image.resize(IMAGES, (7, 6), method), IMAGES)


def test_resizing_a_ramp_keeps_it_a_ramp():
    ramp = np.arange(8.0)[None, None, :, None] + 0.5
    wide = ops.image.resize(ramp, (1, 16))[0, 0, :, 0]
    np.testing.assert_allclose(wide[1:-1], (np.arange(16)[1:-1] + 0.5) / 2)
    narrow = ops.image.resize(ramp, (1, 4), antialias=True)[0, 0, :, 0]
    np.testing.assert_allclose(narrow[1:-1], (np.arange(4)[1:-1] + 0.5) * 2)
    assert ops.image.resize(np.uint8([[[0], [255]]]), (1, 4), "bicubic").dtype == np.uint8


def test_resizing_to_an_aspect_ratio():
    cropped = ops.image.resize(IMAGES, (4, 12), crop_to_aspect_ratio=True)
    np.testing.assert_allclose(cropped, ops.image.resize(IMAGES[:, 2:4], (4, 12)))
    padded = ops.image.resize(IMAGES, (7, 14), "nearest", pad_to_aspect_ratio=True, fill_value=9.0)
    assert padded.shape == (2, 7, 14, 3)
    assert (padded[:, :, :4] == 9.0).all()
    with pytest.raises(ValueError, match="not both"):
        ops.image.resize(IMAGES, (4, 4), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(ValueError, match="interpolation must be one of"):
        ops.image.resize(IMAGES, (4, 4), "linear")


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("mode", ["constant", "nearest", "wrap", "mirror", "reflect"])
def test_coordinates_agree_with_scipy(order, mode):
    ndimage = pytest.importorskip("scipy.ndimage")
    x, places = RNG.random((5, 4)), RNG.uniform(-9, 13, (2, 6, 7))
    modes = {"constant": "grid-constant", "wrap": "grid-wrap"}
    expected = ndimage.map_coordinates(x, places, order=order, mode=modes.get(mode, mode), cval=0.4)
    found = ops.image.map_coordinates(x, places, order, mode, 0.4)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_affine_transform_of_a_quarter_turn_and_a_move():
    turned = ops.image.affine_transform(IMAGES[:, :6], [0, 1, 0, -1, 0, 5, 0, 0])
    np.testing.assert_allclose(turned, np.rot90(IMAGES[:, :6], -1, (1, 2)), atol=1e-12)
    moved = ops.image.affine_transform(IMAGES, [1, 0, 2, 0, 1, 0, 0, 0], fill_value=7.0)
    np.testing.assert_allclose(moved[:, :, :-2], IMAGES[:, :, 2:])
    assert (moved[:, :, -2:] == 7.0).all()
    each = np.array([[1, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 1, 1, 0, 0]], float)
    found = ops.image.affine_transform(IMAGES, each, "nearest", "nearest")
    np.testing.assert_array_equal(found[0], IMAGES[0])
    np.testing.assert_array_equal(found[1, :-1], IMAGES[1, 1:])


def test_colours_there_and_back():
    colorsys = pytest.importorskip("colorsys")
    expected = [colorsys.rgb_to_hsv(*pixel) for pixel in IMAGES.reshape(-1, 3)]
    hsv = ops.image.rgb_to_hsv(IMAGES)
    np.testing.assert_allclose(hsv.reshape(-1, 3), expected, atol=1e-12)
    np.testing.assert_allclose(ops.image.hsv_to_rgb(hsv), IMAGES, atol=1e-12)
    grey = ops.image.rgb_to_hsv(np.full((1, 1, 3), 0.5))
    assert grey.tolist() == [[[0.0, 0.0, 0.5]]]
    with pytest.raises(DtypeError, match="divide by 255"):
        ops.image.rgb_to_hsv(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(ShapeError, match="3 channels"):
        ops.image.rgb_to_grayscale(np.zeros((2, 2, 4)))


def test_framing():
    assert (
        ops.image.crop_images(IMAGES, 2, target_height=3, left_cropping=0, target_width=6).shape[1]
        == 3
    )
    padded = ops.image.pad_images(
        IMAGES, bottom_padding=1, right_padding=2, target_height=9, target_width=9
    )
    np.testing.assert_array_equal(padded[:, 1:8, 1:7], IMAGES)
    with pytest.raises(ValueError, match="exactly two of the height"):
        ops.image.crop_images(IMAGES, 1, 1)
    with pytest.raises(ValueError, match="do not fit a width of 6"):
        ops.image.crop_images(IMAGES, 1, 3, 1, 3)
    patches = ops.image.extract_patches(IMAGES, (2, 3))
    np.testing.assert_array_equal(patches[1, 2, 1], IMAGES[1, 4:6, 3:6].reshape(-1))


def test_filters():
    ndimage = pytest.importorskip("scipy.ndimage")
    edges = ops.image.sobel_edges(IMAGES)
    for axis in (0, 1):
        expected = ndimage.sobel(IMAGES[0, ..., 0], axis, mode="constant")
        np.testing.assert_allclose(edges[0, ..., 0, axis], expected, atol=1e-12)
    blurred = ops.image.gaussian_blur(IMAGES, (5, 3), (1.0, 0.7))
    across, down = (np.exp(-0.5 * (np.arange(-r, r + 1) / s) ** 2) for r, s in ((2, 1.0), (1, 0.7)))
    expected = ndimage.correlate1d(IMAGES, across / across.sum(), 2, mode="constant")
    expected = ndimage.correlate1d(expected, down / down.sum(), 1, mode="constant")
    np.testing.assert_allclose(blurred, expected, rtol=1e-10)


def test_perspective_moves_four_points_to_four_others():
    """The pixel at an end point is the one at its start point."""
    image = RNG.random((9, 8, 2))
    start = np.array([[0, 0], [7, 1], [1, 8], [6, 7]], float)
    end = np.array([[1, 1], [6, 0], [0, 7], [7, 8]], float)
    found = ops.image.perspective_transform(image, start, end, interpolation="nearest")
    for (x, y), (u, v) in zip(start.astype(int), end.astype(int), strict=True):
        np.testing.assert_allclose(found[v, u], image[y, x])
    assert (found[0, 0] == 0).all()  # beyond the edge
    # an image of coordinates shows where each pixel was taken from: lines stay lines
    places = np.stack(np.meshgrid(np.arange(8.0), np.arange(9.0)), axis=-1)
    rows = [
        [*one, 0, 0, 0, *(-x * e)] if i == 0 else [0, 0, 0, *one, *(-x * e)]
        for i in (0, 1)
        for e, x in zip(end, start[:, i], strict=True)
        for one in [(*e, 1)]
    ]
    h = np.append(np.linalg.solve(rows, start.T.ravel()), 1).reshape(3, 3)
    expected = np.concatenate([places, np.ones((9, 8, 1))], axis=-1) @ h.T
    expected = expected[..., :2] / expected[..., 2:]
    seen = ops.image.perspective_transform(places, start, end)
    np.testing.assert_allclose(seen[2:7, 2:6], expected[2:7, 2:6], atol=1e-9)
    with pytest.raises(ShapeError, match=r"points must be \(4, 2\) or \(1, 4, 2\), got \(3, 2\)"):
        ops.image.perspective_transform(image, start[:3], end)


def test_perspective_of_integers_stays_within_their_dtype():
    image = np.full((4, 4, 1), 250, np.uint8)
    corners = np.float32([[0, 0], [3, 0], [0, 3], [3, 3]])
    found = ops.image.perspective_transform(image, corners, corners * 0.5, fill_value=300)
    assert found.dtype == np.uint8
    assert found.max() == 255
    assert found[0, 0] == 250


def test_elastic_transform():
    image = RNG.random((2, 12, 10, 3))
    still = ops.image.elastic_transform(image, alpha=0.0, seed=1)
    np.testing.assert_allclose(still, image)
    once, again, other = (ops.image.elastic_transform(image, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert not np.allclose(once, other)
    assert image.min() <= once.min()  # a mean of its neighbours is no new extreme
    assert once.max() <= image.max()
    first = ops.image.elastic_transform(
        image.transpose(0, 3, 1, 2), seed=1, data_format="channels_first"
    )
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), once)
    np.testing.assert_allclose(
        traced(lambda x: ops.image.elastic_transform(x, seed=1), image), once
    )
    # down and across move apart: were both fields one, columns would not change along a diagonal
    slope = np.add.outer(np.arange(12.0), -np.arange(12.0))[..., None]
    moved = ops.image.elastic_transform(slope, sigma=1.0, fill_mode="nearest", seed=3)
    assert np.abs(moved - slope)[4:8, 4:8].max() > 0.5


def ssim_by_scipy(x, y, max_val):
    """Wang et al. (2004), one channel of one image."""
    ndimage = pytest.importorskip("scipy.ndimage")
    bell = np.exp(-0.5 * ((np.arange(11) - 5) / 1.5) ** 2)
    bell = np.outer(bell, bell) / bell.sum() ** 2

    def mean(z):
        return ndimage.correlate(z, bell)[5:-5, 5:-5]

    a, b = mean(x), mean(y)
    c1, c2 = (0.01 * max_val) ** 2, (0.03 * max_val) ** 2
    covariance = mean(x * y) - a * b
    variances = mean(x * x) - a * a + mean(y * y) - b * b
    alike = (2 * a * b + c1) * (2 * covariance + c2)
    return (alike / ((a * a + b * b + c1) * (variances + c2))).mean()


def test_ssim():
    x = RNG.random((2, 14, 16, 3))
    y = np.clip(x + 0.2 * RNG.normal(size=x.shape), 0, 1)
    expected = [
        np.mean([ssim_by_scipy(x[i, ..., c], y[i, ..., c], 1.0) for c in range(3)])
        for i in range(2)
    ]
    np.testing.assert_allclose(ops.image.ssim(x, y), expected)
    np.testing.assert_allclose(traced(lambda a: ops.image.ssim(a, y), x), expected)
    np.testing.assert_allclose(ops.image.ssim(x[0], y[0]), expected[0])
    np.testing.assert_allclose(ops.image.ssim(x, x), 1.0)
    bytes_of_x = (255 * x).astype(np.uint8)
    assert ops.image.ssim(bytes_of_x, bytes_of_x, max_val=255).dtype == np.uint8
    with pytest.raises(ShapeError, match=r"one shape.*\(2, 14, 16, 3\) and \(14, 16, 3\)"):
        ops.image.ssim(x, y[0])
    with pytest.raises(ShapeError, match="14 by 16 are smaller than the window"):
        ops.image.ssim(x, y, filter_size=15)
