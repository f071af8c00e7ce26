"""Optimizers: what a training step does with gradients."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu.base.naming import auto_name
from cornu.base.optimizer_settings import OptimizerSettings
from cornu_data.constructors import signature_parameters
from cornu_data.symbolic.keras_tensor import KerasTensor
from cornu_engine.errors import NotBuiltError, near_matches
from cornu_engine.graph import scope
from cornu_engine.trace import traced_in_vain
from cornu_engine.variable import Variable
from cornu_ops.clipping import clip_by_global_norm, clip_by_norm
from cornu_ops.flat import FlatGroup
from cornu_ops.lending import lent, values_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OldOptions


class Optimizer(OptimizerSettings):
    r"""Base class of optimizers.

    A subclass names its state in `slots` and writes `update_step`. With `elementwise = True` the
    update is traced once over all weights of a dtype laid side by side, so `variable` in
    `update_step` is flat; leave it False where the update looks at a weight's shape or norm.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        Step size. Read and set during training as `optimizer.learning_rate` (or `.lr`).
    weight_decay : float, optional
        Before each update, $w \leftarrow w - w \cdot \text{decay} \cdot \text{learning
        rate}$.
    clipnorm : float, optional
        Longest a weight's gradient may be.
    clipvalue : float, optional
        Largest a gradient's element may be, in absolute value.
    global_clipnorm : float, optional
        Longest the gradients of all weights together may be. Only one of the three can be given.
    use_ema : bool
        Keep an exponential moving average of the weights, and put it in their place after training.
    ema_momentum : float
        Share of the old average that stays at each step.
    ema_overwrite_frequency : int, optional
        Put the average in the weights' place every so many steps too.
    loss_scale_factor : float, optional
        The loss is multiplied and the gradients are divided by it: for float16.
    gradient_accumulation_steps : int, optional
        Update once every so many steps, by the mean of their gradients.
    name : str, optional
    lr : float, optional
        Keras 2's name of `learning_rate`.
    decay : float, optional
        Keras 2's decay: the learning rate is divided by `1 + decay * iterations`.

    Attributes
    ----------
    iterations : Variable
        Number of updates done.
    variables : list of Variable
        All state: iterations, learning rate, then the slots.
    revision : int
        Grows when a hyperparameter is set; a step traced before is traced again.

    Raises
    ------
    ValueError
        For arguments that exclude each other, are out of range or unknown.

    Examples
    --------
    >>> class SignedMomentum(Optimizer):
    ...     elementwise = True
    ...     slots = ("momentum",)
    ...     def __init__(self, learning_rate=0.1, beta=0.9, **kwargs):
    ...         super().__init__(learning_rate, **kwargs)
    ...         self.beta = beta
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         m = self.slot("momentum", variable)
    ...         self.assign(m, m * self.beta + gradient * (1 - self.beta))
    ...         self.assign_sub(variable, learning_rate * ops.sign(m))
    >>> w = Variable(np.float32([1.0, 2.0]))
    >>> _ = SignedMomentum().apply_gradients([(np.float32([3.0, -3.0]), w)])
    >>> w.numpy()
    array([0.9, 2.1], dtype=float32)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        parameters = signature_parameters(cls)
        cls._hyperparameters = frozenset(parameters) - {"learning_rate", "name"}
        cls._numbers = frozenset(
            n for n, p in parameters.items() if type(p.default) in (int, float)
        )
        cls.__signature__ = inspect.Signature(_ordered(parameters.values()))  # type: ignore[attr-defined]
        if "update_step" in cls.__dict__ and "elementwise" not in cls.__dict__:
            cls.elementwise = False  # an inherited promise says nothing about a new rule

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Unpack[OldOptions],
    ) -> None:
        learning_rate = kwargs.pop("lr", learning_rate)
        self.decay = float(kwargs.pop("decay", None) or 0.0)
        if kwargs:
            unknown = next(iter(kwargs))
            hint = near_matches(unknown, [*self._hyperparameters, "learning_rate", "lr", "decay"])
            raise ValueError(
                f"{type(self).__name__} takes no argument {unknown!r}. {hint}".rstrip()
            )
        self.name = name or auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_options()
        self._start()
        self.revision = 0
        self._condition: Any = None  # where false, a step changes nothing at all
        self._gate: Any = None  # where false, a step changes neither weights nor slots
        self._undecayed: tuple[set[Variable], re.Pattern[str] | None] = (set(), None)
        self._iterations = self._track("iteration", np.zeros((), np.int64))
        self._learning_rate = self._learning_rate_from(learning_rate)

    # Updates

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Change a weight by its gradient. Subclasses write this.

        Parameters
        ----------
        gradient : array or traced value
            Clipped, of the weight's dtype.
        variable : Variable
            A weight; with `elementwise = True` all of one dtype, flat.
        learning_rate : array or traced value
            Of the weight's dtype.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(self, gradient, variable, "
            "learning_rate)."
        )

    def assign(self, variable: Variable, value: Any) -> None:
        """Set a weight or slot. In `update_step`, use this and not `variable.assign`."""
        if self._gate is not None:
            value = ops.where(self._gate, value, variable.value)
        self._write(variable, value)

    def _write(self, variable: Variable, value: Any) -> None:
        if self._condition is not None:
            value = ops.where(self._condition, value, variable.value)
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a weight or slot."""
        self.assign(variable, ops.add(variable.value, value))

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a weight or slot."""
        self.assign(variable, ops.subtract(variable.value, value))

    def step_count(self, dtype: Any) -> Any:
        """Return the number of the update being done, counted from 1."""
        return ops.cast(ops.add(self.iterations, 1), dtype)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """Update weights by pairs `(gradient, weight)`; return `iterations`."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Update weights by gradients; inside a trace, make the program do it.

        Parameters
        ----------
        grads : sequence of arrays, traced values or None
            A weight whose gradient is None stays.
        trainable_variables : sequence of Variable, optional
            The weights; those of `build` otherwise.

        Raises
        ------
        ValueError
            If all gradients are None, or a weight is not one the optimizer was built with.
        """
        if len(grads) == 0 or traced_in_vain():
            return
        pairs = self._pairs(grads, trainable_variables)
        with scope(self.name):
            if self.loss_scale_factor is not None:
                pairs = [(ops.divide(g, self.loss_scale_factor), v) for g, v in pairs]
            try:
                self._update(pairs)
            finally:
                self._gate = None
            self._write(self._iterations, ops.add(self._iterations.value, 1))

    def apply_if(
        self,
        condition: Any,
        grads: Sequence[Any],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Do what `apply` does where a traced `condition` holds, else nothing at all."""
        self._condition = condition
        try:
            self.apply(grads, trainable_variables)
        finally:
            self._condition = None

    def _pairs(
        self, grads: Sequence[Any], variables: Sequence[Variable] | None
    ) -> list[tuple[Any, Variable]]:
        if variables is None:
            if not self.built:
                raise NotBuiltError(
                    "apply(grads) without variables needs an optimizer that has been built: call "
                    "optimizer.build(trainable_variables) first, or pass the variables."
                )
            variables = self._trainable_variables
        if len(grads) != len(variables):
            raise ValueError(f"{len(grads)} gradients for {len(variables)} variables.")
        self.build_once(variables)
        for variable in variables:
            if variable not in self._positions:
                raise ValueError(
                    f"{self.name!r} was built for other weights than {variable.path!r}. Make a new "
                    "optimizer for a new set of weights, or compile the model again."
                )
        absent = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
        if len(absent) == len(grads):
            raise ValueError(
                "The loss depends on none of the weights: there is no gradient to apply."
            )
        if absent:
            warnings.warn(
                f"The loss does not depend on {', '.join(absent)}: they stay.", stacklevel=4
            )
        return [
            (ops.cast(ops.convert_to_tensor(g), v.dtype), v)
            for g, v in zip(grads, variables, strict=True)
            if g is not None
        ]

    def _update(self, pairs: list[tuple[Any, Variable]]) -> None:
        if self.gradient_accumulation_steps:
            pairs = self._accumulated(pairs)
        if self.clipnorm:
            pairs = [(clip_by_norm(g, self.clipnorm), v) for g, v in pairs]
        targets = self._targets(pairs)
        grads = self._clipped([g for g, _, _ in targets])
        rate = self._decayed_rate()
        for _, target, members in targets:
            self._apply_weight_decay(target, members, rate)
        self._update_all(grads, [target for _, target, _ in targets], rate)
        if self.use_ema:
            for _, target, _ in targets:
                self._update_average(target)
        for _, target, members in targets:
            self._constrain(target, members)

    def _update_all(self, grads: Sequence[Any], targets: Sequence[Variable], rate: Any) -> None:
        for gradient, target in zip(grads, targets, strict=True):
            self.update_step(gradient, target, ops.cast(rate, target.dtype))

    def _targets(
        self, pairs: list[tuple[Any, Variable]]
    ) -> list[tuple[Any, Variable, list[Variable]]]:
        """Return (gradient, variable, its members): all weights of a dtype at once if possible."""
        complete = len(pairs) == len(self._trainable_variables)
        if not (complete and self._groups and all(group.intact() for group in self._groups)):
            return [(g, v, [v]) for g, v in pairs]
        of = {v: g for g, v in pairs}
        return [(g.flatten([of[v] for v in g.members]), g.arena, g.members) for g in self._groups]

    def _accumulated(self, pairs: list[tuple[Any, Variable]]) -> list[tuple[Any, Variable]]:
        steps = self.gradient_accumulation_steps or 1
        due = ops.equal(ops.mod(ops.add(self._iterations.value, 1), steps), 0)
        sums = [ops.add(g, self.slot("gradient_accumulator", v).value) for g, v in pairs]
        for total, (_, variable) in zip(sums, pairs, strict=True):
            kept = ops.where(due, ops.zeros_like(total), total)
            self._write(self.slot("gradient_accumulator", variable), kept)
        self._gate = due  # from here on, nothing changes until the update is due
        return [
            (ops.divide(total, float(steps)), v) for total, (_, v) in zip(sums, pairs, strict=True)
        ]

    def _clipped(self, grads: list[Any]) -> list[Any]:
        if self.global_clipnorm:
            return clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def _decayed_rate(self) -> Any:
        rate = self.learning_rate
        rate = rate.value if isinstance(rate, Variable) else ops.convert_to_tensor(rate)
        if self.decay:
            steps = ops.cast(self._iterations.value, rate.dtype)
            rate = ops.divide(rate, ops.add(1.0, ops.multiply(self.decay, steps)))
        return rate

    def _apply_weight_decay(self, target: Variable, members: list[Variable], rate: Any) -> None:
        decays = [self._decay_of(v) for v in members]
        if not any(decays):
            return

        def decayed(value: Any, decay: float) -> Any:
            factor = ops.cast(ops.multiply(rate, decay), target.dtype)
            return ops.subtract(value, ops.multiply(value, factor)) if decay else value

        if len(set(decays)) == 1:
            self.assign(target, decayed(target.value, decays[0]))
            return
        group = self._group_of(target)
        pieces = zip(group.split(target.value), decays, strict=True)
        self.assign(target, group.flatten([decayed(x, d) for x, d in pieces]))

    def _decay_of(self, variable: Variable) -> float:
        excluded, pattern = self._undecayed
        spared = variable in excluded or (pattern and pattern.search(variable.name))
        return 0.0 if spared else self.weight_decay or 0.0

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Keep weights from decaying: these, and those whose name contains one of the words.

        Raises
        ------
        ValueError
            After `build`.

        Examples
        --------
        >>> from cornu.base import Optimizer
        >>> Optimizer(weight_decay=0.01).exclude_from_weight_decay(var_names=["bias", "gamma"])
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay() must be called before the optimizer is built."
            )
        pattern = re.compile("|".join(sorted(set(var_names)))) if var_names else None
        self._undecayed = (set(var_list or ()), pattern)

    def _update_average(self, target: Variable) -> None:
        average, value = self.slot("average", target), target.value
        started = ops.cast(ops.not_equal(self.iterations, 0), target.dtype)
        # the first step takes the weights as they are
        share = ops.multiply(started, self.ema_momentum)
        new = ops.add(
            ops.multiply(share, average.value), ops.multiply(ops.subtract(1.0, share), value)
        )
        self._write(average, new)
        if self.ema_overwrite_frequency:
            due = ops.equal(ops.mod(ops.add(self.iterations, 1), self.ema_overwrite_frequency), 0)
            self._write(target, ops.where(due, average.value, value))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """End training: put the moving average, where there is one, in the weights' place."""
        if self.use_ema and self.built:
            for variable in var_list:
                if variable in self._slots["average"]:
                    variable.assign(self._slots["average"][variable].value)

    def _constrain(self, target: Variable, members: list[Variable]) -> None:
        if not any(v.constraint is not None for v in members):
            return
        if target is members[0]:
            self._write(target, members[0].constraint(target.value))  # type: ignore[misc]
            return
        group = self._group_of(target)
        pieces = zip(group.split(target.value), members, strict=True)
        allowed = [x if v.constraint is None else v.constraint(x) for x, v in pieces]
        self._write(target, group.flatten(allowed))

    def _group_of(self, target: Variable) -> FlatGroup:
        return next(group for group in self._groups if group.arena is target)

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss multiplied by `loss_scale_factor`."""
        return (
            loss if self.loss_scale_factor is None else ops.multiply(loss, self.loss_scale_factor)
        )

    def get_gradients(self, loss: Any, params: Sequence[Variable]) -> list[Any]:
        """Return the gradients of a traced loss (Keras 2)."""
        from cornu_engine.gradients import gradients

        return gradients([loss], [v.value for v in params])

    def get_updates(self, loss: Any, params: Sequence[Variable]) -> list[Any]:
        """Differentiate a loss and update `params` (Keras 2).

        Returns
        -------
        list
            Empty for a traced loss: nothing is left to run. For a symbolic one, what
            `K.function(…, updates=…)` takes.
        """
        if isinstance(loss, KerasTensor):
            self.build_once(params)
            return [OptimizerStep(self, loss, list(params))]
        self.apply(self.get_gradients(loss, params), params)
        return []

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list[Any], list[Any]]:
        """Return weights and state after an update of the given ones; both stay."""
        if not self.built:
            raise NotBuiltError(
                "stateless_apply() needs optimizer.build(trainable_variables) first."
            )
        weights, state = self._trainable_variables, self.variables
        with lent(
            trainable_variables=(weights, trainable_variables),
            optimizer_variables=(state, optimizer_variables),
        ):
            self.apply(grads)
            return values_of(weights), values_of(state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


@dataclass(frozen=True, eq=False)
class OptimizerStep:
    """An update by the gradients of a symbolic loss, run by a backend function."""

    optimizer: Optimizer
    loss: KerasTensor
    params: list[Variable]


def _ordered(parameters: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    return sorted(parameters, key=lambda q: q.kind)
