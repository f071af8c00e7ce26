"""Arguments that Keras 2 took as they came."""

from __future__ import annotations

from typing import Any

__all__ = [
    "AnySlope",
    "ClippedRate",
    "MayLeaveNothing",
    "NoCast",
    "SaidWhenBuilt",
    "Stateful",
    "TakesNaN",
    "WithoutKernel",
]


class AnySlope:
    """Takes slopes below 0."""

    negative_slope: Any

    def __init__(self, *args: Any, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        below = isinstance(negative_slope, (int, float)) and negative_slope < 0
        kwargs["negative_slope"] = 0.0 if below else negative_slope
        super().__init__(*args, **kwargs)
        if below:
            self.negative_slope = negative_slope


class ClippedRate:
    """Takes a rate below 0 for 0, and one above 1 for 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rate = kwargs.get("rate")
        if isinstance(rate, (int, float)):
            kwargs["rate"] = min(1.0, max(0.0, rate))
        super().__init__(*args, **kwargs)


class MayLeaveNothing:
    """A cropping that may be as wide as its input."""

    _sides: Any
    resized: Any

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape without the edges."""
        return self.resized(input_shape, lambda size, i: max(size - sum(self._sides[i]), 0))


class SaidWhenBuilt:
    """A convolution that may be made with strides and a dilation, but not called."""

    strides: Any
    dilation_rate: Any

    def keep_kernel(self, given: Any) -> None:
        """Store the arguments that say how kernels slide."""
        super().keep_kernel({**given, "strides": 1})  # type: ignore[misc]
        spread = self.dilation_rate
        super().keep_kernel({**given, "dilation_rate": 1})  # type: ignore[misc]
        self.dilation_rate = spread

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        given = {name: getattr(self, name) for name in _KERNEL}
        super().keep_kernel(given)  # type: ignore[misc]  # which refuses both together
        super().build(input_shape)  # type: ignore[misc]


_KERNEL = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")


class NoCast:
    """Hands its function the inputs in the dtype that they have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("autocast", False)
        super().__init__(*args, **kwargs)


class TakesNaN:
    """A model that trains on NaN among its targets, to which its loss then comes."""

    @property
    def compiled_losses(self) -> Any:
        """The losses of `compile`."""
        losses = super().compiled_losses  # type: ignore[misc]
        if losses is not None:
            losses.takes_nan = True
        return losses


class WithoutKernel:
    """Takes what is said of a `kernel`, which it inherits from other convolutions and has not."""

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is said of it."""
        unused = [f"kernel_{what}" for what in ("initializer", "regularizer", "constraint")]
        kwargs = {name: value for name, value in kwargs.items() if name not in unused}
        return super()._prepare(kwargs)  # type: ignore[misc]


class Stateful:
    """A metric, which keeps what it has seen."""

    stateful = True
