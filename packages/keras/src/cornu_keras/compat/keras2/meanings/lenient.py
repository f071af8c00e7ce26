"""Arguments that Keras 2 took as they came."""

from __future__ import annotations

from typing import Any

__all__ = ["AnySlope", "ClippedRate", "NoCast", "Stateful"]


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


class NoCast:
    """Hands its function the inputs in the dtype that they have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("autocast", False)
        super().__init__(*args, **kwargs)


class Stateful:
    """A metric, which keeps what it has seen."""

    stateful = True
