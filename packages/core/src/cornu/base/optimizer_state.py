"""What an optimizer remembers: iterations, learning rate, and slots beside the weights."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from cornu.base.configurable import Configurable
from cornu.base.file_slots import FileSlots
from cornu.base.metric import initial_value
from cornu_engine import config
from cornu_engine.errors import NotBuiltError
from cornu_engine.trace import current_trace
from cornu_engine.variable import Arena, Variable
from cornu_ops.flat import FlatGroup, flat_groups


class OptimizerState(Configurable):
    """The variables of an optimizer, by weight and by name.

    Examples
    --------
    >>> from cornu.base import Optimizer
    >>> class Momentum(Optimizer):
    ...     slots = ("momentum",)
    >>> w = Variable(np.zeros((2, 3), "float32"), name="kernel")
    >>> optimizer = Momentum(name="momentum")
    >>> optimizer.build([w])
    >>> [v.path for v in optimizer.variables]
    ['momentum/iteration', 'momentum/learning_rate', 'momentum/kernel_momentum']
    >>> optimizer.slot("momentum", w).shape
    (2, 3)
    """

    elementwise: ClassVar[bool] = False
    slots: Any = ()  # names, each one variable per weight; a tuple of names is interleaved
    file_slots: ClassVar[FileSlots | None] = None  # how older files keep them
    slot_initial: Any = {}  # noqa: RUF012  first value of a slot, where it is not zero; read-only

    name: str
    use_ema: bool
    gradient_accumulation_steps: int | None

    def _start(self) -> None:
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._positions: dict[Variable, int] = {}
        self._slots: dict[str, dict[Variable, Variable]] = {}
        self._groups: list[FlatGroup] = []

    @property
    def variables(self) -> list[Variable]:
        """All state: iterations, learning rate, then the slots."""
        return list(self._variables)

    @property
    def weights(self) -> list[Variable]:
        """Same as `variables`."""
        return self.variables

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights, once; lay elementwise state and weights side by side.

        Call it outside of a trace: it moves the weights' memory.
        """
        if not self.built:
            variables = list(variables)
            self._trainable_variables = variables
            self._positions = {v: i for i, v in enumerate(variables)}
            if self.use_ema:
                self.add_optimizer_variables(variables, "average")
            if self.gradient_accumulation_steps:
                self.add_optimizer_variables(variables, "gradient_accumulator")
            for name in self.slots:
                names = (name,) if isinstance(name, str) else tuple(name)
                initial = [self.slot_initial.get(n, "zeros") for n in names]
                self.add_optimizer_variables(variables, names, initial)
            self.built = True
        self._lay_out()

    def build_once(self, variables: Iterable[Variable]) -> None:
        """Build, if that was not done: a subclass may make its state in `build` unconditionally."""
        if self.built:
            self._lay_out()
        else:
            self.build(variables)

    def _lay_out(self) -> None:
        if not self.elementwise or current_trace() is not None:
            return
        if not self._groups or not all(group.intact() for group in self._groups):
            self._groups = flat_groups(self._trainable_variables, self._slots, self)

    def slot(self, name: str, variable: Variable) -> Variable:
        """Return the state called `name` of a weight, or of all weights laid side by side."""
        if isinstance(variable, Arena):
            return next(g for g in self._groups if g.arena is variable).slots[name]
        return self._slots[name][variable]

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a piece of state of any shape; `aggregation` and `layout` have no effect here."""
        dtype = config.floatx() if dtype is None else dtype
        return self._track(name or "variable", initial_value(initializer, tuple(shape), dtype))

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a piece of state of a weight's shape and dtype."""
        path = getattr(reference_variable, "path", reference_variable.name)
        full_name = f"{path.replace('/', '_')}_{name or 'var'}"
        value = initial_value(initializer, reference_variable.shape, reference_variable.dtype)
        return self._track(full_name, value)

    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: str | Sequence[str],
        initializer: Any = "zeros",
    ) -> Any:
        """Make one piece of state per weight, or several interleaved; `slot` finds them.

        Returns
        -------
        list of Variable, or tuple of lists for several names
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        initializers = list(initializer) if several else [initializer] * len(names)
        made: dict[str, dict[Variable, Variable]] = {n: {} for n in names}
        for variable in trainable_variables:
            for n, initial in zip(names, initializers, strict=True):
                made[n][variable] = self.add_variable_from_reference(variable, n, initial)
        self._slots.update(made)
        lists = tuple(list(made[n].values()) for n in names)
        return lists[0] if isinstance(name, str) else lists

    def _track(self, name: str, value: np.ndarray) -> Variable:
        variable = Variable(value, trainable=False, name=name)
        variable.path = f"{self.name}/{name}"
        self._variables.append(variable)
        return variable

    def _get_variable_index(self, variable: Variable) -> int:
        return self._positions[variable]

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all state, in the order of `variables`."""
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all state, in the order of `variables`.

        Raises
        ------
        NotBuiltError
            Before `build`.
        ValueError
            If number or shapes differ.
        """
        if not self.built:
            raise NotBuiltError(
                f"{self.name!r} has no slots yet. Train for a step or call "
                "optimizer.build(model.trainable_variables) before set_weights()."
            )
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(f"{self.name!r} has {len(variables)} variables, not {len(weights)}.")
        for variable, weight in zip(variables, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store: Any) -> None:
        """Write all state into a store, under "0", "1", …"""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read all state from a store; warn and leave it where the number of variables differs."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            warnings.warn(
                f"The state of {self.name!r} is not loaded: it has {len(variables)} variables, "
                f"the file {len(store.keys())}. Build the optimizer on the same weights first.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]).reshape(variable.shape))

    def traced_from(self) -> dict[str, Any]:
        """Return what of the optimizer a step follows from, the layout of its memory too."""
        return vars(self)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_groups": []}  # memory is laid out again where the copy is used
