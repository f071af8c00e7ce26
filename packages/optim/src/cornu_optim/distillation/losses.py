"""How far a student is from its teacher, in what they return or in between."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.configurable import Configurable
from cornu.plugins import registry
from cornu_engine import tree
from cornu_optim.losses.divergence import KLDivergence

__all__ = ["DistillationLoss", "FeatureDistillation", "LogitsDistillation", "loss_functions"]


def loss_functions(loss: Any) -> Any:
    """Return a structure of losses with functions or objects in the place of names.

    Parameters
    ----------
    loss : str, function, Loss, None, or a structure of them
    """
    if isinstance(loss, (list, tuple)):
        made = [loss_functions(one) for one in loss]
        return type(loss)(*made) if hasattr(loss, "_fields") else type(loss)(made)
    if isinstance(loss, dict) and "class_name" not in loss:
        return {name: loss_functions(one) for name, one in loss.items()}
    return registry.get("loss", loss) if isinstance(loss, (str, type, dict)) else loss


class DistillationLoss(Configurable):
    """Base of what compares a student with its teacher; a subclass writes `compute_loss`.

    Examples
    --------
    >>> class Largest(DistillationLoss):
    ...     def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
    ...         return ops.max(ops.abs(teacher_outputs - student_outputs))
    >>> float(Largest().compute_loss(ops.ones(2), ops.zeros(2)))
    1.0
    """

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Return the loss of a batch, a scalar.

        Parameters
        ----------
        teacher_outputs, student_outputs : value or structure of values
        **kwargs
            For losses of your own.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define compute_loss(self, teacher_outputs, "
            "student_outputs), returning one number."
        )

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Raise ValueError for outputs that cannot be compared.

        Parameters
        ----------
        teacher_outputs, student_outputs : value or structure of values
        """
        tree.assert_same_structure(teacher_outputs, student_outputs)

    def validate_model_compatibility(self, teacher: Any, student: Any) -> None:
        """Raise ValueError for models that cannot be compared.

        Parameters
        ----------
        teacher, student : Model
        """


class FeatureDistillation(DistillationLoss):
    """Compares what a layer of the student makes with what a layer of the teacher makes.

    Parameters
    ----------
    loss : str, function, Loss, or a structure of them
        In the structure of the features; None leaves one out.
    teacher_layer_name, student_layer_name : str, optional
        Of which layers; None for the outputs of the models.

    Raises
    ------
    ValueError
        If no loss is left.

    Examples
    --------
    >>> loss = FeatureDistillation("mse")
    >>> float(loss.compute_loss(ops.ones((2, 3)), ops.zeros((2, 3))))
    1.0
    """

    def __init__(
        self,
        loss: Any = "mse",
        teacher_layer_name: str | None = None,
        student_layer_name: str | None = None,
    ) -> None:
        self.teacher_layer_name = teacher_layer_name
        self.student_layer_name = student_layer_name
        self.loss = _some(loss_functions(loss), type(self).__name__)

    def validate_model_compatibility(self, teacher: Any, student: Any) -> None:
        """Raise ValueError if a model does not have the layer, or is no graph of layers.

        Parameters
        ----------
        teacher, student : Model
        """
        names = {"teacher": self.teacher_layer_name, "student": self.student_layer_name}
        if all(name is None for name in names.values()):
            return
        for role, model in (("teacher", teacher), ("student", student)):
            if not hasattr(model, "inputs"):
                raise ValueError(
                    f"FeatureDistillation looks for layers by name, but the {role} {model.name!r} "
                    "is no graph of layers. Make it a Functional or Sequential model, or compare "
                    "outputs: leave the names of layers out."
                )
            if names[role] is not None:
                try:
                    model.get_layer(name=names[role])
                except ValueError as error:
                    raise ValueError(f"In the {role}: {error}") from error

    def validate_outputs(self, teacher_outputs: Any, student_outputs: Any) -> None:
        """Raise ValueError for features, or losses, of different structures.

        Parameters
        ----------
        teacher_outputs, student_outputs : value or structure of values
        """
        super().validate_outputs(teacher_outputs, student_outputs)
        try:
            tree.assert_same_structure(self.loss, teacher_outputs)
        except ValueError as error:
            raise ValueError(
                f"The losses of FeatureDistillation and the features have different structures: "
                f"{error} Give loss the structure of the features."
            ) from error

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Return the sum of the mean losses of the features.

        Parameters
        ----------
        teacher_outputs, student_outputs : value or structure of values
        **kwargs
            Not used.
        """
        return _sum(self.loss, _mean_loss, teacher_outputs, student_outputs)


class LogitsDistillation(DistillationLoss):
    """Compares outputs divided by a temperature, as softer distributions teach more.

    A `KLDivergence` object compares their softmax, and counts `temperature ** 2`. Any other loss
    is given the divided outputs as they are, and so, as in Keras, is the name `"kl_divergence"`.

    Parameters
    ----------
    temperature : float
        3 to 5 is usual.
    loss : str, function, Loss, or a structure of them
        In the structure of the outputs; None leaves one out.

    Raises
    ------
    ValueError
        If no loss is left, or the temperature is not positive.

    Examples
    --------
    >>> import cornu
    >>> loss = LogitsDistillation(2.0, cornu.losses.KLDivergence())
    >>> round(float(loss.compute_loss(ops.array([[2.0, 0.0]]), ops.array([[0.0, 0.0]]))), 4)
    0.4438
    """

    def __init__(self, temperature: float = 3.0, loss: Any = "kl_divergence") -> None:
        if isinstance(temperature, bool) or not isinstance(temperature, (int, float)):
            raise ValueError(f"temperature={temperature!r} must be a number.")
        if temperature <= 0:
            raise ValueError(f"temperature={temperature!r} must be positive.")
        self.temperature = temperature
        self.loss = _some(loss_functions(loss), type(self).__name__)

    def compute_loss(self, teacher_outputs: Any, student_outputs: Any, **kwargs: Any) -> Any:
        """Return the sum of the mean losses of the outputs.

        Parameters
        ----------
        teacher_outputs, student_outputs : value or structure of values
            Logits.
        **kwargs
            Not used.
        """

        def of_one(loss: Any, teacher: Any, student: Any) -> Any:
            teacher, student = (ops.divide(x, self.temperature) for x in (teacher, student))
            if not isinstance(loss, KLDivergence):
                return _mean_loss(loss, teacher, student)
            teacher, student = (ops.softmax(x, axis=-1) for x in (teacher, student))
            return ops.multiply(_mean_loss(loss, teacher, student), self.temperature**2)

        return _sum(self.loss, of_one, teacher_outputs, student_outputs)


def _some(loss: Any, name: str) -> Any:
    if all(one is None for one in tree.flatten(loss)):
        raise ValueError(f"loss={loss!r} of {name} leaves all out: give one output a loss.")
    return loss


def _mean_loss(loss: Any, teacher: Any, student: Any) -> Any:
    return ops.mean(loss(teacher, student))


def _sum(losses: Any, of_one: Any, teacher_outputs: Any, student_outputs: Any) -> Any:
    values = tree.map_structure(
        lambda loss, *outputs: None if loss is None else of_one(loss, *outputs),
        losses,
        teacher_outputs,
        student_outputs,
    )
    first, *others = (value for value in tree.flatten(values) if value is not None)
    for value in others:
        first = ops.add(first, value)
    return first
