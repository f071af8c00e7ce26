"""Files of a directory as rows of a data set: which there are, their labels, and subsets."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cornu import config
from cornu_engine.errors import DataError, near_matches

__all__ = [
    "Listing",
    "check_label_mode",
    "check_split",
    "datasets_of",
    "encode_labels",
    "list_directory",
    "part_of",
]

LABEL_MODES = ("int", "categorical", "binary", None)


@dataclass(frozen=True)
class Listing:
    """Files with their labels.

    Attributes
    ----------
    paths : list of str
    labels : ndarray or None
        Class indices, dtype int32, one per file.
    class_names : list of str or None
    """

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def targets(self, label_mode: str | None) -> np.ndarray | None:
        """Return the labels as a model takes them, see `encode_labels`."""
        if self.labels is None or label_mode is None:
            return None
        return encode_labels(self.labels, label_mode, len(self.class_names or ()))

    def rows(self, which: np.ndarray | slice) -> Listing:
        """Return some of the files, by a slice or their numbers."""
        numbers = np.arange(len(self.paths))[which]
        labels = None if self.labels is None else self.labels[numbers]
        return Listing([self.paths[i] for i in numbers], labels, self.class_names)

    def summary(self) -> str:
        """Say how many files were found."""
        text = f"Found {len(self.paths)} files"
        if self.class_names is None:
            return f"{text}."
        return f"{text} belonging to {len(self.class_names)} classes."

    def shuffled(self, seed: int) -> Listing:
        """Return the files in another order, the one that Keras draws from this seed."""
        order = np.arange(len(self.paths))
        np.random.RandomState(seed).shuffle(order)
        return self.rows(order)


def list_directory(
    directory: str | os.PathLike[str],
    labels: Any,
    *,
    formats: tuple[str, ...],
    class_names: Sequence[str] | None = None,
    follow_links: bool = False,
) -> Listing:
    """List the files of a directory and its subdirectories in alphanumeric order.

    Parameters
    ----------
    directory : path
        Holds one subdirectory per class where the labels are inferred.
    labels : "inferred", None, or sequence of int
        Where labels come from; a sequence has one for each file, in order.
    formats : tuple of str
        Endings of the names of files that count, in lower case with the dot.
    class_names : sequence of str, optional
        The subdirectories to use and their order, where labels are inferred.
    follow_links : bool
        Whether to enter directories behind symbolic links.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such directory.
    DataError
        If a class has no subdirectory, if there are no subdirectories to infer labels from, or if
        labels and files differ in number.
    """
    root = Path(directory)
    if not root.exists():
        raise FileNotFoundError(f"There is no directory {str(root)!r}.")
    if not root.is_dir():
        raise NotADirectoryError(f"{str(root)!r} is a file; pass the directory that holds it.")
    if isinstance(labels, str) and labels == "inferred":
        return _inferred(root, formats, class_names, follow_links)
    if labels is not None and not isinstance(labels, (list, tuple, np.ndarray)):
        raise DataError(
            f"labels={labels!r}: pass 'inferred' to take them from the subdirectories, None for "
            "none, or a list of one class index per file."
        )
    if class_names is not None:
        raise DataError(
            "class_names picks the subdirectories that are classes, so it goes with "
            f"labels='inferred' only; labels={labels!r}."
        )
    paths = _files(root, formats, follow_links)
    if labels is None:
        return Listing(paths, None, None)
    if len(labels) != len(paths):
        raise DataError(
            f"There are {len(labels)} labels, but {len(paths)} files in {str(root)!r}: pass one "
            "label per file, in the alphanumeric order of their paths."
        )
    return Listing(paths, np.asarray(labels, "int32"), [str(x) for x in sorted(set(labels))])


def datasets_of(
    directory: str | os.PathLike[str],
    make: Callable[..., Any],
    *,
    formats: tuple[str, ...],
    labels: Any,
    label_mode: str | None,
    class_names: Sequence[str] | None,
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
) -> Any:
    """Return the data set of the files of a directory, or a list of two for `subset="both"`.

    Parameters
    ----------
    directory, labels, formats, class_names, follow_links
        As of `list_directory`.
    make : callable
        From a listing and its label mode, with the keywords `shuffle` and `seed`, to a data set.
    label_mode, shuffle, seed, validation_split, subset, verbose
        As of `image_dataset_from_directory`.
    """
    check_split(validation_split, subset, shuffle, seed)
    if labels is None or label_mode is None:
        labels = label_mode = None
    found = list_directory(
        directory, labels, formats=formats, class_names=class_names, follow_links=follow_links
    )
    check_label_mode(label_mode, found.class_names)
    if verbose and config.is_interactive_logging_enabled():
        print(found.summary())
    if seed is None:
        seed = int(np.random.randint(10**6))
    if shuffle:
        found = found.shuffled(seed)

    def dataset(part: str | None) -> Any:
        listing = part_of(found, validation_split, part, repr(str(directory)), formats)
        mixed = shuffle and not (subset == "both" and part == "validation")
        if part is not None and verbose and config.is_interactive_logging_enabled():
            print(f"Using {len(listing.paths)} files for {part}.")
        return make(listing, label_mode, shuffle=mixed, seed=seed)

    return [dataset("training"), dataset("validation")] if subset == "both" else dataset(subset)


def check_split(
    validation_split: float | None, subset: str | None, shuffle: bool, seed: int | None
) -> None:
    """Raise DataError unless the arguments that make a split belong together."""
    if subset not in ("training", "validation", "both", None):
        raise DataError(f"subset={subset!r} must be 'training', 'validation', 'both' or None.")
    if validation_split and not 0 < validation_split < 1:
        raise DataError(f"validation_split={validation_split} must lie between 0 and 1.")
    if bool(validation_split) != bool(subset):
        raise DataError(
            f"validation_split={validation_split} and subset={subset!r} go together: pass both or "
            "neither."
        )
    if validation_split and shuffle and seed is None:
        raise DataError(
            "Pass a seed along with validation_split and shuffle: without one, training and "
            "validation would overlap."
        )


def part_of(
    listing: Listing,
    validation_split: float | None,
    subset: str | None,
    where: str,
    formats: tuple[str, ...],
) -> Listing:
    """Return the files of one subset: validation is the end, training what stands before it.

    Raises
    ------
    DataError
        If the subset is empty; `where` names the directory in the message, `formats` the files.
    """
    if validation_split and subset:
        count = int(validation_split * len(listing.paths))
        cut = len(listing.paths) - count
        listing = listing.rows(slice(cut, None) if subset == "validation" else slice(cut))
    if not listing.paths:
        what = f"The {subset} subset of {where} is empty" if subset else f"{where} has no files"
        raise DataError(f"{what} whose names end in {', '.join(formats)}.")
    return listing


def encode_labels(labels: np.ndarray, label_mode: str | None, num_classes: int) -> np.ndarray:
    """Return labels as a model takes them.

    Parameters
    ----------
    labels : ndarray of int
        Class indices, shape (n,).
    label_mode : "int", "binary" or "categorical"
        int32 of shape (n,); float32 0 and 1 of shape (n, 1); float32 one-hot rows of shape
        (n, num_classes).

    Example
    -------
    >>> encode_labels(np.array([1, 0]), "binary", 2)
    array([[1.],
           [0.]], dtype=float32)
    """
    if label_mode == "binary":
        return labels.astype("float32")[:, None]
    if label_mode == "categorical":
        return np.eye(num_classes, dtype="float32")[labels]
    return labels.astype("int32")


def check_label_mode(label_mode: str | None, class_names: Sequence[str] | None) -> None:
    """Raise DataError for an unknown mode, and for "binary" unless there are two classes."""
    if label_mode not in LABEL_MODES:
        hint = near_matches(str(label_mode), [m for m in LABEL_MODES if m])
        raise DataError(
            f"label_mode={label_mode!r} must be 'int', 'categorical', 'binary' or None. {hint}"
        )
    if label_mode == "binary" and class_names is not None and len(class_names) != 2:
        raise DataError(
            f"label_mode='binary' needs exactly two classes, and there are {len(class_names)}: "
            f"{', '.join(class_names)}."
        )


def _inferred(
    root: Path, formats: tuple[str, ...], wanted: Sequence[str] | None, follow_links: bool
) -> Listing:
    there = sorted(d.name for d in root.iterdir() if d.is_dir() and not d.name.startswith("."))
    missing = [name for name in wanted or () if name not in there]
    if missing:
        raise DataError(
            f"{str(root)!r} has no subdirectory for the classes {', '.join(map(repr, missing))}; "
            f"there are {', '.join(map(repr, there)) or 'none'}."
        )
    names = there if wanted is None else list(wanted)
    if not names:
        raise DataError(
            f"{str(root)!r} has no subdirectories to infer labels from. Put the files of each "
            "class into a directory of its own, or pass labels=None."
        )
    by_class = [_files(root / name, formats, follow_links) for name in names]
    labels = np.repeat(np.arange(len(names), dtype="int32"), [len(paths) for paths in by_class])
    return Listing([path for paths in by_class for path in paths], labels, names)


def _files(root: Path, formats: tuple[str, ...], follow_links: bool) -> list[str]:
    walk = sorted(os.walk(root, followlinks=follow_links), key=lambda entry: entry[0])
    return [
        os.path.join(folder, name)
        for folder, _, names in walk
        for name in sorted(names)
        if name.lower().endswith(formats)
    ]
