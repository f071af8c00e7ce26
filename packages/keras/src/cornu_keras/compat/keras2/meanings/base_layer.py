"""What the methods of the base class meant, which scripts call by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base.layer import Layer
from cornu_data.symbolic.masks import given_mask
from cornu_engine import tree

__all__ = ["BaseMethods"]

if TYPE_CHECKING:
    _Base = Layer
else:
    _Base = object


class BaseMethods(_Base):
    """A layer that says of its mask and shape what Keras 2's base class said."""

    def compute_mask(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the mask of the output; one that the layer has no use for is an error."""
        mask = given_mask(args, kwargs)
        if not self.supports_masking:
            if any(m is not None for m in tree.flatten(mask)):
                raise TypeError(
                    f"Layer {self.name} does not support masking, but was passed an input_mask: "
                    f"{mask}"
                )
            return None
        return super().compute_mask(inputs, mask)

    def compute_output_shape(self, input_shape: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the output.

        For a class with a method of its own, the base class' says that it is the input's; of any
        other, `call` says it.
        """
        method = super().compute_output_shape
        of_base = getattr(method, "__func__", method) is Layer.compute_output_shape
        overridden = type(self).compute_output_shape is not BaseMethods.compute_output_shape
        return input_shape if of_base and overridden else method(input_shape, *args, **kwargs)

    def _inherits(self, name: str) -> bool:
        """Whether a method is the base class's own, whatever stands before it here."""
        if getattr(type(self), name) is not vars(BaseMethods).get(name):
            return super()._inherits(name)
        method = getattr(super(), name)
        return getattr(method, "__func__", method) is getattr(Layer, name)
