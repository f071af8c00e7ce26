"""Batches of pictures, changed at random and normalised: `ImageDataGenerator`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import numeric
from cornu_preprocessing.image.affine import GEOMETRIES, apply_affine_transform
from cornu_preprocessing.image.flows import Flows
from cornu_preprocessing.image.intensity import apply_brightness_shift, apply_channel_shift
from cornu_preprocessing.image.layout import (
    axes_of,
    checked,
    standard_format,
    warn_about_channels,
)
from cornu_preprocessing.image.parameters import draw_transform
from cornu_preprocessing.image.random_functions import bounds
from cornu_preprocessing.image.resampling import FILL_MODES
from cornu_preprocessing.image.statistics import channel_mean, channel_std, whitening_matrix

__all__ = ["ImageDataGenerator"]

# What a setting includes whether it was asked for or not, and what it excludes.
_IMPLIED = (
    ("zca_whitening", "featurewise_center", True),
    ("zca_whitening", "featurewise_std_normalization", False),
    ("featurewise_std_normalization", "featurewise_center", True),
    ("samplewise_std_normalization", "samplewise_center", True),
)


class ImageDataGenerator(Flows):
    """Make batches of pictures, changed at random and normalised, without end.

    Parameters
    ----------
    featurewise_center, featurewise_std_normalization : bool
        Subtract the mean of each channel over the data set; divide by its standard deviation.
        `fit` learns them.
    samplewise_center, samplewise_std_normalization : bool
        The same with the mean and the standard deviation of each picture.
    zca_whitening : bool
        Decorrelate pixels; `fit` learns how.
    zca_epsilon : float
        Added to the singular values before dividing by them.
    rotation_range : float
        Largest angle either way, in degrees.
    width_shift_range, height_shift_range : float, int or sequence
        A float below 1 is a fraction of the size, a larger one a number of pixels. A whole number
        n means whole shifts of less than n pixels, a sequence the shifts to choose from; both go
        either way.
    brightness_range : (float, float), optional
        Range of the factor of the brightness.
    shear_range : float
        Largest angle of shear either way, in degrees.
    zoom_range : float or (float, float)
        Range of the zoom along each axis; `z` stands for `(1 - z, 1 + z)`.
    channel_shift_range : float
        Largest number to add to all values, either way.
    fill_mode : "nearest", "constant", "reflect" or "wrap"
        What lies beyond the edge.
    cval : float
        The constant.
    horizontal_flip, vertical_flip : bool
        Whether to mirror half of the pictures.
    rescale : float, optional
        Factor of all values, applied after the transformations.
    preprocessing_function : callable, optional
        Applied to each picture of rank 3 after the transformations, before anything else.
    data_format : "channels_last" or "channels_first", optional
    validation_split : float
        Fraction of the data that `subset="validation"` picks.
    interpolation_order : int
        Order of the spline that resamples, 0 to 5.
    dtype : dtype, optional
        Of the batches; `floatx` by default.
    geometry : "keras2" or "keras3"
        Whose rotations and shifts to reproduce, see `apply_affine_transform`.

    Attributes
    ----------
    mean, std : ndarray or None
        What `fit` found for each channel.
    zca_whitening_matrix : ndarray or None

    Notes
    -----
    Rotation, shift, shear and zoom are one matrix and one resampling. A seed draws the numbers that
    Keras draws. Without one they come from NumPy's global generator, as in Keras:
    `cornu.utils.set_random_seed` fixes it.

    Example
    -------
    >>> generator = ImageDataGenerator(rotation_range=20, horizontal_flip=True)
    >>> batches = generator.flow(np.zeros((6, 8, 8, 3)), np.arange(6), batch_size=4, seed=0)
    >>> [x.shape for x, y in (batches[0], batches[1])]
    [(4, 8, 8, 3), (2, 8, 8, 3)]
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
        geometry: str = "keras2",
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = numeric("rotation_range", rotation_range)
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = (
            None if brightness_range is None else bounds("brightness_range", brightness_range)
        )
        self.shear_range = numeric("shear_range", shear_range)
        self.zoom_range = _zoom(zoom_range)
        self.channel_shift_range = numeric("channel_shift_range", channel_shift_range)
        self.fill_mode = checked("fill_mode", fill_mode, FILL_MODES)
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = standard_format(data_format)
        self._validation_split = _fraction(validation_split)
        self.interpolation_order = checked("interpolation_order", interpolation_order, range(6))
        self.dtype = dtype or config.floatx()
        self.geometry = checked("geometry", geometry, GEOMETRIES)
        self.row_axis, self.col_axis, self.channel_axis = (
            axis + 1 for axis in axes_of(self.data_format)
        )
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.zca_whitening_matrix: np.ndarray | None = None
        for cause, setting, meant in _IMPLIED:
            if getattr(self, cause) and getattr(self, setting) != meant:
                setattr(self, setting, meant)
                warnings.warn(f"{cause}=True sets {setting}={meant}.", stacklevel=2)

    @property
    def principal_components(self) -> np.ndarray | None:
        """Keras 2's name for `zca_whitening_matrix`."""
        return self.zca_whitening_matrix

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None
    ) -> dict[str, Any]:
        """Draw the parameters of a transformation.

        Parameters
        ----------
        img_shape : (int, int, int)
            Shape of the picture.
        seed : int, optional
            By default NumPy's global generator draws.

        Returns
        -------
        dict
            `theta`, `tx`, `ty`, `shear`, `zx`, `zy`, `flip_horizontal`,
            `flip_vertical`, `channel_shift_intensity` and `brightness`, as
            `apply_transform` takes them.

        Example
        -------
        >>> ImageDataGenerator(rotation_range=90).get_random_transform((8, 8, 3), seed=0)["theta"]
        8.786430...
        """
        random = np.random if seed is None else np.random.RandomState(seed)
        return self._draw(img_shape, random)

    @property
    def _draw_from(self) -> Callable[[Sequence[int], Any], dict[str, Any]] | None:
        """What draws from a generator of numbers; None where a subclass draws for itself."""
        own = type(self).get_random_transform is ImageDataGenerator.get_random_transform
        return self._draw if own else None

    def _draw(self, img_shape: Sequence[int], random: Any) -> dict[str, Any]:
        height, width = img_shape[self.row_axis - 1], img_shape[self.col_axis - 1]
        return draw_transform(self, height, width, random)

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Transform one picture by given parameters.

        Parameters
        ----------
        x : array_like
            Of rank 3.
        transform_parameters : dict
            As `get_random_transform` returns; what is missing changes nothing.

        Example
        -------
        >>> x = np.arange(3.0).reshape(1, 3, 1)
        >>> ImageDataGenerator().apply_transform(x, {"flip_horizontal": True})[0, :, 0]
        array([2., 1., 0.])
        """
        find: Any = transform_parameters.get
        row, column, channel = axes_of(self.data_format)
        x = apply_affine_transform(
            x,
            find("theta", 0),
            find("tx", 0),
            find("ty", 0),
            find("shear", 0),
            find("zx", 1),
            find("zy", 1),
            row_axis=row,
            col_axis=column,
            channel_axis=channel,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
            geometry=self.geometry,
        )
        if find("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, find("channel_shift_intensity"), channel)
        if find("flip_horizontal"):
            x = np.flip(x, column)
        if find("flip_vertical"):
            x = np.flip(x, row)
        if find("brightness") is not None:
            x = apply_brightness_shift(x, find("brightness"), False, self.data_format)
        return x

    def random_transform(self, x: Any, seed: int | None = None) -> np.ndarray:
        """Transform one picture of rank 3 at random."""
        x = np.asarray(x)
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x: Any) -> np.ndarray:
        """Normalise one picture or a batch, in place where it is an array of floats."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(self.dtype)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._fitted(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + 1e-6  # type: ignore[operator]
        if self.zca_whitening and self._fitted("zca_whitening", self.zca_whitening_matrix):
            size = int(np.prod(x.shape[-3:]))
            x = (x.reshape(-1, size) @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _fitted(self, setting: str, found: np.ndarray | None) -> bool:
        if found is None:
            warnings.warn(
                f"{setting}=True does nothing yet: call fit(x) on sample pictures first.",
                stacklevel=3,
            )
        return found is not None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn mean, standard deviation and whitening from sample pictures.

        Needed for the featurewise settings and `zca_whitening` only.

        Parameters
        ----------
        x : array_like
            Pictures, of rank 4.
        augment : bool
            Whether to learn from randomly transformed pictures.
        rounds : int
            How many times to go over the pictures then.
        seed : int, optional
            Of the transformations.

        Example
        -------
        >>> generator = ImageDataGenerator(featurewise_center=True)
        >>> generator.fit(np.full((2, 4, 4, 1), 3.0))
        >>> float(generator.mean.item())
        3.0
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4 or not len(x):
            raise DataError(
                f"fit() takes pictures of shape (n, height, width, channels); got {x.shape}."
            )
        warn_about_channels("fit()", x.shape, self.data_format)
        random = np.random if seed is None else np.random.RandomState(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            pictures = (picture for _ in range(rounds) for picture in x)
            drawn = [self.apply_transform(p, self._draw(p.shape, random)) for p in pictures]
            x = np.stack(drawn).astype(self.dtype, copy=False)
        if self.featurewise_center:
            self.mean = channel_mean(x, self.channel_axis)
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = channel_std(x, self.channel_axis)
            x = x / (self.std + 1e-6)
        if self.zca_whitening:
            self.zca_whitening_matrix = whitening_matrix(x, self.zca_epsilon)


def _zoom(given: Any) -> list[float]:
    if isinstance(given, (int, float)):
        return [1 - given, 1 + given]
    return list(bounds("zoom_range", given))


def _fraction(split: float) -> float:
    if split and not 0 < numeric("validation_split", split) < 1:
        raise DataError(f"validation_split={split!r} must lie between 0 and 1.")
    return split
