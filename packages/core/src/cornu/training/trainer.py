"""The public methods of a model that train, evaluate and predict."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.training import loop
from cornu.training.callback_list import CallbackList
from cornu.training.compiling import Compiling, check_arguments
from cornu.training.data import (
    KnownInput,
    KnownOutput,
    as_triple,
    is_arrays,
    is_batches,
    make_source,
)
from cornu.training.data.source import BatchSource
from cornu.training.data.split import train_validation_split
from cornu.training.data.unpack import unpack_x_y_sample_weight
from cornu.training.generators import GeneratorMethods
from cornu.training.limits import limit_epochs, limit_steps
from cornu.training.logs import plain_logs
from cornu.training.on_batch import OnBatchMethods
from cornu.training.progbar_logger import resolve_verbose
from cornu.training.run import Run
from cornu.training.stateless import LossMethods
from cornu.training.step_methods import StepMethods
from cornu_engine import tree
from cornu_engine.errors import DataError, NotCompiledError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.callback import Callback
    from cornu.training.history import History
    from cornu.training.options import FitOptions

__all__ = ["Trainer"]


class Trainer(Compiling, StepMethods, LossMethods, OnBatchMethods, GeneratorMethods):
    """Mixin of models: `compile`, `fit`, `evaluate`, `predict` and their kin.

    Attributes
    ----------
    training_run : Run or None
        The `fit` in progress: its epoch and step, and how to save all that it depends on.
    """

    training_run: Run | None = None
    _cycles = False  # whether the next `fit` is a `fit_generator`
    _initial_epoch: int | None = None  # set by callbacks that resume a training

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Callback | Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        max_queue_size: int | None = None,
        workers: int | None = None,
        use_multiprocessing: bool | None = None,
        **kwargs: Unpack[FitOptions],
    ) -> History:
        """Train for a number of epochs.

        Parameters
        ----------
        x : array, list or dict of arrays, generator, iterable or Sequence
            Inputs, first axis the samples. A dict has names of inputs as keys. Generators,
            iterables and `cornu.utils.Sequence` make whole batches `(x, y)` or `(x, y,
            sample_weight)`.
        y : array, list or dict of arrays
            Targets; a dict has names of outputs as keys.
        batch_size : int, optional
            Samples per step, 32 by default; the last batch of an epoch may be smaller.
        epochs : int
            Number of the last epoch.
        verbose : {"auto", 0, 1, 2}
            Silent, progress bar, one line per epoch. "auto" is the bar.
        callbacks : list of Callback, optional
        validation_split : float
            Fraction of the samples, taken from the end before shuffling, to validate on.
        validation_data : tuple, generator, iterable or Sequence, optional
            `(x, y)` or `(x, y, sample_weight)` to validate on after each epoch.
        shuffle : bool or "batch"
            Whether each epoch has its own order; "batch" shuffles inside batches only.
        class_weight : dict, optional
            Weight of each class in the loss; for several outputs, such a dict for each by name.
        sample_weight : array, list or dict of arrays, optional
            Weight of each sample `(samples,)` or time step `(samples, time)` in the loss.
        initial_epoch : int
            Number of the first epoch, to go on with an earlier training.
        steps_per_epoch, validation_steps : int, optional
            Batches per epoch and per validation; by default one pass over the data.
        validation_batch_size : int, optional
            By default `batch_size`.
        validation_freq : int or list of int
            Every how many epochs, or after which ones (counted from 1), to validate.
        max_queue_size, workers, use_multiprocessing : optional
            How many batches are prepared ahead, by how many threads or processes. A generator runs
            in one thread, whatever the number. By default a generator is asked when a batch is
            needed, and a `Sequence` knows best itself.

        Returns
        -------
        History
            Its `history` is a dict of lists, one value per epoch.

        Raises
        ------
        NotCompiledError
            Before `compile`.
        DataError, ShapeError
            For data that cannot be meant, before the first step.

        Examples
        --------
        >>> from cornu import Sequential
        >>> from cornu.layers import Dense
        >>> model = Sequential([Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(np.zeros((8, 3)), np.zeros(8), epochs=2, verbose=0)
        >>> history.history["loss"]
        [0.0, 0.0]
        """
        epochs = kwargs.pop("nb_epoch", epochs)  # of Keras 1
        check_arguments(Trainer.fit, kwargs)
        _check_epochs(epochs)
        epochs = limit_epochs(epochs)
        self._must_be_compiled("fit")
        verbose_level = resolve_verbose(verbose)
        data_options = {
            "workers": workers,
            "use_multiprocessing": use_multiprocessing,
            "max_queue_size": max_queue_size,
        }
        if validation_split and validation_data is None:
            x, y, sample_weight, validation_data = self._split(
                x, y, sample_weight, validation_split
            )
        source = self._source(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            steps=steps_per_epoch,
            shuffle=shuffle,
            class_weight=class_weight,
            epochs=max(epochs - initial_epoch, 1),
            **data_options,
        )
        source.cycles, self._cycles = self._cycles, False
        source.prepare(functools.partial(self._prepare_for, "train"))
        select = self._select("train")
        validation = None
        if validation_data is not None:
            _check_frequency(validation_freq)
            validation_size = validation_batch_size or batch_size
            validation = (
                self._validation_source(
                    validation_data,
                    validation_size,
                    validation_steps,
                    {**data_options, "epochs": epochs},
                ),
                self._select("test"),
            )
            validation[0].cycles = source.cycles
        callback_list = self._callback_list(
            callbacks,
            add_history=True,
            verbose=verbose,
            show=verbose_level != 0,
            epochs=epochs,
            steps=source.steps_per_epoch,
            samples=getattr(source, "samples", None),
            batch_size=getattr(source, "batch_size", batch_size),
            do_validation=validation_data is not None,
            metrics=self.metrics_names,
        )
        with source, validation[0] if validation else contextlib.nullcontext():
            loop.fit(
                self,
                source,
                select,
                callback_list,
                epochs=epochs,
                initial_epoch=initial_epoch,
                validation=validation,
                validation_freq=validation_freq,
            )
        if callback_list.history is not None:  # a callback may have called `fit` as well
            self.history = callback_list.history
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        max_queue_size: int | None = None,
        workers: int | None = None,
        use_multiprocessing: bool | None = None,
    ) -> Any:
        """Return the loss and the metrics on data.

        Parameters
        ----------
        x, y, sample_weight
            As in `fit`.
        batch_size : int, optional
            Samples per step, 32 by default.
        verbose : {"auto", 0, 1, 2}
            As in `fit`.
        steps : int, optional
            Batches to evaluate; by default one pass over the data.
        callbacks : list of Callback, optional
        return_dict : bool
            Whether to return a dict by name.
        max_queue_size, workers, use_multiprocessing : optional
            As in `fit`.

        Returns
        -------
        float, list of float or dict
            The loss alone, or a list in the order of `metrics_names`.

        Examples
        --------
        >>> from cornu import Sequential
        >>> from cornu.layers import Dense
        >>> model = Sequential([Dense(1)])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.evaluate(np.zeros((8, 3)), np.ones(8), verbose=0, return_dict=True)
        {'loss': 1.0, 'mae': 1.0}
        """
        self._must_be_compiled("evaluate")
        once = self._one_pass(
            "test",
            (x, y, sample_weight),
            callbacks,
            verbose,
            batch_size=batch_size,
            steps=steps,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            max_queue_size=max_queue_size,
        )
        with once[0]:
            logs = loop.evaluate(self, *once)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int | None = None,
        workers: int | None = None,
        use_multiprocessing: bool | None = None,
    ) -> Any:
        """Return the outputs for data.

        Parameters
        ----------
        x : array, list or dict of arrays, generator, iterable or Sequence
            As in `fit`; targets in batches are left aside.
        batch_size : int, optional
            Samples per step, 32 by default.
        verbose : {"auto", 0, 1, 2}
            As in `fit`. With 0, one batch of an array takes the shortest way: some microseconds.
        steps : int, optional
            Batches to predict.
        callbacks : list of Callback, optional
        max_queue_size, workers, use_multiprocessing : optional
            As in `fit`.

        Returns
        -------
        numpy.ndarray or structure of numpy.ndarray

        Examples
        --------
        >>> from cornu import Sequential
        >>> from cornu.layers import Dense
        >>> model = Sequential([Dense(2)])
        >>> model.predict(np.zeros((1, 3)), verbose=0)
        array([[0., 0.]], dtype=float32)
        """
        if verbose == 0 and callbacks is None and steps is None and type(x) is np.ndarray:
            step = self._known_step(x)
            if step is not None and len(x) <= (batch_size or 32):
                return self._run_known(step, x)
        once = self._one_pass(
            "predict",
            (x,),
            callbacks,
            verbose,
            batch_size=batch_size,
            steps=steps,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            max_queue_size=max_queue_size,
        )
        with once[0]:
            found = loop.predict(self, *once)
        if type(x) is np.ndarray:
            self._remember_array(x, batch_size)
        return found

    # Preparation

    def _one_pass(
        self, mode: str, data: tuple[Any, ...], callbacks: Any, verbose: Any, **options: Any
    ) -> tuple[BatchSource, Any, CallbackList]:
        """Return what `evaluate` and `predict` go over, what finds its step, and the callbacks."""
        source = self._source(*data, **options)
        source.prepare(functools.partial(self._prepare_for, mode))
        select = self._select(mode)
        callback_list = self._callback_list(
            callbacks,
            verbose=verbose,
            show=resolve_verbose(verbose) != 0,
            epochs=1,
            steps=source.steps_per_epoch,
        )
        return source, select, callback_list

    def _source(
        self, x: Any, y: Any = None, sample_weight: Any = None, **options: Any
    ) -> BatchSource:
        from cornu_ops.random import draw_seed

        shuffle = options.get("shuffle", False)
        source = make_source(
            x,
            y,
            sample_weight,
            inputs=self._known_inputs(),
            model_name=self.name,  # type: ignore[attr-defined]
            outputs=self._known_outputs(),
            generator=np.random.default_rng(draw_seed()) if shuffle else None,
            **options,
        )
        limit_steps(source)
        return source

    def _split(
        self, x: Any, y: Any, sample_weight: Any, fraction: float
    ) -> tuple[Any, Any, Any, Any]:
        if not is_arrays(x) or (y is None and is_batches(x, self._known_inputs())):
            raise DataError(
                "validation_split takes the last samples of arrays, but x is a "
                f"{type(x).__name__}. Pass validation_data instead."
            )
        triple = as_triple(x, y, sample_weight, self._known_inputs(), self.name)  # type: ignore[attr-defined]
        train, validation = train_validation_split(list(triple), fraction)
        return (*train, tuple(validation))

    def _validation_source(
        self, data: Any, batch_size: int | None, steps: int | None, options: dict[str, Any]
    ) -> BatchSource:
        whole = not isinstance(data, (tuple, list)) or is_batches(data)
        x, y, sample_weight = (data, None, None) if whole else unpack_x_y_sample_weight(data)
        try:
            return self._source(x, y, sample_weight, batch_size=batch_size, steps=steps, **options)
        except DataError as error:
            raise type(error)(f"In validation_data: {error}") from error

    def _callback_list(
        self, callbacks: Any, *, show: bool, add_history: bool = False, **params: Any
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks, add_history=add_history, add_progbar=show, model=self, **params
        )

    def _in_order(self, logs: dict[str, Any]) -> Any:
        names = [name for name in self.metrics_names if name in logs]
        found = [logs[name] for name in [*names, *(name for name in logs if name not in names)]]
        return found[0] if len(found) == 1 else found

    def _must_be_compiled(self, method: str) -> None:
        if self._compiled is None:
            raise NotCompiledError(
                f"{method}() needs a compiled model: call compile(optimizer='adam', loss=...) "
                "first."
            )

    def _known_inputs(self) -> list[KnownInput] | None:
        """Return what the model takes, or None if it takes whatever comes."""
        try:
            tensors = self.inputs  # type: ignore[attr-defined]
            names = self.input_names  # type: ignore[attr-defined]
            described = self.input  # type: ignore[attr-defined]
        except (AttributeError, ValueError):  # a subclassed model, or one that is not built
            return None
        if isinstance(described, dict) and len(described) == len(names):
            names = sorted(described)
        return [
            KnownInput(name, tuple(t.shape), t.dtype)
            for name, t in zip(names, tensors, strict=True)
        ]

    def _known_outputs(self) -> list[KnownOutput]:
        """Return what is known of the outputs: names and ranks if the model is built."""
        names = self._output_names() or []
        ranks: list[int | None] = []
        with contextlib.suppress(AttributeError, ValueError):
            described = self.output  # type: ignore[attr-defined]
            ranks = [len(tensor.shape) for tensor in tree.flatten(described)]
            if isinstance(described, dict) and len(described) == len(ranks):
                names = sorted(described)
        losses = self.compiled_losses
        numbers = [False] * len(names) if losses is None else losses.take_numbers(names)
        names = names or [f"output_{i + 1}" for i in range(len(numbers))]
        ranks = ranks if len(ranks) == len(names) else [None] * len(names)
        return list(map(KnownOutput, names, ranks, numbers))

    def _output_names(self) -> list[str] | None:
        try:
            return list(self.output_names)  # type: ignore[attr-defined]
        except (AttributeError, TypeError, ValueError):
            return None

    def _read_logs(self, places: dict[str, int | None], outputs: list[Any]) -> dict[str, Any]:
        """Return the logs of a step as numbers."""
        names = tuple(name for name, place in places.items() if place is None)
        found = self._step_cache().reader(names).read(self) if names else {}
        found.update((name, outputs[at]) for name, at in places.items() if at is not None)
        return plain_logs(found)


def _check_epochs(epochs: Any) -> None:
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
        raise TypeError(f"epochs={epochs!r} is not a whole number: write epochs=10.")


def _check_frequency(frequency: Any) -> None:
    if isinstance(frequency, bool) or not (
        (isinstance(frequency, (int, np.integer)) and frequency >= 1)
        or isinstance(frequency, (list, tuple, set, frozenset, range))
    ):
        raise ValueError(
            f"validation_freq={frequency!r} must be a whole number of epochs, or a list of epochs "
            "counted from 1."
        )
