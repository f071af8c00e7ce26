"""The mask of an output in its loss: a weight among the others, as Keras 2.3 had it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_data.symbolic.masks import get_mask, set_mask
from cornu_engine import tree
from cornu_keras.compat.keras2.training_ends import End
from cornu_keras.compat.keras2.training_utils import standardize_sample_weights

__all__ = ["MasksAsWeights"]

if TYPE_CHECKING:
    Beside = Any  # it stands before a model among the bases
else:
    Beside = object


class MasksAsWeights(Beside):
    """A model in whose loss a step that is masked counts as a step whose loss is 0."""

    _ends: tuple[End, ...]

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
