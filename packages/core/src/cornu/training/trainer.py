"""The public methods of a model that train, evaluate and predict."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu.training import loop, on_batch, programs, stateless
from cornu.training.compiling import check_arguments, compiled, in_json, read_arguments
from cornu.training.passes import (
    callbacks_of,
    check_epochs,
    check_frequency,
    one_pass,
    source_of,
    split_off,
    validation_source,
)
from cornu.training.programs import (
    known_step,
    prepare_for,
    remember_arrays,
    run_known,
    step_finder,
)
from cornu.training.trainable import Trainable
from cornu_data.logs import in_order
from cornu_data.preferences import limit_epochs, resolve_verbose
from cornu_data.tracebacks import shows_users_lines

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Named
    from cornu.base.callback import Callback
    from cornu.base.optimizer import Optimizer
    from cornu.training.history import History
    from cornu.training.options import FitOptions, NoOptions
    from cornu_engine.variable import Variable

__all__ = ["Trainer"]


class Trainer(Trainable):
    """A trainable layer with the methods that train it: `compile`, `fit`, `evaluate`, `predict`."""

    # One batch at a time
    train_on_batch = on_batch.train_on_batch
    test_on_batch = on_batch.test_on_batch
    predict_on_batch = on_batch.predict_on_batch
    compiled_loss = stateless.compiled_loss
    stateless_compute_loss = stateless.stateless_compute_loss
    program = programs.program

    @shows_users_lines
    def compile(
        self,
        optimizer: Named | Optimizer | None = "rmsprop",
        loss: Named | Sequence[Any] | None = None,
        loss_weights: float | Variable | list[Any] | tuple[Any, ...] | dict[str, Any] | None = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | None = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        sample_weight_mode: Any = None,
        target_tensors: Any = None,
        backend: Any = None,
        check_numerics: bool = False,
        **kwargs: Unpack[NoOptions],
    ) -> None:
        """Say how to train: optimizer, losses, metrics.

        The third and fourth argument may come in Keras 2's order, metrics first.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, function, Loss, or a structure of them
            For several outputs, one for each, in order, by name or in their structure.
        loss_weights : float, Variable, or a structure of them, optional
            Factor of each output's loss in the sum that is minimised. What a callback assigns to a
            variable counts from the next step.
        metrics : list or dict, optional
            Names, functions of `(y_true, y_pred)` or objects. "accuracy" picks the right one from
            the shapes. For several outputs, one entry or list per output, as for the loss.
        weighted_metrics : list or dict, optional
            Metrics that take sample and class weights into account.
        run_eagerly : bool
            Whether steps run line by line instead of as a program: for `print` and the debugger.
        steps_per_execution : int
            Batches between two calls of the batch hooks of callbacks.
        jit_compile : bool or "auto"
            Accepted for Keras' sake: each step is compiled in any case.
        auto_scale_loss : bool
            Whether the optimizer is wrapped in a `LossScaleOptimizer` where the model computes in
            float16.
        sample_weight_mode : "temporal" or None, optional
            Accepted for Keras 2's sake: weights of shape `(samples, time)` are understood without
            it.
        target_tensors : optional
            Refused: there are no placeholders.
        backend : str or Backend, optional
            What runs this model's programs; by default `cornu.get_backend()`.
        check_numerics : bool
            Whether to raise NumericsError after the first step that makes NaN or infinity, naming
            the operation and the layer; the weights are then as they were before the step. Slower,
            and not written to files.

        Raises
        ------
        UnknownNameError
            For a string that names nothing, with what it may have meant.

        Examples
        --------
        >>> from cornu import Sequential
        >>> from cornu.layers import Dense
        >>> model = Sequential([Dense(3, activation="softmax")])
        >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> model.metrics_names
        ['loss', 'accuracy']
        """
        check_arguments(Trainer.compile, kwargs)
        if target_tensors is not None:
            raise ValueError(
                "target_tensors fed placeholders with values, which do not exist here. Pass "
                "targets as y to fit()."
            )
        self._compiled = compiled(
            optimizer,
            loss,
            loss_weights,
            metrics,
            weighted_metrics,
            names=self._output_names(),
            policy=self.dtype_policy if auto_scale_loss else None,
            run_eagerly=run_eagerly,
            steps_per_execution=int(steps_per_execution or 1),
            jit_compile=jit_compile,
            backend=backend,
            check_numerics=bool(check_numerics),
            sample_weight_mode=sample_weight_mode,
        )
        if backend is not None:
            self._backend()  # named wrongly, it is better known now
        self._forget_steps()
        self.stop_training = False

    def get_compile_config(self) -> dict[str, Any]:
        """Return the arguments of `compile` in JSON's terms.

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().get_compile_config()
        {}
        """
        if self._compiled is None:
            return {}
        return in_json(self._compiled.arguments)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` returned.

        Examples
        --------
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile_from_config({"optimizer": "sgd", "loss": "mse"})
        >>> model.loss
        'mse'
        """
        method = type(self).compile
        if method is not Trainer.compile and not getattr(method, "derives", False):
            warnings.warn(
                f"{type(self).__name__} has its own compile(), so it is not called when the model "
                f"is loaded. Define compile_from_config() as well, or call compile() yourself.",
                stacklevel=2,
            )
            return
        arguments = read_arguments(Trainer.compile, config)
        self.compile(**arguments)
        if self.optimizer is not None and getattr(self, "built", False):
            self.optimizer.build_once(self._trained)

    @shows_users_lines
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
        x : array, list or dict of arrays, stored data, generator, iterable or Sequence
            Inputs, first axis the samples. A dict has names of inputs as keys. Generators,
            iterables and `cornu.utils.Sequence` make whole batches `(x, y)` or `(x, y,
            sample_weight)`.
        y : array, list or dict of arrays
            Targets; a dict has names of outputs as keys.
        batch_size : int, optional
            Samples per step of arrays, 32 by default; the last batch of an epoch may be smaller.
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
        if kwargs:
            check_arguments(Trainer.fit, kwargs)
        check_epochs(epochs)
        if initial_epoch:
            check_epochs(initial_epoch, "initial_epoch")
        epochs = limit_epochs(epochs)
        self._must_be_compiled("fit")
        verbose_level = resolve_verbose(verbose)
        data_options = {
            "workers": workers,
            "use_multiprocessing": use_multiprocessing,
            "max_queue_size": max_queue_size,
        }
        if validation_split and validation_data is None:
            x, y, sample_weight, validation_data = split_off(
                self, x, y, sample_weight, validation_split
            )
        source = source_of(
            self,
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
        source.prepare(functools.partial(prepare_for, self, "train"))
        select = step_finder(self, "train")
        validation = None
        if validation_data is not None:
            check_frequency(validation_freq)
            validation_size = validation_batch_size or batch_size
            validation = (
                validation_source(
                    self,
                    validation_data,
                    validation_size,
                    validation_steps,
                    {**data_options, "epochs": epochs},
                ),
                step_finder(self, "test"),
            )
            validation[0].cycles = source.cycles
        callback_list = callbacks_of(
            self,
            callbacks,
            add_history=True,
            verbose=verbose,
            show=verbose_level != 0,
            epochs=epochs,
            steps=source.steps_per_epoch,
            samples=source.samples,
            batch_size=source.batch_size or batch_size,
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

    @shows_users_lines
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
        once = one_pass(
            self,
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
        return logs if return_dict else in_order(logs, self.metrics_names)

    @shows_users_lines
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
        x : array, list or dict of arrays, stored data, generator, iterable or Sequence
            As in `fit`; targets in batches are left aside.
        batch_size : int, optional
            Samples per step, 32 by default.
        verbose : {"auto", 0, 1, 2}
            As in `fit`. With 0, one batch of arrays takes the shortest way: some microseconds.
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
        if verbose == 0 and callbacks is None and steps is None:
            step = known_step(self, x, batch_size)
            if step is not None:
                return run_known(step, x)
        once = one_pass(
            self,
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
            outputs = loop.predict(self, *once)
        remember_arrays(self, x, batch_size)
        return outputs

    def make_train_function(self, force: bool = False) -> None:
        """Trace the training step again at the next batch, if `force` (Keras' way to make changes
        seen).

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().make_train_function(force=True)
        """
        if force:
            self._forget_steps()

    def make_test_function(self, force: bool = False) -> None:
        """Trace the test step again at the next batch, if `force`."""
        self.make_train_function(force)

    def make_predict_function(self, force: bool = False) -> None:
        """Trace the prediction again at the next batch, if `force`."""
        self.make_train_function(force)
