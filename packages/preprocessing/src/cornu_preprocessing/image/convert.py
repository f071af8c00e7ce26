"""Between files, Pillow images and arrays."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_engine.files.atomic import atomically
from cornu_preprocessing.image.layout import CHANNELS, checked, size_of, standard_format

__all__ = ["UnreadableImageError", "array_to_img", "img_to_array", "load_img", "save_img"]

INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "hamming": Image.Resampling.HAMMING,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_GREY_MODES = ("L", "I;16", "I")  # kept as they are: 8, 16 and 32 bits


class UnreadableImageError(DataError, OSError):
    """A file that is no picture, or only the beginning of one."""


def read_img(path: Any, color_mode: str = "rgb", eight_bits: bool = False) -> Image.Image:
    """Return the picture in a file, decoded, in a colour mode.

    With `eight_bits`, greys of 16 bits are brought to 0-255; else they are kept where the mode is
    grey, and Pillow cuts them off where it is not.

    Raises
    ------
    UnreadableImageError
        Naming the file, if it is no picture or is cut short.
    """
    checked("color_mode", color_mode, CHANNELS)
    if isinstance(path, (str, bytes, os.PathLike)):
        named = repr(os.fsdecode(path))
        data: Any = io.BytesIO(Path(os.fsdecode(path)).read_bytes())
    elif hasattr(path, "read"):
        named, data = "This stream", path
    else:
        raise TypeError(f"Pass a path or an open binary file; got a {type(path).__name__}.")
    try:
        img: Image.Image = Image.open(data)
        img.load()  # a picture that is cut short is found out here, not when its pixels are used
        if eight_bits and img.mode in ("I;16", "I"):
            img = Image.fromarray((np.asarray(img).astype("uint16") >> 8).astype("uint8"))
        kept = color_mode == "grayscale" and img.mode in _GREY_MODES
        return img if kept or img.mode == _MODES[color_mode] else img.convert(_MODES[color_mode])
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        reason = "Pillow knows no such format" if _unknown(error) else str(error)
        raise UnreadableImageError(f"{named} cannot be read as a picture: {reason}.") from error


def _unknown(error: BaseException) -> bool:
    from PIL import UnidentifiedImageError

    return isinstance(error, UnidentifiedImageError)


def load_img(
    path: Any,
    color_mode: Any = "rgb",
    target_size: Any = None,
    interpolation: Any = "nearest",
    keep_aspect_ratio: bool = False,
    grayscale: bool = False,
) -> Image.Image:
    """Read a picture from a file.

    Parameters
    ----------
    path : path or binary file
    color_mode : "rgb", "rgba" or "grayscale"
        Pictures of another mode are converted; grey ones of 16 and 32 bits keep their depth in
        "grayscale".
    target_size : (int, int), optional
        Height and width to resize to.
    interpolation : "nearest", "bilinear", "bicubic", "box", "hamming" or "lanczos"
        How to resize.
    keep_aspect_ratio : bool
        Whether to cut off the sides that do not fit the target first, instead of distorting.
    grayscale : bool
        Keras 2's name for `color_mode="grayscale"`.

    Returns
    -------
    PIL.Image.Image

    Raises
    ------
    UnreadableImageError
        If the file is no picture or is cut short; the message names it.

    Example
    -------
    >>> import tempfile, os, numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "grey.png")
    >>> save_img(path, np.zeros((4, 6, 1)))
    >>> load_img(path, target_size=(2, 3)).size
    (3, 2)
    """
    if isinstance(color_mode, bool):  # Keras 2: path, grayscale, color_mode, target_size, …
        grayscale = color_mode
        color_mode, target_size = (
            (target_size, None) if isinstance(target_size, str) else ("rgb", target_size)
        )
        if not isinstance(interpolation, str):
            target_size, interpolation = interpolation, "nearest"
    img = read_img(path, "grayscale" if grayscale else color_mode)
    if target_size is None:
        return img
    resample = INTERPOLATIONS[checked("interpolation", interpolation, INTERPOLATIONS)]
    height, width = size_of("target_size", tuple(target_size)[:2])  # the third is of channels
    if img.size == (width, height):
        return img
    box = _middle(*img.size, width, height) if keep_aspect_ratio else None
    return img.resize((width, height), resample, box=box)


def _middle(width: int, height: int, wide: int, high: int) -> tuple[float, float, float, float]:
    """The largest box in the middle with the aspect ratio of `wide` by `high`."""
    down, across = min(height, width * high // wide), min(width, height * wide // high)
    top, left = (height - down) // 2, (width - across) // 2
    return left, top, left + across, top + down


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Turn a Pillow image into an array of rank 3.

    Parameters
    ----------
    img : PIL.Image.Image
        Or an array of rank 2 or 3, height first.
    data_format : "channels_last" or "channels_first", optional
        Shape of the result: `(height, width, channels)` or `(channels, height, width)`.
    dtype : dtype, optional
        `floatx` by default.

    Returns
    -------
    ndarray

    Example
    -------
    >>> from PIL import Image
    >>> img_to_array(Image.new("RGB", (5, 4))).shape
    (4, 5, 3)
    """
    data_format = standard_format(data_format)
    x = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim == 2:
        x = x[:, :, None]
    if x.ndim != 3:
        raise DataError(f"A picture has 2 or 3 axes; this one has shape {x.shape}.")
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Image.Image:
    """Turn an array of rank 3 into a Pillow image.

    Parameters
    ----------
    x : array_like
        `(height, width, channels)`, or channels first; 1, 3 or 4 channels.
    data_format : "channels_last" or "channels_first", optional
    scale : bool
        Whether to stretch the values to 0 … 255 first. Values are cut to whole numbers.
    dtype : dtype, optional
        To compute in, `floatx` by default.

    Returns
    -------
    PIL.Image.Image
        Of mode L, RGB or RGBA; I where one channel holds values above 255.

    Example
    -------
    >>> import numpy as np
    >>> array_to_img(np.zeros((4, 5, 3))).size
    (5, 4)
    """
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise DataError(
            f"One picture has 3 axes, (height, width, channels); this array has shape {x.shape}."
        )
    if standard_format(data_format) == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in CHANNELS.values():
        raise DataError(
            f"Pictures have 1, 3 or 4 channels; this array of shape {x.shape} has {x.shape[2]}. "
            "Is its data_format another?"
        )
    if scale and x.size:
        x = x - x.min()
        top = x.max()
        x = (x / top if top != 0 else x) * 255
    if x.shape[2] > 1:
        return Image.fromarray(x.astype("uint8"))
    deep = x.size and x.max() > 255
    return Image.fromarray(x[:, :, 0].astype("int32" if deep else "uint8"))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array to a picture file; the file is there whole or not at all.

    Parameters
    ----------
    path : path or binary file
    x : array_like
        As of `array_to_img`.
    data_format : "channels_last" or "channels_first", optional
    file_format : str, optional
        "png", "jpeg", …; by default what the name ends in.
    scale : bool
        Whether to stretch the values to 0 … 255.
    **kwargs
        For Pillow's `Image.save`, for example `quality=95`.

    Example
    -------
    >>> import tempfile, os, numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "black.png")
    >>> save_img(path, np.zeros((2, 2, 3)))
    >>> os.path.exists(path)
    True
    """
    named = isinstance(path, (str, os.PathLike))
    if file_format is None and named:
        file_format = Path(path).suffix[1:]
    if not file_format:
        raise DataError(
            f"{path!r} does not say which format to write: end the name in .png, .jpg, … or pass "
            "file_format='png'."
        )
    file_format = {"jpg": "jpeg", "tif": "tiff"}.get(file_format.lower(), file_format.lower())
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("JPEG has no alpha channel: the picture is saved as RGB.", stacklevel=2)
        img = img.convert("RGB")
    try:
        if not named:
            img.save(path, format=file_format, **kwargs)
            return
        with atomically(path) as temporary:
            img.save(temporary, format=file_format, **kwargs)
    except KeyError as error:
        raise DataError(f"Pillow writes no format {file_format!r} ({path!r}).") from error
