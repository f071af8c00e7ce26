"""A directory of text files as a data set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.dataset import Batches
from cornu_preprocessing.directory import Listing, datasets_of

__all__ = ["text_dataset_from_directory"]


def text_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Make a data set of the `.txt` files of a directory, one subdirectory per class.

    Files are read when their batch is asked for.

    Parameters
    ----------
    directory : path
    labels : "inferred", None, or sequence of int
        From the subdirectories, none, or one per file in the alphanumeric order of their paths.
    label_mode : "int", "categorical", "binary" or None
        int32 of shape (batch,); float32 one-hot rows; float32 0 and 1 of shape (batch, 1); none.
    class_names : sequence of str, optional
        The subdirectories to use, in the order that numbers the classes.
    batch_size : int or None
        Texts per batch; None for single texts.
    max_length : int, optional
        Texts are cut after so many bytes of UTF-8; a character is never cut in two.
    shuffle : bool
        Whether files come in a random order, a new one in each epoch; else alphanumerically.
    seed : int, optional
        Fixes the order, and with it the split: the files are those that Keras picks.
    validation_split : float, optional
        The part of the files that is kept for validation.
    subset : "training", "validation" or "both", optional
        Which part to return; "both" returns the two in a list.
    follow_links : bool
        Whether to enter directories behind symbolic links.
    format : str
        Accepted for Keras' sake: "tf" and "grain" give the same data set, which is neither's.
    verbose : bool
        Whether to print how many files were found.

    Returns
    -------
    Dataset
        Of batches `texts` or `(texts, labels)`; `texts` is an object array of strings, shape
        (batch,). Its `class_names` are the classes, its `file_paths` the files.

    Raises
    ------
    FileNotFoundError
        If there is no such directory.
    DataError
        If it has no files or classes, if arguments do not fit together, or if a file is not UTF-8.

    Example
    -------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> root = Path(mkdtemp())
    >>> for kind, text in {"ham": "see you", "spam": "buy now"}.items():
    ...     (root / kind).mkdir()
    ...     _ = (root / kind / "1.txt").write_text(text)
    >>> data = text_dataset_from_directory(root, shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> texts, labels = data[0]
    >>> texts.tolist(), labels.tolist(), data.class_names
    (['see you', 'buy now'], [0, 1], ['ham', 'spam'])
    """
    if format not in ("tf", "grain"):
        raise DataError(f"format={format!r} must be 'tf' or 'grain'.")

    def make(listing: Listing, label_mode: str | None, **options: Any) -> Batches:
        targets = listing.targets(label_mode)

        def load(rows: np.ndarray) -> Any:
            texts = np.array([_read(listing.paths[row], max_length) for row in rows], dtype=object)
            return texts if targets is None else (texts, targets[rows])

        return Batches(
            len(listing.paths),
            load,
            batch_size=batch_size,
            class_names=listing.class_names,
            file_paths=listing.paths,
            **options,
        )

    return datasets_of(
        directory,
        make,
        formats=(".txt",),
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


def _read(path: str, max_length: int | None) -> str:
    content = Path(path).read_bytes()
    try:
        if max_length is None:
            return content.decode("utf-8-sig")
        return content[:max_length].decode("utf-8-sig", errors="ignore")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path!r} is not UTF-8: {error}. Convert it, for example with "
            "Path(path).write_text(Path(path).read_text('latin-1'), 'utf-8')."
        ) from error
