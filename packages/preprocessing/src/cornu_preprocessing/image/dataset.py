"""Data sets of the pictures in a directory: `image_dataset_from_directory`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.dataset import Batches
from cornu_preprocessing.directory import Listing, datasets_of
from cornu_preprocessing.image.convert import read_img
from cornu_preprocessing.image.decoding import in_threads
from cornu_preprocessing.image.files import ON_ERROR, skipping
from cornu_preprocessing.image.layout import CHANNELS, checked, size_of, standard_format
from cornu_preprocessing.image.resizing import RESIZE_INTERPOLATIONS, resize

__all__ = ["image_dataset_from_directory"]

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


class ImageBatches(Batches):
    """Batches of pictures.

    Attributes
    ----------
    unreadable : list of (str, str)
        Files that `on_error="skip"` left out, and why.
    """

    unreadable: list[tuple[str, str]]


class _Reader:
    """Makes the batch of some rows: reads their files in threads."""

    def __init__(
        self,
        listing: Listing,
        label_mode: str | None,
        color_mode: str,
        data_format: str,
        how: dict[str, Any],
    ) -> None:
        self.listing = listing
        self.color_mode = color_mode
        self.data_format = data_format
        self.how = how
        self.targets = listing.targets(label_mode)

    def __call__(self, rows: np.ndarray) -> Any:
        x = np.stack(in_threads(self._picture, [self.listing.paths[i] for i in rows]))
        return x if self.targets is None else (x, self.targets[rows])

    def _picture(self, path: str) -> np.ndarray:
        with read_img(path, self.color_mode, eight_bits=True) as img:
            x = np.asarray(img, "float32")
        x = resize(x if x.ndim == 3 else x[:, :, None], **self.how)
        return x if self.data_format == "channels_last" else x.transpose(2, 0, 1)


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
    on_error: str = "raise",
) -> Any:
    """Return the pictures in a directory as a data set that `fit` takes.

    Parameters
    ----------
    directory : path
        With a subdirectory for each class, where labels are inferred. Files count whose names end
        in .bmp, .gif, .jpeg, .jpg or .png, at any depth; of a moving picture the first frame.
    labels : "inferred", None, or sequence of int
        Where labels come from: the subdirectories, nowhere, or one for each file in alphabetical
        order of the paths.
    label_mode : "int", "binary", "categorical" or None
        int32 of shape (batch,), float32 of shape (batch, 1), one-hot float32 rows, or no labels.
    class_names : sequence of str, optional
        The subdirectories to use, in the order of their indices.
    color_mode : "rgb", "rgba" or "grayscale"
    batch_size : int or None
        None gives single pictures.
    image_size : int or (int, int)
        Height and width that all pictures are resized to.
    shuffle : bool
        Whether each pass has an order of its own; otherwise it is alphabetical.
    seed : int, optional
        Of the orders. With `validation_split` it must be given, so that both subsets fit together.
    validation_split : float, optional
        Fraction of the files that are for validation.
    subset : "training", "validation" or "both"
        Which to return; "both" returns the pair of them.
    interpolation : str
        "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or
        "mitchellcubic".
    follow_links : bool
        Whether to enter subdirectories behind symbolic links.
    crop_to_aspect_ratio, pad_to_aspect_ratio : bool
        Cut the sides off that do not fit, or put black beside the picture, instead of distorting.
    data_format : "channels_last" or "channels_first", optional
    format : "tf" or "grain"
        Accepted for Keras' sake; the result is Cornu's own kind of data set.
    verbose : bool
        Whether to print how many files were found.
    on_error : "raise" or "skip"
        A file that cannot be decoded is an error that names it when its batch is made; with "skip"
        all files are read once at the start, and those are reported in a warning and left out.

    Returns
    -------
    Dataset
        Of batches of float32 from 0 to 255, and labels. It has `class_names`, `file_paths`, and
        `map`, `take`, `skip`, `cache` and `prefetch`. A pair of them for `subset="both"`.

    Raises
    ------
    DataError
        If there are no pictures, a class has no subdirectory, or arguments do not fit together.

    Example
    -------
    >>> import tempfile, os, numpy as np
    >>> from cornu_preprocessing.image import save_img
    >>> folder = tempfile.mkdtemp()
    >>> for name in ("cats/1.png", "cats/2.png", "dogs/1.png"):
    ...     os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    ...     save_img(os.path.join(folder, name), np.zeros((4, 4, 3)))
    >>> data = image_dataset_from_directory(folder, image_size=(8, 8), shuffle=False)
    Found 3 files belonging to 2 classes.
    >>> x, y = data[0]
    >>> x.shape, y, data.class_names
    ((3, 8, 8, 3), array([0, 0, 1], dtype=int32), ['cats', 'dogs'])
    """
    size = size_of("image_size", image_size)
    checked("color_mode", color_mode, CHANNELS)
    checked("on_error", on_error, ON_ERROR)
    checked("format", format, ("tf", "grain"))
    interpolation = checked("interpolation", str(interpolation).lower(), RESIZE_INTERPOLATIONS)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise DataError("Pass crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
    how = {
        "size": size,
        "interpolation": interpolation,
        "crop_to_aspect_ratio": crop_to_aspect_ratio,
        "pad_to_aspect_ratio": pad_to_aspect_ratio,
    }

    def make(listing: Listing, label_mode: str | None, **options: Any) -> ImageBatches:
        bad: list[tuple[str, str]] = []
        if on_error == "skip":
            kept, bad = skipping(listing.paths, color_mode)
            listing = listing.rows(kept)
            if not listing.paths:
                raise DataError(f"None of the pictures in {str(directory)!r} can be read.")
        data = ImageBatches(
            len(listing.paths),
            _Reader(listing, label_mode, color_mode, standard_format(data_format), how),
            batch_size=batch_size,
            class_names=listing.class_names,
            file_paths=listing.paths,
            workers=2,
            max_queue_size=4,
            **options,
        )
        data.unreadable = bad
        return data

    return datasets_of(
        directory,
        make,
        formats=FORMATS,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )
