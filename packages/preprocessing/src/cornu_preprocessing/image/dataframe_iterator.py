"""Batches of the pictures that a pandas frame names."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, near_matches
from cornu_preprocessing.image.files import FileIterator, report, skipping
from cornu_preprocessing.image.layout import checked

__all__ = ["DataFrameIterator"]

_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(FileIterator):
    """Batches of the pictures that a pandas frame names, changed at random.

    Parameters
    ----------
    dataframe : pandas.DataFrame
    directory : path, optional
        What the paths in the frame are relative to.
    image_data_generator : ImageDataGenerator or None
    x_col : str
        The column of paths.
    y_col : str or list of str
        The column of the targets, or the columns for "multi_output" and "raw".
    weight_col : str, optional
        The column of the sample weights.
    target_size, color_mode, batch_size, shuffle, seed, data_format, interpolation,
    keep_aspect_ratio, dtype, on_error, save_to_dir, save_prefix, save_format
        As of `DirectoryIterator`.
    classes : sequence of str, optional
        The classes to use, in the order of their indices; rows of others are left out. By default
        all, in alphabetical order.
    class_mode : str or None
        "categorical": one-hot rows, where a row of the frame may hold a list of several classes;
        "binary", "sparse": class indices; "raw": the values of `y_col`; "multi_output": a list of
        one array per column; "input": the pictures again; None: nothing.
    subset : "training" or "validation", optional
        Which rows, by the generator's `validation_split`; validation is the beginning.
    validate_filenames : bool
        Whether to leave out rows whose file is missing or not a picture by its name, with a
        warning.

    Attributes
    ----------
    class_indices, classes, filenames, filepaths, samples, unreadable
        As of `DirectoryIterator`.
    """

    allowed_class_modes = (
        "binary",
        "categorical",
        "input",
        "multi_output",
        "raw",
        "sparse",
        None,
    )

    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: Any = None,
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
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        dtype: Any = None,
        validate_filenames: bool = True,
        keep_aspect_ratio: bool = False,
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
        self.directory = os.fspath(directory) if directory else ""
        if not hasattr(dataframe, "columns"):
            raise TypeError(
                f"dataframe is a {type(dataframe).__name__}; make a frame of it first: "
                "pandas.DataFrame(…)."
            )
        df = dataframe.copy()
        self._check(df, x_col, y_col, weight_col, classes)
        if validate_filenames:
            df = df[self._existing(df[x_col], x_col)]
        classed = class_mode not in _WITHOUT_CLASSES
        if classed:
            df, names = _only(df, y_col, classes)
            self.class_indices = {name: i for i, name in enumerate(names)}
        if self.split:
            start, stop = (int(part * len(df)) for part in self.split)
            df = df.iloc[start:stop]
        if on_error == "skip":
            mask, self.unreadable = skipping(self._paths(df[x_col]), color_mode)
            df = df[mask]
        if classed:
            self.classes = [self._index(label) for label in df[y_col]]
        elif class_mode == "multi_output":
            self._targets: Any = [np.array(df[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = df[y_col].to_numpy()
        self.filenames = df[x_col].tolist()
        self._filepaths = self._paths(self.filenames)
        self.samples = len(self.filenames)
        self.sample_weight = df[weight_col].to_numpy() if weight_col else None
        kind = "validated" if validate_filenames else "non-validated"
        belonging = f" belonging to {len(self.class_indices)} classes" if classed else ""
        report(f"Found {self.samples} {kind} image filenames{belonging}.")
        self._begin(batch_size, shuffle, seed, f"The column {x_col!r}")

    @property
    def labels(self) -> Any:
        """The label of each picture, or the targets."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    def _paths(self, names: Iterable[str]) -> list[str]:
        return [os.path.join(self.directory, name) for name in names]

    def _index(self, label: Any) -> Any:
        if isinstance(label, (list, tuple)):
            return [self.class_indices[one] for one in label]
        return self.class_indices[label]

    def _existing(self, names: Any, x_col: str) -> np.ndarray:
        exists = np.array(
            [
                path.lower().endswith(self.white_list_formats) and os.path.isfile(path)
                for path in self._paths(names)
            ],
            bool,
        )
        if not exists.all():
            missing = [name for name, there in zip(names, exists, strict=True) if not there]
            warnings.warn(
                f"{len(missing)} rows are left out, for {x_col!r} names no picture file in them: "
                f"{', '.join(map(repr, missing[:5]))}{', …' if len(missing) > 5 else ''}.",
                stacklevel=4,
            )
        return exists

    def _check(self, df: Any, x_col: str, y_col: Any, weight_col: Any, classes: Any) -> None:
        mode = self.class_mode
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(f"class_mode='multi_output' needs y_col=[…], a list; it is {y_col!r}.")
        targets = [] if mode in ("input", None) else y_col if isinstance(y_col, list) else [y_col]
        for column in (x_col, *targets, *([weight_col] if weight_col else [])):
            if column not in df.columns:
                hint = near_matches(str(column), [str(name) for name in df.columns])
                raise DataError(f"The frame has no column {column!r}. {hint}".rstrip())
        _check_types(df[x_col], x_col, (str,), "paths as text")
        if mode in ("binary", "sparse"):
            _check_types(df[y_col], y_col, (str,), f"class names as text for {mode!r}")
        if mode == "categorical":
            _check_types(df[y_col], y_col, (str, list, tuple), "class names, or lists of them")
        if mode == "binary":
            names = set(classes) if classes else set(df[y_col])
            if len(names) != 2:
                raise DataError(f"class_mode='binary' needs 2 classes, and there are {len(names)}.")
        if classes and mode in _WITHOUT_CLASSES:
            warnings.warn(f"classes counts for nothing with class_mode={mode!r}.", stacklevel=4)
        if weight_col and df[weight_col].dtype.kind not in "biuf":
            raise TypeError(f"The weights in column {weight_col!r} must be numbers.")


def _check_types(column: Any, name: Any, types: tuple[type, ...], meant: str) -> None:
    for row, value in column.items():
        if not isinstance(value, types):
            raise TypeError(f"Column {name!r} must hold {meant}; row {row!r} is {value!r}.")


def _only(df: Any, y_col: str, classes: Sequence[str] | None) -> tuple[Any, list[str]]:
    """The rows of some classes, and the names of the classes in order."""
    labels = df[y_col]
    if not classes:
        every = (one for v in labels for one in (v if isinstance(v, (list, tuple)) else [v]))
        return df, sorted(set(every))
    names = list(dict.fromkeys(classes))
    kept = [
        [one for one in v if one in names] if isinstance(v, (list, tuple)) else v for v in labels
    ]
    df = df.copy()
    df[y_col] = kept
    mask = [bool(v) if isinstance(v, (list, tuple)) else v in names for v in kept]
    return df[mask], names
