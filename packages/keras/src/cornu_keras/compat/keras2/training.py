"""`compile`, `fit`, `evaluate` and `predict` with the arguments and meanings of Keras 2.3."""

from __future__ import annotations

import warnings
from typing import Any

from cornu.training.compiling import check_arguments, read_arguments
from cornu.training.passes import split_off
from cornu.training.trainer import Trainer
from cornu_engine.config import learning_phase
from cornu_keras.compat.keras2.meanings.chance import seeds_of_numpy
from cornu_keras.compat.keras2.model_files import InFiles
from cornu_keras.compat.keras2.training_callbacks import begun, show_validation
from cornu_keras.compat.keras2.training_ends import End, ends, losses_by_name, metrics_by_name
from cornu_keras.compat.keras2.training_feeds import (
    EveryClass,
    Feeds,
    again_and_again,
    by_first,
    holds_tensors,
    is_stream,
    must_end,
    stream_of,
    whole_batches,
)
from cornu_keras.compat.keras2.training_generators import OldGenerators
from cornu_keras.compat.keras2.training_masks import MasksAsWeights
from cornu_keras.compat.keras2.training_names import KnownNames
from cornu_keras.compat.keras2.training_symbols import Symbols
from cornu_keras.compat.keras2.training_utils import (
    check_generator_arguments,
    is_sequence,
)

__all__ = ["Training"]


class Training(InFiles, OldGenerators, KnownNames, MasksAsWeights, Symbols):
    """What stands before `Model` and `Sequential` in Keras 2."""

    _ends: tuple[End, ...] = ()
    _asked: dict[str, Any]
    _phase_before: Any = None

    # Ends

    @property
    def input(self) -> Any:
        """The symbolic inputs, as the model was described; a list of one is that one."""
        return _only(super().input)

    @property
    def output(self) -> Any:
        """The symbolic outputs, as the model was described; a list of one is that one."""
        return _only(super().output)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs for symbolic inputs, without recording the call."""
        return _only(super().compute_output_spec(*args, **kwargs))

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        **kwargs: Any,
    ) -> None:
        """Print a table of the layers; what is trainable but not compiled so is warned of.

        Parameters
        ----------
        line_length, positions
            As in `cornu.Model.summary`.
        print_fn : callable, optional
            Called with each line.
        """
        self._check_collected()

        def by_lines(text: str, **kwargs: Any) -> None:
            for line in text.splitlines():
                print_fn(line)

        print_lines = None if print_fn is None else by_lines
        super().summary(line_length, positions, print_lines, **kwargs)

    # Compiling

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        **kwargs: Any,
    ) -> None:
        """Say how to train: optimizer, losses, metrics.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, function, Loss, or list or dict of them
            An output that a dict does not name, or whose loss is None, needs no target.
        metrics, weighted_metrics : list or dict, optional
            A flat list is for every output.
        loss_weights : list or dict, optional
        sample_weight_mode : {None, "temporal"}, or list or dict of them
            Whether sample weights are of samples, or of steps in time.
        target_tensors : tensor, or list or dict of them, optional
            Targets that are not passed to `fit`.
        **kwargs
            As in `cornu.Model.compile`.
        """
        asked = {
            "loss": loss,
            "metrics": metrics,
            "loss_weights": loss_weights,
            "weighted_metrics": weighted_metrics,
        }
        names = self._output_names()
        found: list[End] = []
        if names or self._graph is not None or self._is_stack:
            found = ends(names or [""], loss, loss_weights, sample_weight_mode, target_tensors)
            loss = losses_by_name(found, loss)
            metrics = metrics_by_name(found, metrics)
            weighted_metrics = metrics_by_name(found, weighted_metrics)
            if len(found) > 1 and isinstance(loss_weights, list):
                loss_weights = dict(zip([end.name for end in found], loss_weights, strict=True))
        super().compile(
            optimizer,
            loss,
            loss_weights,
            metrics,
            weighted_metrics,
            sample_weight_mode=sample_weight_mode,
            **kwargs,
        )
        if self._compiled.losses is not None:
            self._compiled.losses.shows_each = len(found) > 1
        self._compiled.arguments.update(asked)
        self.__dict__["_ends"] = tuple(found)

    compile.derives = True  # type: ignore[attr-defined]

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` returned."""
        if not getattr(type(self).compile, "derives", False):  # a subclass has one of its own
            super().compile_from_config(config)
            return
        self.compile(**read_arguments(Trainer.compile, config))
        if self.optimizer is not None and getattr(self, "built", False):
            self.optimizer.build_once(self.trainable_variables)

    def _make_train_function(self) -> None:
        if self.optimizer is not None and self.built:
            self.optimizer.build_once(self.trainable_variables)

    def _make_test_function(self) -> None:
        """Do nothing: the step is compiled at its first batch."""

    _make_predict_function = _make_test_function

    @property
    def _compile_metrics(self) -> list[Any]:
        compiled = self._compiled
        return [] if compiled is None or compiled.metrics is None else compiled.metrics.metrics

    def _check_trainable_weights_consistency(self) -> None:
        self._check_collected()

    # Data

    def _feeds(self) -> Feeds:
        if self._phase_before != learning_phase():
            self._forget_steps()  # traced for another phase
            self.__dict__["_phase_before"] = learning_phase()
        return Feeds(self, self._ends)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Train for a number of epochs.

        Parameters
        ----------
        x, y, sample_weight
            None where the model, or `target_tensors`, has them already.
        class_weight : dict, optional
            Names every class that occurs.
        steps_per_epoch : int, optional
            Batches of a generator; or how often all of the arrays are one batch.
        others
            As in `cornu.Model.fit`.
        """
        epochs = _epochs_of_keras_1(epochs, kwargs)
        validation_batch_size = kwargs.pop("validation_batch_size", None)  # what wrappers pass
        check_arguments(Training.fit, kwargs)
        self._must_be_compiled("fit")
        feeds = self._feeds()
        if is_stream(x):
            check_generator_arguments(y, sample_weight, validation_split)
            must_end(x, steps_per_epoch, "steps_per_epoch")
            must_end(stream_of(validation_data), validation_steps, "validation_steps")
            x = feeds.batches(x)
        elif validation_split and holds_tensors(x, y):
            raise ValueError(
                "If your data is in the form of symbolic tensors, you cannot use "
                "`validation_split`."
            )
        else:
            by_arrays = not is_stream(stream_of(validation_data))
            if by_arrays and validation_steps is not None and steps_per_epoch is None:
                raise ValueError(
                    "Can only use `validation_steps` when doing step-wise training, i.e. "
                    "`steps_per_epoch` must be set."
                )
            x, y, sample_weight, batch_size = whole_batches(
                feeds, x, y, sample_weight, batch_size, steps_per_epoch, "steps_per_epoch"
            )
        if validation_split and validation_data is None:  # callbacks see it
            x, y, sample_weight, validation_data = split_off(
                self, x, y, sample_weight, validation_split
            )
            validation_split = 0.0
        validation_data = self._validation(feeds, validation_data, validation_steps)
        show_validation(callbacks, validation_data, self)
        if is_stream(x) and steps_per_epoch and not is_sequence(x):
            shuffle = False
        params = {"epochs": epochs, "steps": steps_per_epoch, "verbose": verbose}
        with begun(self, x, callbacks, params), seeds_of_numpy():
            return super().fit(
                x,
                y,
                batch_size=batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                class_weight=EveryClass.of(class_weight),
                sample_weight=sample_weight,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
                validation_freq=validation_freq,
                max_queue_size=max_queue_size,
                workers=workers,
                use_multiprocessing=use_multiprocessing,
            )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = 1,
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the loss and the metrics on data.

        Parameters
        ----------
        x, y, sample_weight, steps
            As in `fit`.
        others
            As in `cornu.Model.evaluate`.
        """
        self._must_be_compiled("evaluate")
        feeds = self._feeds()
        if is_stream(x):
            check_generator_arguments(y, sample_weight)
            must_end(x, steps, "steps")
            x = feeds.batches(x)
        else:
            x, y, sample_weight, batch_size = whole_batches(
                feeds, x, y, sample_weight, batch_size, steps, "steps"
            )
        return super().evaluate(
            x,
            y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            **kwargs,
        )

    def predict(
        self,
        x: Any = None,
        batch_size: int | None = None,
        verbose: Any = 0,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """Return the outputs for data.

        Parameters
        ----------
        x
            As in `fit`. Of inputs of different lengths, the first says how many samples there are.
        others
            As in `cornu.Model.predict`.
        """
        feeds = self._feeds()
        if is_stream(x):
            must_end(x, steps, "steps")
            x = feeds.batches(x)
        elif steps is not None or feeds.needs_no_input:
            x, _, _, batch_size = whole_batches(
                Feeds(self, ()), x, None, None, batch_size, steps, "steps"
            )
        else:
            x = feeds.inputs(x, None if not feeds.has_fixed_inputs else _first_length(x))
            lengths = {len(part) for part in x if hasattr(part, "shape")} if _is_list(x) else ()
            if len(lengths) > 1:
                x, batch_size = by_first(x, batch_size or 32), None
        return super().predict(
            x,
            batch_size=batch_size,
            verbose=verbose,
            steps=steps,
            callbacks=callbacks,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        reset_metrics: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Do one step of training on all samples given; the arguments are those of `fit`."""
        self._must_be_compiled("train_on_batch")
        x, y, sample_weight = self._feeds().triple(x, y, sample_weight)
        return super().train_on_batch(
            x,
            y,
            sample_weight,
            EveryClass.of(class_weight),
            reset_metrics=reset_metrics,
            **kwargs,
        )

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        reset_metrics: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Return loss and metrics on all samples given; the arguments are those of `evaluate`."""
        self._must_be_compiled("test_on_batch")
        x, y, sample_weight = self._feeds().triple(x, y, sample_weight)
        return super().test_on_batch(x, y, sample_weight, reset_metrics=reset_metrics, **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for all samples given, as one batch."""
        return super().predict_on_batch(self._feeds().inputs(x))

    # Validation

    def _validation(self, feeds: Feeds, data: Any, steps: int | None) -> Any:
        """Return `validation_data` as Cornu takes it."""
        if data is None and steps and feeds.needs_no_input:
            data = (None, None)
        if data is None:
            return None
        if is_stream(stream_of(data)):
            return feeds.batches(data)
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError(
                "When passing validation_data, it must contain 2 (x_val, y_val) or 3 (x_val, "
                f"y_val, val_sample_weights) items, however it contains {_size(data)} items"
            )
        x, y, weights = feeds.triple(*data, *([None] * (3 - len(data))))
        if steps is not None and (holds_tensors(x, y) or feeds.needs_no_input):
            return again_and_again(x, y, weights)
        return (x, y) if weights is None else (x, y, weights)


def _epochs_of_keras_1(epochs: int, kwargs: dict[str, Any]) -> int:
    if "nb_epoch" not in kwargs:
        return epochs
    warnings.warn("The `nb_epoch` argument in `fit` has been renamed `epochs`.", stacklevel=3)
    return int(kwargs.pop("nb_epoch"))


def _is_list(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) > 1


def _only(structure: Any) -> Any:
    is_one = isinstance(structure, (list, tuple)) and len(structure) == 1
    return structure[0] if is_one else structure


def _first_length(x: Any) -> int | None:
    parts = list(x.values()) if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
    return next((len(part) for part in parts if hasattr(part, "shape")), None)


def _size(data: Any) -> Any:
    return len(data) if hasattr(data, "__len__") else 1
