"""`compile`, `fit`, `evaluate` and `predict` with the arguments and meanings of Keras 2.3."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.layer.context import learning_phase
from cornu.base.layer.masks import get_mask, set_mask
from cornu.training.compiling import check_arguments, read_arguments
from cornu.training.trainer import Trainer
from cornu_engine import tree
from cornu_keras.compat.keras2 import saving
from cornu_keras.compat.keras2.training_ends import End, ends, losses_by_name, metrics_by_name
from cornu_keras.compat.keras2.training_feeds import (
    EveryClass,
    Feeds,
    again_and_again,
    by_first,
    holds_tensors,
    is_stream,
)
from cornu_keras.compat.keras2.training_symbols import Symbols
from cornu_keras.compat.keras2.training_utils import (
    check_generator_arguments,
    is_sequence,
    standardize_sample_weights,
)

__all__ = ["Training"]


class Training(Symbols):
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

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None) -> None:
        """Show the mean of a value over the epoch; that of a metric is called after it."""
        name = name or getattr(getattr(value, "_metric_obj", None), "name", None)
        super().add_metric(value, name, aggregation)

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Print a table of the layers; what is trainable but not compiled so is warned of."""
        self._check_collected()
        super().summary(*args, **kwargs)

    # Files

    def _reduced(self, protocol: Any, *, training_state: bool) -> Any:
        """Return what `pickle` keeps: classes inside of functions are not, a scope names them."""
        make, arguments = super()._reduced(protocol, training_state=training_state)[:2]
        if self._graph is None:
            return super()._reduced(protocol, training_state=training_state)
        cls, config, known, values = arguments
        kept = {name: x for name, x in known.items() if "<locals>" not in _qualified(x)}
        return make, (cls, config, kept, values)

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
        """Write the whole model as HDF5; `filepath` may be a stream or a group, too."""
        saving.save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights as HDF5."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(
        self,
        filepath: Any,
        by_name: bool = False,
        skip_mismatch: bool = False,
        reshape: bool = False,
    ) -> None:
        """Read weights; the arguments are those of `cornu.Model.load_weights`, in another order."""
        saving.load_weights(
            self, filepath, by_name=by_name, skip_mismatch=skip_mismatch, reshape=reshape
        )

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
            self.optimizer.build(self.trainable_variables)

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order; known as soon as it is compiled."""
        names, compiled = super().metrics_names, self._compiled
        if compiled is None:
            return names
        parts = [
            (compiled.metrics, compiled.metrics is not None and compiled.metrics.built),
            (compiled.losses, compiled.losses is not None and compiled.losses.trackers),
        ]
        if any(part is not None and not built for part, built in parts):
            names = _names_to_be(self._ends, compiled, names)
        return list(dict.fromkeys([*names, *(name for _, name in self._symbolic_metrics)]))

    def _make_train_function(self) -> None:
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def _make_test_function(self) -> None:
        """Do nothing: the step is compiled at its first batch."""

    _make_predict_function = _make_test_function

    @property
    def _compile_metrics(self) -> list[Any]:
        compiled = self._compiled
        return [] if compiled is None or compiled.metrics is None else compiled.metrics.metrics

    def _check_trainable_weights_consistency(self) -> None:
        self._check_collected()

    # Steps

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the total loss; the mask of an output is a weight among the others."""
        masks = [get_mask(leaf) for leaf in tree.flatten(y_pred)]
        if y is None or all(mask is None for mask in masks):
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        sample_weight = self._masks_as_weights(masks, y_pred, sample_weight)
        with _unmasked(tree.flatten(y_pred)):
            return super().compute_loss(x, y, y_pred, sample_weight, training)

    def _masks_as_weights(self, masks: list[Any], y_pred: Any, sample_weight: Any) -> Any:
        """Return weights that are 0 where the mask of an output is False."""
        outputs = tree.flatten(y_pred)
        names = [end.name for end in self._ends] or self._output_names() or [""] * len(outputs)
        given: list[Any] = [None] * len(outputs)
        if sample_weight is not None and len(outputs) == 1:
            given = [sample_weight]
        elif sample_weight is not None:
            given = standardize_sample_weights(sample_weight, names)
        weights = [
            _product(weight, mask, output.dtype)
            for weight, mask, output in zip(given, masks, outputs, strict=True)
        ]
        return weights[0] if len(outputs) == 1 else dict(zip(names, weights, strict=True))

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
            _must_end(x, steps_per_epoch, "steps_per_epoch")
            _must_end(_stream_of(validation_data), validation_steps, "validation_steps")
            x = feeds.batches(x)
        elif validation_split and holds_tensors(x, y):
            raise ValueError(
                "If your data is in the form of symbolic tensors, you cannot use "
                "`validation_split`."
            )
        else:
            by_arrays = not is_stream(_stream_of(validation_data))
            if by_arrays and validation_steps is not None and steps_per_epoch is None:
                raise ValueError(
                    "Can only use `validation_steps` when doing step-wise training, i.e. "
                    "`steps_per_epoch` must be set."
                )
            x, y, sample_weight, batch_size = _whole_batches(
                feeds, x, y, sample_weight, batch_size, steps_per_epoch, "steps_per_epoch"
            )
        validation_data = self._validation(feeds, validation_data, validation_steps)
        _show_to(callbacks, validation_data, _has_phases(self))
        if is_stream(x) and steps_per_epoch and not is_sequence(x):
            shuffle = False
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
            _must_end(x, steps, "steps")
            x = feeds.batches(x)
        else:
            x, y, sample_weight, batch_size = _whole_batches(
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
            _must_end(x, steps, "steps")
            x = feeds.batches(x)
        elif steps is not None or feeds.needs_no_input:
            x, _, _, batch_size = _whole_batches(
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
        if is_stream(_stream_of(data)):
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


@contextlib.contextmanager
def _unmasked(outputs: list[Any]) -> Iterator[None]:
    masks = [get_mask(output) for output in outputs]
    for output in outputs:
        set_mask(output, None)
    try:
        yield
    finally:
        for output, mask in zip(outputs, masks, strict=True):
            set_mask(output, mask)


def _product(weight: Any, mask: Any, dtype: Any) -> Any:
    if mask is None:
        return weight
    mask = ops.cast(mask, dtype)
    if weight is None:
        return mask
    missing = len(mask.shape) - len(weight.shape)
    return ops.multiply(ops.reshape(weight, (*weight.shape, *(1,) * missing)), mask)


def _names_to_be(found: tuple[End, ...], compiled: Any, known: list[str]) -> list[str]:
    """Return the names of losses and metrics that the first batch will make."""
    several = len(found) > 1
    names = ["loss"]
    if several:
        names += [f"{end.name}_loss" for end in found if end.loss is not None]
    asked = compiled.metrics._asked if compiled.metrics is not None else {}
    for given in asked.values():
        for end in found:
            entry = given.get(end.name) if isinstance(given, dict) else given
            prefix = f"{end.name}_" if several else ""
            names += [prefix + _name(one) for one in tree.flatten(entry) if one is not None]
    return list(dict.fromkeys([*names, *known])) if found else known


def _name(metric: Any) -> str:
    from cornu.training.meanings import own_name

    return metric if isinstance(metric, str) else str(getattr(metric, "name", own_name(metric)))


def _epochs_of_keras_1(epochs: int, kwargs: dict[str, Any]) -> int:
    if "nb_epoch" not in kwargs:
        return epochs
    warnings.warn("The `nb_epoch` argument in `fit` has been renamed `epochs`.", stacklevel=3)
    return int(kwargs.pop("nb_epoch"))


def _whole_batches(
    feeds: Feeds,
    x: Any,
    y: Any,
    sample_weight: Any,
    batch_size: int | None,
    steps: int | None,
    argument: str,
) -> tuple[Any, Any, Any, int | None]:
    """Return data to go over in batches; where a number of steps is given, each takes all of it."""
    if steps is not None and batch_size is not None:
        raise ValueError(f"If {argument} is set, the `batch_size` must be None.")
    if steps is None and (holds_tensors(x, y) or (feeds.needs_no_input and y is None)):
        raise ValueError(
            "If your data is in the form of symbolic tensors, you should specify the "
            f"`{argument}` argument (instead of the `batch_size` argument, because symbolic "
            "tensors are expected to produce batches of input data)."
        )
    x, y, sample_weight = feeds.triple(x, y, sample_weight)
    if steps is None:
        return x, y, sample_weight, batch_size
    return again_and_again(x, y, sample_weight), None, None, None


def _must_end(x: Any, steps: int | None, argument: str) -> None:
    """Raise ValueError for a generator of which nobody says how far to go."""
    if steps is None and hasattr(x, "__next__") and not is_sequence(x):
        raise ValueError(
            f"`{argument}=None` is only valid for a generator based on the `keras.utils.Sequence` "
            f"class. Please specify `{argument}` or use the `keras.utils.Sequence` class."
        )


def _stream_of(data: Any) -> Any:
    """Return `validation_data` itself where it makes batches, None where it holds arrays."""
    return None if isinstance(data, (tuple, list)) else data


def _show_to(callbacks: Any, data: Any, with_phase: bool) -> None:
    """Let callbacks see the data to validate on: inputs, targets, weights, the phase of tests."""
    seen = None
    if isinstance(data, tuple):
        x, y, weights = (*data, None)[:3]
        targets = tree.flatten(y) if y is not None else []
        given = tree.flatten(weights) if weights is not None else []
        if len(given) != len(targets):
            given = [np.ones(len(target), "float32") for target in targets]
        seen = [*tree.flatten(x), *targets, *given, *([0.0] if with_phase else [])]
    listed = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    for callback in listed:
        if callback is not None and not hasattr(type(callback), "callbacks"):
            callback.validation_data = seen


def _has_phases(model: Any) -> bool:
    """Tell whether some layer does something else while training."""
    kinds = ("Dropout", "Dropout1D", "Dropout2D", "Dropout3D", "GaussianNoise")
    return any(
        type(layer).__name__.endswith((*kinds, "BatchNormalization"))
        or getattr(layer, "dropout", 0)
        or getattr(layer, "recurrent_dropout", 0)
        for layer in model._flatten_layers()
    )


def _is_list(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) > 1


def _only(structure: Any) -> Any:
    is_one = isinstance(structure, (list, tuple)) and len(structure) == 1
    return structure[0] if is_one else structure


def _qualified(obj: Any) -> str:
    return str(getattr(obj, "__qualname__", ""))


def _first_length(x: Any) -> int | None:
    parts = list(x.values()) if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
    return next((len(part) for part in parts if hasattr(part, "shape")), None)


def _size(data: Any) -> Any:
    return len(data) if hasattr(data, "__len__") else 1
