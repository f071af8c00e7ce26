"""`tf.image`: pictures read, resized and changed, one or a batch, channels last."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.rows import speaking
from cornu_keras.compat.tensorflow.tables import boxes
from cornu_keras.compat.tensorflow.tables.chance import _key
from cornu_ops import random


class ResizeMethod:
    """How pixels between pixels are computed."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    AREA = "area"


def _resize(
    images: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False,
    antialias: bool = False,
) -> Any:  # fmt: skip
    images = ops.convert_to_tensor(images)
    height, width = (int(n) for n in np.asarray(size))
    if preserve_aspect_ratio:
        rows, columns = images.shape[-3:-1]
        scale = min(height / rows, width / columns)
        height, width = round(rows * scale), round(columns * scale)
    kept = method in ("nearest", ResizeMethod.NEAREST_NEIGHBOR)
    if not kept:
        images = ops.cast(images, "float32")
    return ops.image.resize(images, (height, width), interpolation=method, antialias=antialias)


def _converted(image: Any, dtype: Any, saturate: bool = False) -> Any:
    """Return a picture in another dtype, from its range to the other's."""
    image, wanted = ops.convert_to_tensor(image), as_dtype(dtype)
    given = as_dtype(image.dtype)
    if given.is_integer and wanted.is_floating:
        return ops.divide(ops.cast(image, str(wanted)), given.max)
    if given.is_floating and wanted.is_integer:
        scaled = ops.multiply(image, wanted.max + 0.5)
        if saturate:
            scaled = ops.clip(scaled, wanted.min, wanted.max)
        return ops.cast(scaled, str(wanted))
    return ops.cast(image, str(wanted))


def _decoded(
    contents: Any, channels: int = 0, dtype: Any = "uint8", expand_animations: bool = True
) -> Any:
    from PIL import Image

    modes = {1: "L", 3: "RGB", 4: "RGBA"}
    picture: Any = Image.open(io.BytesIO(_bytes(contents)))
    if channels:
        picture = picture.convert(modes[channels])
    array = np.asarray(picture)
    array = array[..., None] if array.ndim == 2 else array
    return array if as_dtype(dtype) == "uint8" else _converted(array, dtype)


def _encoded(format: str) -> Any:
    def encode(image: Any) -> Any:
        from PIL import Image

        array = np.asarray(image)
        to = io.BytesIO()
        Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(to, format)
        return to.getvalue()

    return encode


def _bytes(contents: Any) -> bytes:
    return contents if isinstance(contents, bytes) else np.asarray(contents, object).item()


def _flipped(axis: int) -> Any:
    return lambda image: ops.flip(image, axis)


def _by_chance(change: Any) -> Any:
    def changed(image: Any, seed: Any = None) -> Any:
        image = ops.convert_to_tensor(image)
        return ops.where(ops.less(random.uniform((), seed=_key(seed)), 0.5), change(image), image)

    return changed


def _brightened(image: Any, delta: Any) -> Any:
    return _in_range(image, lambda x: ops.add(x, delta))


def _contrasted(image: Any, contrast_factor: Any) -> Any:
    def change(x: Any) -> Any:
        mean = ops.mean(x, (-3, -2), keepdims=True)
        return ops.add(ops.multiply(ops.subtract(x, mean), contrast_factor), mean)

    return _in_range(image, change)


def _saturated(image: Any, saturation_factor: Any) -> Any:
    def change(x: Any) -> Any:
        hsv = ops.image.rgb_to_hsv(x)
        h, s, v = hsv[..., 0], hsv[..., 1], hsv[..., 2]
        s = ops.clip(ops.multiply(s, saturation_factor), 0.0, 1.0)
        return ops.image.hsv_to_rgb(ops.stack([h, s, v], -1))

    return _in_range(image, change)


def _turned_in_hue(image: Any, delta: Any) -> Any:
    def change(x: Any) -> Any:
        hsv = ops.image.rgb_to_hsv(x)
        h = ops.mod(ops.add(hsv[..., 0], delta), 1.0)
        return ops.image.hsv_to_rgb(ops.stack([h, hsv[..., 1], hsv[..., 2]], -1))

    return _in_range(image, change)


def _in_range(image: Any, change: Any) -> Any:
    """Change a picture in floats, and give it back in its dtype."""
    image = ops.convert_to_tensor(image)
    dtype = as_dtype(image.dtype)
    if dtype.is_floating:
        return change(image)
    return _converted(change(_converted(image, "float32")), dtype, saturate=True)


def _drawn(change: Any, symmetric: bool) -> Any:
    def changed(image: Any, *limits: Any, seed: Any = None, **named: Any) -> Any:
        given = [*limits, *named.values()]
        low, high = (-given[0], given[0]) if symmetric else (given[0], given[1])
        return change(image, random.uniform((), low, high, seed=_key(seed)))

    return changed


def _cropped_or_padded(image: Any, target_height: int, target_width: int) -> Any:
    image = ops.convert_to_tensor(image)
    for axis, size in ((-3, target_height), (-2, target_width)):
        have = image.shape[axis]
        if have > size:
            start = (have - size) // 2
            index = [slice(None)] * len(image.shape)
            index[axis] = slice(start, start + size)
            image = image[tuple(index)]
        elif have < size:
            before = (size - have) // 2
            sides = [(0, 0)] * len(image.shape)
            sides[axis] = (before, size - have - before)
            image = ops.pad(image, sides)
    return image


def _crop(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    rows = slice(offset_height, offset_height + target_height)
    columns = slice(offset_width, offset_width + target_width)
    return ops.convert_to_tensor(image)[..., rows, columns, :]


def _padded(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    image = ops.convert_to_tensor(image)
    rows, columns = image.shape[-3:-1]
    sides = [(0, 0)] * (len(image.shape) - 3)
    sides += [(offset_height, target_height - rows - offset_height)]
    sides += [(offset_width, target_width - columns - offset_width), (0, 0)]
    return ops.pad(image, sides)


def _random_crop(value: Any, size: Any, seed: Any = None) -> Any:
    value = ops.convert_to_tensor(value)
    wanted = [n if w == -1 else int(w) for n, w in zip(value.shape, np.asarray(size), strict=True)]
    room = [n - w + 1 for n, w in zip(value.shape, wanted, strict=True)]
    draws = np.asarray(random.uniform((len(room),), seed=_key(seed)))
    starts = [int(d * r) for d, r in zip(draws, room, strict=True)]
    return value[tuple(slice(s, s + w) for s, w in zip(starts, wanted, strict=True))]


def _central(image: Any, central_fraction: float) -> Any:
    rows, columns = image.shape[-3:-1]
    top, left = (int((n - n * central_fraction) / 2) for n in (rows, columns))
    return _crop(image, top, left, rows - 2 * top, columns - 2 * left)


def _standardized(image: Any) -> Any:
    x = ops.cast(image, "float32")
    count = float(np.prod(x.shape[-3:]))
    mean = ops.mean(x, (-3, -2, -1), keepdims=True)
    spread = ops.maximum(ops.std(x, (-3, -2, -1), keepdims=True), float(count**-0.5))
    return ops.divide(ops.subtract(x, mean), spread)


def _adjusted_gamma(image: Any, gamma: float = 1.0, gain: float = 1.0) -> Any:
    return _in_range(image, lambda x: ops.multiply(gain, ops.power(x, gamma)))


def _psnr(a: Any, b: Any, max_val: Any) -> Any:
    """Return the ratio of signal and noise of each picture, in decibels."""
    a, b = (ops.cast(x, "float32") for x in (a, b))
    error = ops.mean(ops.square(ops.subtract(a, b)), (-3, -2, -1))
    return ops.multiply(10.0, ops.log10(ops.divide(float(max_val) ** 2, error)))


def _resized_with_pad(
    image: Any, target_height: int, target_width: int, method: str = "bilinear",
    antialias: bool = False,
) -> Any:  # fmt: skip
    image = ops.convert_to_tensor(image)
    rows, columns = image.shape[-3:-1]
    factor = min(target_height / rows, target_width / columns)
    size = int(rows * factor), int(columns * factor)
    small = _resize(image, size, method, antialias=antialias)
    top, left = (target_height - size[0]) // 2, (target_width - size[1]) // 2
    return _padded(small, top, left, target_height, target_width)


def _ssim(img1: Any, img2: Any, max_val: Any, **options: Any) -> Any:
    one, two = (ops.cast(x, "float32") for x in (img1, img2))
    single = len(one.shape) == 3
    if single:
        one, two = one[None], two[None]
    found = ops.image.ssim(one, two, float(max_val), data_format="channels_last", **options)
    return found[0] if single else found


def _total_variation(images: Any) -> Any:
    x, axes = ops.convert_to_tensor(images), (-3, -2, -1)
    down = ops.abs(ops.subtract(x[..., 1:, :, :], x[..., :-1, :, :]))
    right = ops.abs(ops.subtract(x[..., :, 1:, :], x[..., :, :-1, :]))
    return ops.add(ops.sum(down, axes), ops.sum(right, axes))


def _edges(image: Any) -> Any:
    """Return the change along rows and columns; borders are mirrored."""
    around = ops.pad(image, [(0, 0), (1, 1), (1, 1), (0, 0)], "reflect")
    found = ops.image.sobel_edges(around, data_format="channels_last")
    return found[:, 1:-1, 1:-1]


def _patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    return ops.image.extract_patches(
        images, tuple(sizes[1:3]), strides=tuple(strides[1:3]), dilation_rate=tuple(rates[1:3]),
        padding=padding.lower(), data_format="channels_last",
    )  # fmt: skip


def _of_channels(rows: list[list[float]]) -> Any:
    """Return a change of colours: channels times a matrix."""
    table = np.array(rows, "float32")
    return lambda images: ops.matmul(ops.convert_to_tensor(images), table)


_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1.0, 1.0, 1.0],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [[1.0, 1.0, 1.0], [0.0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0.0]]


def _slopes(image: Any) -> Any:
    """Return what follows less what is there, down and across; 0 at the borders."""
    x = ops.convert_to_tensor(image)
    down = ops.pad(x[:, 1:] - x[:, :-1], [(0, 0), (0, 1), (0, 0), (0, 0)])
    return down, ops.pad(x[:, :, 1:] - x[:, :, :-1], [(0, 0), (0, 0), (0, 1), (0, 0)])


def _by_seed(changed: Any, *names: str) -> Any:
    """Return a change by chance whose seed is needed, and stands behind its limits."""

    def stateless(image: Any, *given: Any, seed: Any = None, **named: Any) -> Any:
        limits = list(given)
        limits += [named.pop(name) for name in names[len(limits) :] if name in named]
        if named:
            raise TypeError(f"got an unexpected keyword argument {min(named)!r}")
        if len(limits) == len(names) + 1:
            seed = limits.pop()
        if seed is None or len(limits) != len(names):
            raise TypeError(f"needs {', '.join(names)} and seed=(a, b), two whole numbers")
        return changed(image, *limits, seed=seed)

    return stateless


_ROWS = {
    "rgb_to_yiq": _of_channels(_YIQ),
    "yiq_to_rgb": _of_channels(_FROM_YIQ),
    "rgb_to_yuv": _of_channels(_YUV),
    "yuv_to_rgb": _of_channels(_FROM_YUV),
    "image_gradients": _slopes,
    "stateless_random_brightness": _by_seed(_drawn(_brightened, True), "max_delta"),
    "stateless_random_contrast": _by_seed(_drawn(_contrasted, False), "lower", "upper"),
    "stateless_random_saturation": _by_seed(_drawn(_saturated, False), "lower", "upper"),
    "stateless_random_hue": _by_seed(_drawn(_turned_in_hue, True), "max_delta"),
    "stateless_random_crop": _by_seed(_random_crop, "size"),
    "resize_with_pad": _resized_with_pad,
    "ssim": _ssim,
    "sobel_edges": _edges,
    "total_variation": _total_variation,
    "extract_patches": _patches,
    "stateless_random_flip_left_right": _by_chance(_flipped(-2)),
    "stateless_random_flip_up_down": _by_chance(_flipped(-3)),
    "resize": _resize,
    "decode_image": _decoded,
    "decode_jpeg": _decoded,
    "decode_png": _decoded,
    "decode_bmp": _decoded,
    "decode_gif": _decoded,
    "encode_png": _encoded("PNG"),
    "encode_jpeg": _encoded("JPEG"),
    "convert_image_dtype": _converted,
    "flip_left_right": _flipped(-2),
    "flip_up_down": _flipped(-3),
    "random_flip_left_right": _by_chance(_flipped(-2)),
    "random_flip_up_down": _by_chance(_flipped(-3)),
    "transpose": lambda image: ops.swapaxes(image, -3, -2),
    "rot90": lambda image, k=1: ops.rot90(image, k, (-3, -2)),
    "adjust_brightness": _brightened,
    "adjust_contrast": _contrasted,
    "adjust_saturation": _saturated,
    "adjust_hue": _turned_in_hue,
    "adjust_gamma": _adjusted_gamma,
    "random_brightness": _drawn(_brightened, True),
    "random_contrast": _drawn(_contrasted, False),
    "random_saturation": _drawn(_saturated, False),
    "random_hue": _drawn(_turned_in_hue, True),
    "resize_with_crop_or_pad": _cropped_or_padded,
    "crop_to_bounding_box": _crop,
    "pad_to_bounding_box": _padded,
    "random_crop": _random_crop,
    "central_crop": _central,
    "per_image_standardization": _standardized,
    "rgb_to_grayscale": lambda images: ops.image.rgb_to_grayscale(images),
    "grayscale_to_rgb": lambda images: ops.repeat(images, 3, -1),
    "rgb_to_hsv": lambda images: ops.image.rgb_to_hsv(images),
    "hsv_to_rgb": lambda images: ops.image.hsv_to_rgb(images),
    "psnr": _psnr,
}
_BOXES = {name.partition(".")[2]: function for name, function in boxes.ROWS.items()}
FUNCTIONS = {name: speaking(name, function) for name, function in (_ROWS | _BOXES).items()}
globals().update(FUNCTIONS)
__all__ = ["ResizeMethod", *FUNCTIONS]
