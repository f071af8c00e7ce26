"""The three sources a generator makes batches from: arrays, a directory, a pandas frame."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from cornu_preprocessing.image.array_iterator import NumpyArrayIterator
from cornu_preprocessing.image.dataframe_iterator import DataFrameIterator
from cornu_preprocessing.image.directory_iterator import DirectoryIterator

__all__ = ["Flows"]


class Flows:
    """What `ImageDataGenerator` reads pictures from."""

    data_format: str
    dtype: Any

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Return batches of the pictures in an array; see `NumpyArrayIterator`.

        Example
        -------
        >>> import numpy as np
        >>> from cornu_preprocessing.image import ImageDataGenerator
        >>> x, y = next(ImageDataGenerator().flow(np.zeros((5, 4, 4, 1)), np.arange(5)))
        >>> x.shape, y.shape
        ((5, 4, 4, 1), (5,))
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            ignore_class_split=ignore_class_split,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        on_error: str = "raise",
    ) -> DirectoryIterator:
        """Return batches of the pictures in a directory; see `DirectoryIterator`."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
            on_error=on_error,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        keep_aspect_ratio: bool = False,
        on_error: str = "raise",
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Return batches of the pictures that a pandas frame names; see `DataFrameIterator`.

        `has_ext`, `sort` and `drop_duplicates` of older versions of Keras change nothing; a warning
        says what to do instead.
        """
        for name in kwargs:
            if name not in _GONE:
                raise TypeError(f"flow_from_dataframe() takes no argument {name!r}.")
            warnings.warn(_GONE[name], stacklevel=2)
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode="raw" if class_mode == "other" else class_mode,  # its name in Keras 2.2
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
            on_error=on_error,
        )


_GONE = {
    "has_ext": "has_ext is gone: file names in the frame must have their endings.",
    "sort": "sort is gone: shuffle=False keeps the order of the frame.",
    "drop_duplicates": "drop_duplicates is gone: pass dataframe.drop_duplicates(x_col).",
}
