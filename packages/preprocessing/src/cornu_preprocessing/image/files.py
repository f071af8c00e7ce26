"""Batches of pictures in files."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np

from cornu import config
from cornu_engine.errors import DataError
from cornu_preprocessing.image.convert import INTERPOLATIONS, img_to_array, load_img
from cornu_preprocessing.image.decoding import in_threads, reading_threads, unreadable
from cornu_preprocessing.image.layout import CHANNELS, checked, size_of, standard_format
from cornu_preprocessing.image.pictures import PictureIterator, Plan, split_of

__all__ = ["ON_ERROR", "FileIterator", "report", "skipping"]

ON_ERROR = ("raise", "skip")


class FileIterator(PictureIterator):
    """What directories and frames have in common; a subclass says which files and what labels.

    Attributes
    ----------
    filepaths : list of str
    labels : sequence
        One for each file.
    sample_weight : ndarray or None
    unreadable : list of (str, str)
        Files that `on_error="skip"` left out, and why.
    """

    classes: Any = None
    class_indices: dict[str, int]
    sample_weight: np.ndarray | None = None

    def __init__(
        self,
        image_data_generator: Any,
        target_size: Sequence[int],
        color_mode: str,
        class_mode: str | None,
        data_format: str | None,
        save_to_dir: Any,
        save_prefix: str,
        save_format: str,
        subset: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: Any,
        on_error: str,
    ) -> None:
        self.image_data_generator = image_data_generator
        self.target_size = size_of("target_size", target_size)
        self.color_mode = checked("color_mode", color_mode, CHANNELS)
        self.class_mode = class_mode
        self.data_format = standard_format(data_format)
        last = self.data_format == "channels_last"
        channels = (CHANNELS[color_mode],)
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.subset = subset
        self.split = split_of(image_data_generator, subset)
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)
        self.keep_aspect_ratio = keep_aspect_ratio
        self.dtype = dtype or config.floatx()
        self.on_error = checked("on_error", on_error, ON_ERROR)
        self.unreadable: list[tuple[str, str]] = []
        self._filepaths: list[str] = []
        self._ahead: dict[int, Future[np.ndarray]] = {}

    def _begin(self, batch_size: int, shuffle: bool, seed: int | None, where: str) -> None:
        """Begin, once the files are known; `where` is where they come from, for messages."""
        if not self._filepaths:
            part = f"The {self.subset} subset of {where}" if self.subset else where
            endings = ", ".join(f".{ending}" for ending in self.white_list_formats)
            why = f"no file name ends in {endings}" if not self.unreadable else "none can be read"
            raise DataError(f"{part} holds no pictures: {why}.")
        PictureIterator.__init__(self, len(self._filepaths), batch_size, shuffle, seed)

    @property
    def filepaths(self) -> list[str]:
        """The paths of all pictures."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """The label of each picture."""
        return self.classes

    def __next__(self) -> Any:
        batch = super().__next__()
        self._read_ahead()
        return batch

    def _read_ahead(self) -> None:
        """Let the threads read the next batch while this one is used."""
        with self.lock:
            for unused in self._ahead.values():
                unused.cancel()
            self._ahead = {}
            if self.batch_index:  # the order of the next epoch is not drawn yet
                indices = self._rows(self.batch_index)
                self._ahead = {int(j): reading_threads().submit(self._read, j) for j in indices}

    def _read(self, index: int) -> np.ndarray:
        with load_img(
            self.filepaths[index],
            color_mode=self.color_mode,
            target_size=self.target_size,
            interpolation=self.interpolation,
            keep_aspect_ratio=self.keep_aspect_ratio,
        ) as img:
            return img_to_array(img, self.data_format)

    def _pictures(self, indices: np.ndarray, plan: Plan) -> Sequence[np.ndarray]:
        generator, transforms = self.image_data_generator, plan.transforms
        ready = {int(j): self._ahead.pop(int(j), None) for j in indices}

        def picture(place: int) -> np.ndarray:
            index = int(indices[place])
            read = ready[index]
            x = self._read(index) if read is None else read.result()
            return x if transforms is None else generator.apply_transform(x, transforms[place])

        return in_threads(picture, range(len(indices)))

    def _with_targets(self, batch_x: np.ndarray, indices: np.ndarray) -> Any:
        if self.class_mode is None:
            return batch_x
        batch_y = _TARGETS[self.class_mode](self, batch_x, indices)
        weights = self.sample_weight
        return (batch_x, batch_y) if weights is None else (batch_x, batch_y, weights[indices])

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_ahead": {}}


def _one_hot(self: FileIterator, batch_x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    batch_y = np.zeros((len(indices), len(self.class_indices)), self.dtype)
    for row, index in zip(batch_y, indices, strict=True):
        row[self.classes[index]] = 1  # one class, or a list of them
    return batch_y


def _indices(self: FileIterator, batch_x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    return np.asarray([self.classes[index] for index in indices], self.dtype)


# What stands beside the pictures, by class mode.
_TARGETS: dict[str, Any] = {
    "binary": _indices,
    "categorical": _one_hot,
    "input": lambda self, batch_x, indices: batch_x.copy(),
    "multi_output": lambda self, batch_x, indices: [label[indices] for label in self.labels],
    "raw": lambda self, batch_x, indices: self.labels[indices],
    "sparse": _indices,
}


def skipping(paths: Sequence[str], color_mode: str) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Return which files can be read, as a mask, and those that cannot, with the reason.

    All files are decoded once, in threads; what is left out is reported in one warning.
    """
    bad = unreadable(paths, color_mode)
    mask = np.ones(len(paths), bool)
    mask[[i for i, _ in bad]] = False
    if bad:
        shown = "".join(f"\n  {reason}" for _, reason in bad[:10])
        more = f"\n  … and {len(bad) - 10} more" if len(bad) > 10 else ""
        warnings.warn(
            f"{len(bad)} of {len(paths)} pictures are left out:{shown}{more}", stacklevel=4
        )
    return mask, [(paths[i], reason) for i, reason in bad]


def report(message: str) -> None:
    """Print what was found, unless interactive logging is off."""
    if config.is_interactive_logging_enabled():
        print(message)
