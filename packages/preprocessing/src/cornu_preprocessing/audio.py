"""A directory of sounds as a data set: Keras 3's `audio_dataset_from_directory`."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_engine.interrupt import let_signals_through
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.dataset import Batches
from cornu_preprocessing.directory import Listing, datasets_of

__all__ = ["UnreadableAudioError", "audio_dataset_from_directory", "read_wav"]

FORMATS = (".wav",)


class UnreadableAudioError(DataError, OSError):
    """A file that is no WAV file, or only the beginning of one."""


def audio_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Make a data set of the `.wav` files of a directory, one subdirectory per class.

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
        Sounds per batch; None for single sounds.
    sampling_rate : int, optional
        Samples per second to resample all sounds to; by default they stay as they are.
    output_sequence_length : int, optional
        Samples that each sound is cut or filled up with zeros to, before it is resampled; by
        default those of a batch are filled up to the longest.
    ragged : bool
        Only False: batches are arrays.
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
    verbose : bool
        Whether to print how many files were found.

    Returns
    -------
    Dataset
        Of batches `sounds` or `(sounds, labels)`; sounds are float32 from -1 to 1, shape (batch,
        samples, channels). Its `class_names` are the classes, its `file_paths` the files.

    Raises
    ------
    FileNotFoundError
        If there is no such directory.
    DataError
        If it has no files or classes, if arguments do not fit together, or if a file cannot be
        read; the message names it.

    Example
    -------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from scipy.io import wavfile
    >>> root = Path(mkdtemp())
    >>> for kind, pitch in {"high": 880, "low": 110}.items():
    ...     (root / kind).mkdir()
    ...     wave = np.sin(np.arange(4000) * (2 * np.pi * pitch / 8000))
    ...     wavfile.write(root / kind / "1.wav", 8000, (wave * 32767).astype("int16"))
    >>> data = audio_dataset_from_directory(root, shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> sounds, labels = data[0]
    >>> sounds.shape, labels.tolist()
    ((2, 4000, 1), [0, 1])
    """
    if ragged:
        raise DataError(
            "ragged=True asks for ragged tensors, which Cornu has not. Without it the sounds of a "
            "batch are filled up with zeros; output_sequence_length sets one length for all."
        )
    whole("sampling_rate", sampling_rate, or_none=True)
    whole("output_sequence_length", output_sequence_length, or_none=True)

    def make(listing: Listing, label_mode: str | None, **options: Any) -> Batches:
        targets = listing.targets(label_mode)

        def load(rows: np.ndarray) -> Any:
            paths = [listing.paths[row] for row in rows]
            sounds = _stacked(
                [_sound(path, sampling_rate, output_sequence_length) for path in paths], paths
            )
            return sounds if targets is None else (sounds, targets[rows])

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


def read_wav(path: str | os.PathLike[str]) -> tuple[int, np.ndarray]:
    """Return the rate of a WAV file, and what it holds: (samples, channels), from -1 to 1.

    Raises
    ------
    UnreadableAudioError
        Naming the file, if it is no WAV file or is cut short.
    """
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # parts that are no samples
            rate, samples = wavfile.read(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # SciPy raises what comes up where a file is damaged
        let_signals_through(error)
        reason = str(error) or type(error).__name__
        raise UnreadableAudioError(
            f"{os.fspath(path)!r} cannot be read as a WAV file: {reason.rstrip('.')}."
        ) from error
    samples = samples.reshape(len(samples), -1)
    if samples.dtype.kind == "f":
        return rate, samples.astype("float32")
    middle = 2.0 ** (samples.dtype.itemsize * 8 - 1)
    shift = middle if samples.dtype.kind == "u" else 0.0  # 8 bits are unsigned
    return rate, ((samples - shift) / middle).astype("float32")


def _sound(path: str, sampling_rate: int | None, length: int | None) -> np.ndarray:
    rate, samples = read_wav(path)
    if length is not None:
        samples = samples[:length]
        samples = np.pad(samples, [(0, length - len(samples)), (0, 0)])
    if sampling_rate is None or sampling_rate == rate:
        return samples
    from scipy.signal import resample_poly

    common = math.gcd(sampling_rate, rate)
    resampled = resample_poly(samples, sampling_rate // common, rate // common, axis=0)
    return resampled.astype("float32")


def _stacked(sounds: list[np.ndarray], paths: list[str]) -> np.ndarray:
    channels = sounds[0].shape[1]
    for sound, path in zip(sounds, paths, strict=True):
        if sound.shape[1] != channels:
            raise DataError(
                f"{path!r} has {sound.shape[1]} channels and {paths[0]!r} {channels}: those of a "
                "batch must have the same. Convert them, or pass batch_size=None."
            )
    batch = np.zeros((len(sounds), max(map(len, sounds)), channels), "float32")
    for row, sound in zip(batch, sounds, strict=True):
        row[: len(sound)] = sound
    return batch
