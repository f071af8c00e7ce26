"""A model that trains a student by what a teacher says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import cornu_ops as ops
from cornu.base.loss import Loss
from cornu.base.metric import Mean
from cornu.models.model import Model
from cornu_engine import tree
from cornu_ops.weighted import match_weights
from cornu_optim.distillation.losses import DistillationLoss, loss_functions

__all__ = ["Distiller"]

_OUTPUT = "final_output"


class Distiller(Model):
    """Trains a student by targets and by what a teacher makes of the same inputs.

    The loss is `w * student_loss + (1 - w) * distillation_loss`, `w` the `student_loss_weight`.
    `distiller.student` is the trained model.

    Parameters
    ----------
    teacher : Model
        Trained. It is frozen.
    student : Model
        With inputs and outputs of the same shapes.
    distillation_losses : DistillationLoss or list of them
    distillation_loss_weights : list of float, optional
        Factor of each of a list; 1 if not given.
    student_loss_weight : float
        From 0 to 1.
    name : str
    **kwargs
        As for any model.

    Raises
    ------
    ValueError
        For models that do not go together, or numbers out of range.

    Examples
    --------
    >>> import numpy as np, cornu
    >>> from cornu.layers import Dense
    >>> teacher, student = (
    ...     cornu.Sequential([cornu.Input((4,)), Dense(units, "relu"), Dense(3)])
    ...     for units in (32, 4)
    ... )
    >>> from cornu.distillation import LogitsDistillation
    >>> softened = LogitsDistillation(3.0, cornu.losses.KLDivergence())
    >>> distiller = Distiller(teacher, student, softened)
    >>> loss = cornu.losses.SparseCategoricalCrossentropy(from_logits=True)
    >>> distiller.compile("adam", loss, metrics=["accuracy"])
    >>> x, y = np.random.rand(16, 4), np.arange(16) % 3
    >>> history = distiller.fit(x, y, verbose=0)
    >>> sorted(history.history)
    ['accuracy', 'distillation_loss', 'loss', 'student_loss', 'total_loss']
    """

    def __init__(
        self,
        teacher: Any,
        student: Any,
        distillation_losses: Any,
        distillation_loss_weights: Sequence[float] | None = None,
        student_loss_weight: float = 0.5,
        name: str = "distiller",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        _check_models(teacher, student)
        self.teacher = teacher
        self.student = student
        self.student_loss_weight = _checked_weight(student_loss_weight)
        losses, weights = _with_weights(distillation_losses, distillation_loss_weights)
        for loss in losses:
            loss.validate_model_compatibility(teacher, student)
        self.distillation_losses = losses
        self.distillation_loss_weights = weights
        self._extractors = {
            role: _features(model, [getattr(loss, f"{role}_layer_name", None) for loss in losses])
            for role, model in (("teacher", teacher), ("student", student))
        }
        teacher.trainable = False
        self.student_loss_tracker = Mean(name="student_loss")
        self.distillation_loss_tracker = Mean(name="distillation_loss")
        self.total_loss_tracker = Mean(name="total_loss")
        self._student_loss: Any = None

    def compile(  # type: ignore[override]
        self, optimizer: Any = "adam", loss: Any = None, metrics: Any = None, **kwargs: Any
    ) -> None:
        """Say how the student learns.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, function, Loss, or a structure of them
            Of the student's outputs and the targets, in their structure.
        metrics : list, optional
            Of the student's outputs.
        **kwargs
            As for any model.

        Raises
        ------
        ValueError
            Without a loss, or for metrics that are no list.
        """
        if loss is None:
            raise ValueError(
                "A Distiller needs the loss of its student: compile(optimizer, loss='mse')."
            )
        if metrics is not None and not isinstance(metrics, (list, tuple)):
            raise ValueError(f"metrics={metrics!r} must be a list of metrics.")
        self._student_loss = loss_functions(loss)
        super().compile(optimizer=optimizer, loss=None, metrics=metrics, **kwargs)
        self._compiled.arguments["loss"] = loss  # type: ignore[union-attr]

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` returned."""
        from cornu.training.compiling import read_arguments

        self.compile(**read_arguments(Model.compile, config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def call(self, inputs: Any, training: Any = None, **kwargs: Any) -> Any:
        """Return what the student makes of the inputs."""
        return self.student(inputs, training=training, **kwargs)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the loss of a batch, and add it and its two parts to the metrics.

        Parameters
        ----------
        x, y, y_pred, sample_weight, training
            As for any model. Weights of samples count in the student's loss.
        """
        if y_pred is None:
            y_pred = self(x, training=training)
        of_student: Any = 0.0
        if self.student_loss_weight > 0 and y is not None:
            of_student = _student_loss(self._student_loss, y, y_pred, sample_weight)
        of_teacher: Any = 0.0
        if self.student_loss_weight < 1:
            of_teacher = self._distillation_loss(x, y_pred, training)
        total = ops.add(
            ops.multiply(self.student_loss_weight, of_student),
            ops.multiply(1.0 - self.student_loss_weight, of_teacher),
        )
        self.student_loss_tracker.update_state(of_student)
        self.distillation_loss_tracker.update_state(of_teacher)
        self.total_loss_tracker.update_state(total)
        return total

    def _distillation_loss(self, x: Any, y_pred: Any, training: bool) -> Any:
        features = self._extractors
        theirs = (features["teacher"] or _alone(self.teacher))(x, training=False)
        ours = {_OUTPUT: y_pred}
        if features["student"] is not None:
            ours = features["student"](x, training=training)
        total: Any = 0.0
        for loss, weight in zip(
            self.distillation_losses, self.distillation_loss_weights, strict=True
        ):
            teacher, student = theirs[_OUTPUT], y_pred
            if getattr(loss, "teacher_layer_name", None) is not None:
                teacher = theirs[loss.teacher_layer_name]
                student = ours[loss.student_layer_name or _OUTPUT]
            loss.validate_outputs(teacher, student)
            value = loss.compute_loss(teacher, student)
            if len(getattr(value, "shape", ())) > 0:
                raise ValueError(
                    f"{type(loss).__name__}.compute_loss() returned values of shape "
                    f"{tuple(value.shape)}: return one number, such as their ops.mean()."
                )
            total = ops.add(total, ops.multiply(weight, value))
        return total


def _checked_weight(weight: Any) -> float:
    if isinstance(weight, bool) or not isinstance(weight, (int, float)):
        raise ValueError(f"student_loss_weight={weight!r} must be a number.")
    if not 0 <= weight <= 1:
        raise ValueError(f"student_loss_weight={weight!r} must be between 0 and 1.")
    return weight


def _with_weights(losses: Any, weights: Sequence[float] | None) -> tuple[list[Any], list[float]]:
    if losses is None or (isinstance(losses, (list, tuple)) and not losses):
        raise ValueError(
            "A Distiller needs distillation_losses, such as LogitsDistillation(temperature=3.0)."
        )
    listed = list(losses) if isinstance(losses, (list, tuple)) else [losses]
    for loss in listed:
        if not isinstance(loss, DistillationLoss):
            raise ValueError(f"distillation_losses holds {loss!r}, which is no DistillationLoss.")
    if weights is not None and len(weights) != len(listed):
        raise ValueError(
            f"distillation_loss_weights holds {len(weights)} factors, but there are {len(listed)} "
            "distillation_losses. Pass one for each."
        )
    return listed, [1.0] * len(listed) if weights is None else list(weights)


def _check_models(teacher: Any, student: Any) -> None:
    for role, model in (("teacher", teacher), ("student", student)):
        if not isinstance(model, Model):
            raise ValueError(f"The {role} must be a Model, but is {model!r}.")
    for ends in ("inputs", "outputs"):
        if not hasattr(teacher, ends) or not hasattr(student, ends):
            return
        theirs, ours = getattr(teacher, ends), getattr(student, ends)
        if len(theirs) != len(ours):
            raise ValueError(
                f"The teacher has {len(theirs)} {ends}, the student {len(ours)}: give both as many."
            )
        for one, other in zip(theirs, ours, strict=True):
            _check_ends(one, other, ends)


def _check_ends(one: Any, other: Any, ends: str) -> None:
    sizes = zip(one.shape, other.shape, strict=False)
    if len(one.shape) != len(other.shape) or any(None not in (a, b) and a != b for a, b in sizes):
        raise ValueError(
            f"The {ends} of teacher and student have different shapes, {tuple(one.shape)} and "
            f"{tuple(other.shape)}: make them the same."
        )
    if one.dtype != other.dtype:
        raise ValueError(
            f"The {ends} of teacher and student have different dtypes, {one.dtype} and "
            f"{other.dtype}: make them the same."
        )


def _features(model: Any, names: Iterable[str | None]) -> Any:
    """Return a model of the outputs and of what some layers make, None if nothing is asked for."""
    wanted = list(dict.fromkeys(name for name in names if name))
    if not wanted:
        return None
    outputs = {name: model.get_layer(name=name).output for name in wanted}
    return Model(model.inputs, {_OUTPUT: model.output, **outputs}, name=f"{model.name}_features")


def _alone(model: Any) -> Any:
    return lambda x, training: {_OUTPUT: model(x, training=training)}


def _student_loss(losses: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
    """As Keras has it: of one output the mean, of several the sum of what the losses return."""
    if not tree.is_nested(sample_weight):
        sample_weight = tree.map_structure(lambda _: sample_weight, losses)
    values = tree.flatten(tree.map_structure(_weighted, losses, y, y_pred, sample_weight))
    values = [value for value in values if value is not None]
    if len(values) == 1:
        return ops.mean(values[0])
    total = ops.sum(values[0])
    for value in values[1:]:
        total = ops.add(total, ops.sum(value))
    return total


def _weighted(loss: Any, y: Any, y_pred: Any, weight: Any) -> Any:
    if loss is None:
        return None
    if isinstance(loss, Loss):
        return loss(y, y_pred, weight)
    values = loss(y, y_pred)
    return values if weight is None else ops.multiply(*match_weights(values, weight))
