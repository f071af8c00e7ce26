"""A frozen weight and a small correction that is trained in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu.base.overriding import differs_while
from cornu.plugins import registry
from cornu_engine.errors import NotBuiltError
from cornu_layers.checks import where

if TYPE_CHECKING:
    from cornu.base.accepted import Initial


class LowRank(Layer):
    r"""Mixin of layers whose main weight can be adapted: $W + \frac{\alpha}{r} A B$ (LoRA).

    Attributes
    ----------
    adapted_name : str
        What the weight is called.
    adapted_role : str
        What the arguments about it are called after.
    lora_rank : int or None
        Rank $r$ of the correction; None for none.
    lora_alpha : float or None
        $\alpha$; as the rank if None.
    lora_enabled : bool
        Whether there is a correction.

    References
    ----------
    Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021),
    https://arxiv.org/abs/2106.09685
    """

    one_input = True

    adapted_name = "kernel"
    adapted_role = "kernel"
    lora_rank: int | None = None
    lora_alpha: float | None = None
    lora_enabled = False

    def keep_low_rank(self, lora_rank: int | None, lora_alpha: float | None) -> None:
        """Store the arguments of the correction."""
        self.lora_rank = lora_rank
        self.lora_alpha = lora_rank if lora_alpha is None else lora_alpha

    def adapt(self) -> None:
        """Enable the correction that the arguments ask for, if they do."""
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def set_adapted(self, weight: Any) -> None:
        """Keep the main weight."""
        setattr(self, f"_{self.adapted_name}", weight)

    def adapted(self) -> Any:
        """Return the main weight, corrected if there is a correction.

        Raises
        ------
        AttributeError
            Before the layer is built.
        """
        name = self.adapted_name
        weight = self.__dict__.get(f"_{name}")
        if weight is None:
            raise AttributeError(
                f"{where(self)} has no {name} yet: call it on data, or build(input_shape), first."
            )
        return weight + self._correction() if self.lora_enabled else weight

    def _correction(self) -> Any:
        a, b = (getattr(self, f"lora_{self.adapted_name}_{x}") for x in "ab")
        return (self.lora_alpha / self.lora_rank) * ops.matmul(a, b)  # type: ignore[operator]

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Initial | None = "he_uniform",
        b_initializer: Initial | None = "zeros",
    ) -> None:
        """Freeze the main weight and train a correction of low rank instead.

        Parameters
        ----------
        rank : int
            Of the correction.
        lora_alpha : float, optional
            Its factor is `lora_alpha / rank`; 1 if not given.
        a_initializer, b_initializer : str or Initializer
            What its two parts start from.

        Raises
        ------
        ValueError
            When there is a constraint on the weight, or a correction already.
        NotBuiltError
            Before the layer is built.
        """
        name, role = self.adapted_name, self.adapted_role
        if getattr(self, f"{role}_constraint", None) is not None:
            raise ValueError(
                f"{where(self)} has a constraint on its {name}, which takes no correction then: "
                f"drop {role}_constraint."
            )
        if self.lora_enabled:
            raise ValueError(f"{where(self)} has a correction already.")
        if not self.built and not self._building:
            raise NotBuiltError(
                f"{where(self)} has no {name} yet: call it on data, or build(input_shape), before "
                "enable_lora."
            )
        weight = self.__dict__[f"_{name}"]
        regularizer = getattr(self, f"{role}_regularizer", None)
        self._parts.locked = ""
        for part, shape, first in (
            ("a", (*weight.shape[:-1], rank), a_initializer),
            ("b", (rank, weight.shape[-1]), b_initializer),
        ):
            label = f"lora_{name}_{part}"
            made = self.add_weight(
                name=label,
                shape=shape,
                initializer=registry.get("initializer", first),
                regularizer=regularizer,
            )
            setattr(self, label, made)
        self._lock_state()
        weight.trainable = False
        self.lora_enabled = True
        self.keep_low_rank(rank, lora_alpha)

    def save_own_variables(self, store: Any) -> None:
        """Write the weights; a correction is merged into its weight."""
        if not self.lora_enabled:
            super().save_own_variables(store)
            return
        for index, variable in enumerate(self._without_correction()):
            merged = variable is self.__dict__[f"_{self.adapted_name}"]
            store[str(index)] = np.array(self.adapted()) if merged else variable.numpy()

    @differs_while("lora_enabled")
    def load_own_variables(self, store: Any) -> None:
        """Read what `save_own_variables` wrote; a correction starts from zero again."""
        if not self.lora_enabled:
            super().load_own_variables(store)
            return
        for index, variable in enumerate(self._without_correction()):
            variable.assign(store[str(index)])
        for part in "ab":
            correction = getattr(self, f"lora_{self.adapted_name}_{part}")
            correction.assign(np.zeros(correction.shape, correction.dtype))

    def _without_correction(self) -> list[Any]:
        return [v for v in self._own_variables() if not v.name.startswith("lora_")]
