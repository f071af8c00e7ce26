"""What a step does: the methods of a model that a subclass may write anew. They are traced."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.training.data.unpack import unpack_x_y_sample_weight
from cornu.training.state import Compiled
from cornu_engine import config, tree
from cornu_engine.errors import NotCompiledError
from cornu_engine.gradients import arriving, zeros_like
from cornu_engine.graph import scope
from cornu_engine.trace import as_node, convert
from cornu_engine.variable import Variable

__all__ = ["StepMethods", "as_scalar"]


class StepMethods:
    """Mixin of models: one step of training, of evaluation and of prediction."""

    _compiled: Compiled | None
    _shows_loss = False

    def train_step(self, data: Any) -> dict[str, Any]:
        """Do one step of training: outputs, loss, gradients, update, metrics.

        Write it anew for a training of your own. It is traced once per signature of a batch and
        compiled, so compute with `cornu.ops`; with `compile(run_eagerly=True)` it runs line by
        line.

        Parameters
        ----------
        data : tuple or value
            `(x, y, sample_weight)`, `(x, y)` or `x`; see `cornu.utils.unpack_x_y_sample_weight`.

        Returns
        -------
        dict of str to value
            The logs.

        Examples
        --------
        >>> from cornu.models import Model
        >>> class Plain(Model):
        ...     def train_step(self, data):
        ...         x, y = data
        ...         loss = self.compute_loss(x, y, self(x, training=True))
        ...         self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
        ...         return {"loss": loss}
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)  # type: ignore[operator]
        loss = self._total_loss(x, y, y_pred, sample_weight, training=True)
        self._show_loss(loss, x)
        if self.trainable_variables:  # type: ignore[attr-defined]
            optimizer = self.optimizer  # type: ignore[attr-defined]
            if optimizer is None:
                raise NotCompiledError(
                    "Training needs an optimizer: compile(optimizer='adam', loss=...)."
                )
            scaled = optimizer.scale_loss(loss)
            optimizer.apply(self.compute_gradients(scaled), self.trainable_variables)  # type: ignore[attr-defined]
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Do one step of evaluation: outputs, loss, metrics.

        Parameters
        ----------
        data : tuple or value
            As in `train_step`.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        loss = self._total_loss(x, y, y_pred, sample_weight, training=False)
        self._show_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for a batch.

        Parameters
        ----------
        data : tuple or value
            As in `train_step`; only `x` is used.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the total loss: that of `compile`, plus regularizers and `add_loss`.

        Parameters
        ----------
        x, y, y_pred : value or structure of values
            Inputs, targets and outputs of a batch.
        sample_weight : value or structure of values, optional
        training : bool
            Whether this is a step of training.

        Returns
        -------
        value
            A scalar.

        Raises
        ------
        NotCompiledError
            If there is no loss at all.

        Examples
        --------
        >>> from cornu.models import Model
        >>> class Sparse(Model):
        ...     def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        ...         loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        ...         return loss + 0.01 * ops.mean(ops.abs(y_pred))
        """
        compiled = self._compiled.losses if self._compiled is not None else None
        terms = [] if compiled is None or y is None else [compiled(y, y_pred, sample_weight)]
        terms = [term for term in terms if term is not None]
        terms += [as_scalar(loss) for loss in self.losses]  # type: ignore[attr-defined]
        if not terms:
            raise NotCompiledError(_no_loss(compiled, y))
        total = terms[0]
        for term in terms[1:]:
            total = ops.add(total, term)
        return total

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Add a batch to the metrics of `compile`, and return the values of all metrics.

        Parameters
        ----------
        x, y, y_pred, sample_weight
            As in `compute_loss`.
        """
        metrics = self._compiled.metrics if self._compiled is not None else None
        if metrics is not None and y is not None:
            metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def compute_gradients(
        self, loss: Any, variables: Sequence[Variable] | None = None
    ) -> list[Any]:
        """Return the gradient of a traced loss by weights; for use in a `train_step` of your own.

        Parameters
        ----------
        loss : value
            Computed in this step.
        variables : sequence of Variable, optional
            By default `trainable_variables`.

        Raises
        ------
        ValueError
            If no gradient reaches any of them: training would change nothing.
        """
        if variables is None:
            variables = self.trainable_variables  # type: ignore[attr-defined]
        values = [as_node(variable.value) for variable in variables]
        found = arriving([as_node(loss)], values)
        if values and all(gradient is None for gradient in found):
            raise ValueError(_NO_GRADIENT.format(name=self.name, weights=len(values)))  # type: ignore[attr-defined]
        pairs = zip(found, values, strict=True)
        return [zeros_like(value) if slope is None else slope for slope, value in pairs]

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the value of each metric, by name.

        Examples
        --------
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile(loss="mse")
        >>> model.get_metrics_result()
        {'loss': array(0., dtype=float32)}
        """
        found: dict[str, Any] = {}
        for metric in self.metrics:  # type: ignore[attr-defined]
            value = metric.result()
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    def _total_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """Call `compute_loss`, which a subclass may have written without `training`."""
        parameters = inspect.signature(self.compute_loss).parameters
        knows = "training" in parameters or any(
            p.kind is p.VAR_KEYWORD for p in parameters.values()
        )
        options = {"training": training} if knows else {}
        self.__dict__["_shows_loss"] = True  # as the step that asks does
        try:
            return self.compute_loss(
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **options
            )
        finally:
            self.__dict__["_shows_loss"] = False

    def _show_loss(self, loss: Any, batch: Any) -> None:
        tracker = self._compiled.loss_tracker  # type: ignore[union-attr]
        with scope("loss"):
            tracker.update_state(_reported(loss), sample_weight=_batch_size(batch))


_NO_GRADIENT = (
    "No gradient of the loss reaches any of the {weights} weights of model {name!r}, so training "
    "would change nothing. Comparisons, argmax, rounding, casts to integers and stop_gradient end "
    "gradients: write the loss with operations that have one, such as sigmoid in place of >, and "
    "of the model's outputs."
)


def _batch_size(x: Any) -> int:
    return next(leaf for leaf in tree.flatten(x) if leaf is not None).shape[0]


def as_scalar(loss: Any) -> Any:
    """Return a loss that a layer added as one floating number."""
    loss = convert(loss)
    if loss.dtype.kind != "f":
        loss = ops.cast(loss, config.floatx())
    return ops.sum(loss) if len(loss.shape) else loss


def _reported(loss: Any) -> Any:
    """Of a loss that was not reduced, the mean is shown; its sum is what is minimised."""
    return ops.mean(loss) if len(convert(loss).shape) else loss


def _no_loss(compiled: Any, y: Any) -> str:
    if compiled is not None and y is None:
        return "The loss needs targets, but no y was passed: fit(x, y)."
    return (
        "There is no loss to minimise: pass one to compile(loss='mse'), or add one with add_loss()."
    )
