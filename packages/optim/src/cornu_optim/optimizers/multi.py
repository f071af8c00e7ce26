"""Different optimizers for different weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from cornu.base import Optimizer
from cornu.configuration.config import deserialize, serialize
from cornu_engine.variable import Variable
from cornu_optim.optimizers.loss_scale import LossScaleOptimizer


class OptimizerMap(MutableMapping):
    """Says which optimizer a weight has, by its path.

    Parameters
    ----------
    default_optimizer : Optimizer
        Of weights that no key names.
    optimizer_map : dict of str to Optimizer, optional
        Keys are paths, or regular expressions that match whole paths: `"encoder/.*"`.

    Examples
    --------
    >>> from cornu_optim.optimizers import SGD, Adam
    >>> chosen = OptimizerMap(SGD(), {"encoder/.*": Adam()})
    >>> type(chosen["encoder/dense/kernel"]), type(chosen["head/kernel"])
    (<class '...Adam'>, <class '...SGD'>)
    """

    def __init__(
        self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None
    ) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"default_optimizer={default_optimizer!r} is no optimizer.")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"optimizer_map={optimizer_map!r} is no dict.")
        self.default_optimizer = default_optimizer
        self._chosen: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    def __getitem__(self, key: str) -> Optimizer:
        """Return the optimizer of a path.

        Raises
        ------
        ValueError
            If several keys match it.
        """
        if key in self._chosen:
            return self._chosen[key]
        patterns = [pattern for pattern in self._chosen if re.fullmatch(pattern, key)]
        if len(patterns) > 1:
            raise ValueError(
                f"Several keys match the weight {key!r}: {', '.join(map(repr, patterns))}. Make "
                "them exclude each other."
            )
        return self._chosen[patterns[0]] if patterns else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        """Choose an optimizer for weights."""
        if not isinstance(key, str):
            raise ValueError(f"A key is the path of a weight or a pattern, not {key!r}.")
        if key in self._chosen:
            raise ValueError(f"{key!r} has an optimizer already: {self._chosen[key]!r}.")
        _check_inner(optimizer, f"the key {key!r}")
        self._chosen[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._chosen[key]

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._chosen)

    def __call__(self, variable: Variable) -> Optimizer:
        """Return the optimizer of a weight."""
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal map."""
        return {
            "default_optimizer": serialize(self.default_optimizer),
            "optimizer_map": {key: serialize(each) for key, each in self._chosen.items()},
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> OptimizerMap:
        """Make the map of a config."""
        known: list[tuple[Any, Any]] = []

        def made(value: Any) -> Any:
            for config, optimizer in known:
                if config == value:  # names tell optimizers apart: it stood under several keys
                    return optimizer
            known.append((value, deserialize(value, custom_objects, kind="optimizer")))
            return known[-1][1]

        chosen = {key: made(value) for key, value in (config["optimizer_map"] or {}).items()}
        return cls(made(config["default_optimizer"]), chosen)


class MultiOptimizer(Optimizer):
    """Several optimizers, each for some of the weights.

    Parameters
    ----------
    optimizer_map : OptimizerMap or callable
        From a weight to its optimizer.
    loss_scale_factor : float, optional
        For all of them.
    name : str, optional

    Attributes
    ----------
    optimizers : list of Optimizer
        Each has its own `learning_rate`; this one has none.

    Raises
    ------
    ValueError
        At `build`, where a weight's optimizer is none, or a `LossScaleOptimizer` or another
        `MultiOptimizer`.

    Examples
    --------
    >>> import numpy as np, cornu
    >>> from cornu_optim.optimizers import SGD
    >>> kernel, bias = (cornu.Variable(np.float32([1.0]), name=n) for n in ("kernel", "bias"))
    >>> optimizer = MultiOptimizer(OptimizerMap(SGD(0.5), {"bias": SGD(0.1)}))
    >>> optimizer.apply([np.float32([1.0])] * 2, [kernel, bias])
    >>> float(kernel.value[0]), round(float(bias.value[0]), 3)
    (0.5, 0.9)
    """

    def __init__(
        self,
        optimizer_map: Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        self.optimizers: list[Optimizer] = []
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        for optimizer in getattr(optimizer_map, "values", tuple)():
            self._add(optimizer)
        if hasattr(optimizer_map, "default_optimizer"):
            self._add(optimizer_map.default_optimizer)
        self._of: dict[Variable, Optimizer] = {}

    def _add(self, optimizer: Optimizer) -> None:
        if not any(each is optimizer for each in self.optimizers):
            optimizer.loss_scale_factor = None  # gradients are divided here
            self.optimizers.append(optimizer)

    def build(self, var_list: Iterable[Variable]) -> None:
        """Make the state of each optimizer for its weights."""
        variables = list(var_list)
        if not self.built:
            for variable in variables:
                optimizer = self._optimizer_map(variable)
                _check_inner(optimizer, f"the weight {variable.path!r}")
                self._add(optimizer)
                self._of[variable] = optimizer
        for optimizer in self.optimizers:
            own = [v for v in variables if self._of.get(v) is optimizer]
            if own:
                optimizer.build_once(own)
        super().build(variables)

    def _lay_out(self) -> None:
        for optimizer in (each for each in self.optimizers if each.built):
            optimizer._lay_out()
        super()._lay_out()

    @property
    def variables(self) -> list[Variable]:
        """State of this optimizer and of all inside it."""
        return [*self._variables, *(v for each in self.optimizers for v in each.variables)]

    @property
    def learning_rate(self) -> Any:
        """Refused: each optimizer inside has its own."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate: set that of one of its `optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate: set that of one of its `optimizers`."
        )

    @property
    def revision(self) -> int:
        """Grows when a hyperparameter of any of the optimizers is set."""
        return self._revision + sum(each.revision for each in self.optimizers)

    @revision.setter
    def revision(self, value: int) -> None:
        self._revision = value - sum(each.revision for each in self.optimizers)

    def _update(self, pairs: list[tuple[Any, Variable]]) -> None:
        for optimizer in self.optimizers:
            own = [pair for pair in pairs if self._of[pair[1]] is optimizer]
            if own:
                gradients, weights = ([g for g, _ in own], [v for _, v in own])
                if self._condition is None:
                    optimizer.apply(gradients, weights)
                else:
                    optimizer.apply_if(self._condition, gradients, weights)

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """End training of each optimizer."""
        variables = list(var_list)
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(
                [v for v in variables if self._of.get(v) is optimizer]
            )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer."""
        return {
            "optimizer_map": serialize(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> MultiOptimizer:
        """Make the optimizer of a config."""
        given = config["optimizer_map"]
        if isinstance(given, dict) and given.get("class_name") == "OptimizerMap":
            chosen: Any = OptimizerMap.from_config(given["config"], custom_objects)
        else:
            chosen = deserialize(given, custom_objects)
        return cls(**{**config, "optimizer_map": chosen})


def _check_inner(optimizer: Any, where: str) -> None:
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"For {where} there must be an optimizer, not {optimizer!r}.")
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            f"For {where} there is a {type(optimizer).__name__}, which cannot stand inside a "
            "MultiOptimizer: put it around, or choose a plain optimizer."
        )
