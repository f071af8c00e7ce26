"""Batches of the pictures in a directory, one subdirectory per class."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, near_matches
from cornu_preprocessing.directory import list_directory
from cornu_preprocessing.image.files import FileIterator, report, skipping
from cornu_preprocessing.image.layout import checked

__all__ = ["DirectoryIterator"]


class DirectoryIterator(FileIterator):
    """Batches of the pictures in a directory, changed at random.

    Parameters
    ----------
    directory : path
        With a subdirectory for each class. Files count whose names end in .png, .jpg, .jpeg, .bmp,
        .ppm, .tif or .tiff, at any depth.
    image_data_generator : ImageDataGenerator or None
    target_size : (int, int)
        Height and width that all pictures are resized to.
    color_mode : "rgb", "rgba" or "grayscale"
    classes : sequence of str, optional
        The subdirectories to use, in the order of their indices; by default all, in alphabetical
        order.
    class_mode : "categorical", "binary", "sparse", "input" or None
        What stands beside the pictures: one-hot rows, floats 0 and 1, class indices, the pictures
        again, or nothing.
    batch_size : int
    shuffle : bool
        Otherwise the order is that of classes and names.
    seed : int, optional
        As of `Iterator`.
    data_format : "channels_last" or "channels_first", optional
    save_to_dir, save_prefix, save_format
        As of `NumpyArrayIterator`.
    follow_links : bool
        Whether to enter subdirectories behind symbolic links.
    subset : "training" or "validation", optional
        Which part of each class, by the generator's `validation_split`; validation is the
        beginning.
    interpolation : str
        How to resize: "nearest", "bilinear", "bicubic", "box", "hamming" or "lanczos".
    keep_aspect_ratio : bool
        Whether to cut the sides off that do not fit, instead of distorting.
    dtype : dtype, optional
    on_error : "raise" or "skip"
        A file that is no picture, or is cut short, is an error that names it when its batch is
        made; with "skip" all files are read once at the start, and those are reported in a warning
        and left out.

    Attributes
    ----------
    class_indices : dict
        From the names of classes to their indices.
    classes : ndarray
        The class index of each picture.
    filenames, filepaths : list of str
        Relative to `directory`, and in full.
    samples, num_classes : int
    unreadable : list of (str, str)
        What "skip" left out, and why.

    Raises
    ------
    DataError
        If there are no pictures, or no subdirectory for a class.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
        on_error: str = "raise",
    ) -> None:
        super().__init__(
            image_data_generator,
            target_size,
            color_mode,
            checked("class_mode", class_mode, self.allowed_class_modes),
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
            dtype,
            on_error,
        )
        self.directory = os.fspath(directory)
        paths, labels, names = self._listed(classes, follow_links)
        self.num_classes = len(names)
        self.class_indices = {name: i for i, name in enumerate(names)}
        if class_mode == "binary" and len(names) > 2:
            raise DataError(
                f"class_mode='binary' is for two classes, and there are {len(names)}: "
                f"{', '.join(names)}. Pass class_mode='sparse', or two of them as classes."
            )
        if on_error == "skip":
            mask, self.unreadable = skipping(paths, color_mode)
            paths, labels = [p for p, kept in zip(paths, mask, strict=True) if kept], labels[mask]
        self._filepaths = paths
        self.filenames = [os.path.relpath(path, self.directory) for path in paths]
        self.classes = labels
        self.samples = len(paths)
        report(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._begin(batch_size, shuffle, seed, repr(self.directory))

    def _listed(
        self, classes: Sequence[str] | None, follow_links: bool
    ) -> tuple[list[str], np.ndarray, list[str]]:
        """Paths, class indices and names of the classes, of this subset."""
        root = Path(self.directory)
        if not root.is_dir():
            raise FileNotFoundError(f"There is no directory {self.directory!r}.")
        there = sorted(entry.name for entry in root.iterdir() if entry.is_dir())
        names = list(classes) if classes else there
        for name in names:
            if not (root / name).is_dir():
                raise DataError(
                    f"{self.directory!r} has no subdirectory for the class {name!r}. "
                    f"{near_matches(str(name), there)}".rstrip()
                )
        if not names:
            raise DataError(
                f"{self.directory!r} has no subdirectories, and each stands for a class. Put the "
                "pictures into some; one is enough with class_mode=None."
            )
        endings = tuple(f".{ending}" for ending in self.white_list_formats)
        paths: list[str] = []
        labels: list[int] = []
        for index, name in enumerate(names):
            listing = list_directory(
                root / name, None, formats=endings, follow_links=follow_links
            ).paths
            if not listing:
                warnings.warn(f"The class {name!r} has no pictures in {root / name}.", stacklevel=4)
            start, stop = self.split or (0, 1)
            part = listing[int(start * len(listing)) : int(stop * len(listing))]
            paths += part
            labels += [index] * len(part)
        return paths, np.asarray(labels, "int32"), names
