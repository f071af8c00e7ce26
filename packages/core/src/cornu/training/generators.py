"""Keras 2's names for what `fit`, `evaluate` and `predict` do with any data."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.training.trainer import Trainer

__all__ = [
    "evaluate_generator",
    "fit_generator",
    "predict_classes",
    "predict_generator",
    "predict_proba",
]


def fit_generator(
    self: Trainer,
    generator: Any,
    steps_per_epoch: int | None = None,
    epochs: int = 1,
    verbose: Any = 1,
    callbacks: Any = None,
    validation_data: Any = None,
    validation_steps: int | None = None,
    validation_freq: Any = 1,
    class_weight: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    shuffle: bool = True,
    initial_epoch: int = 0,
) -> Any:
    """Train on batches from a generator or a `Sequence`; `fit` takes them as well.

    Each epoch has `steps_per_epoch` batches, also where a pass over a `Sequence` ends within:
    the next pass follows. In `fit`, the epoch ends there, as in Keras 3.

    Parameters
    ----------
    generator : generator or Sequence
        Makes batches `(x, y)` or `(x, y, sample_weight)`.
    steps_per_epoch, epochs, verbose, callbacks, validation_data, validation_steps,
    validation_freq, class_weight
        As in `fit`.
    max_queue_size, workers, use_multiprocessing, shuffle, initial_epoch
        As in `fit`.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> batches = ((np.zeros((4, 2)), np.zeros(4)) for _ in range(6))
    >>> model.fit_generator(batches, steps_per_epoch=3, epochs=2, verbose=0).epoch
    [0, 1]
    """
    self._cycles = True
    return self.fit(
        generator,
        steps_per_epoch=steps_per_epoch,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=validation_steps,
        validation_freq=validation_freq,
        class_weight=class_weight,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
        shuffle=shuffle,
        initial_epoch=initial_epoch,
    )


def evaluate_generator(
    self: Trainer,
    generator: Any,
    steps: int | None = None,
    callbacks: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    verbose: Any = 0,
) -> Any:
    """Return loss and metrics on batches from a generator or a `Sequence`.

    Parameters
    ----------
    generator : generator or Sequence
    steps, callbacks, max_queue_size, workers, use_multiprocessing, verbose
        As in `evaluate`.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.evaluate_generator(iter([(np.zeros((4, 2)), np.ones(4))]))
    1.0
    """
    return self.evaluate(
        generator,
        steps=steps,
        callbacks=callbacks,
        verbose=verbose,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
    )


def predict_generator(
    self: Trainer,
    generator: Any,
    steps: int | None = None,
    callbacks: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    verbose: Any = 0,
) -> Any:
    """Return the outputs for batches from a generator or a `Sequence`.

    Parameters
    ----------
    generator : generator or Sequence
    steps, callbacks, max_queue_size, workers, use_multiprocessing, verbose
        As in `predict`.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.predict_generator(iter([np.zeros((2, 3))])).shape
    (2, 1)
    """
    return self.predict(
        generator,
        steps=steps,
        callbacks=callbacks,
        verbose=verbose,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
    )


def predict_proba(self: Trainer, x: Any, batch_size: int | None = 32, verbose: Any = 0) -> Any:
    """Return the outputs for data: `predict` by its name in Keras 2.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> Sequential([Dense(2, activation="softmax")]).predict_proba(np.zeros((1, 3)))
    array([[0.5, 0.5]], dtype=float32)
    """
    return self.predict(x, batch_size=batch_size, verbose=verbose)


def predict_classes(
    self: Trainer, x: Any, batch_size: int | None = 32, verbose: Any = 0
) -> np.ndarray:
    """Return the class of each sample: the largest output, or whether the only one exceeds one
    half.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> Sequential([Dense(2, activation="softmax")]).predict_classes(np.zeros((1, 3)))
    array([0])
    """
    outputs = self.predict(x, batch_size=batch_size, verbose=verbose)
    if outputs.shape[-1] > 1:
        return outputs.argmax(axis=-1)
    return (outputs > 0.5).astype("int32")
