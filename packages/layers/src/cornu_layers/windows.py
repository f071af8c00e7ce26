"""Layers that slide a window over places: shared by convolution and pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.spatial import Spatial


class Sliding(Spatial):
    """Base of layers that slide a window over the places of their input.

    Attributes
    ----------
    strides : tuple of int
        Distances between the window's places, one per axis.
    padding : str
        `"valid"`, `"same"`, or `"causal"` where the layer takes it.
    """

    paddings: tuple[str, ...] = ("valid", "same")
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str

    def keep_kernel(self, given: Mapping[str, Any]) -> None:
        """Store the arguments of a constructor that say how kernels slide.

        Raises
        ------
        ValueError
            When one is wrong, or strides and dilation both exceed 1.
        """
        self.kernel_size = validation.int_tuple(
            self, "kernel_size", given["kernel_size"], self.rank
        )
        self.strides = validation.int_tuple(self, "strides", given["strides"], self.rank)
        self.padding = validation.choice(self, "padding", given["padding"], self.paddings)
        self.data_format = validation.data_format(self, given["data_format"])
        spread = given.get("dilation_rate", 1)
        self.dilation_rate = validation.int_tuple(self, "dilation_rate", spread, self.rank)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{where(self)}: strides {self.strides} and dilation_rate {self.dilation_rate} "
                "cannot both exceed 1; set one to 1."
            )

    def slid_shape(
        self,
        input_shape: Sequence[int | None],
        window: Sequence[int],
        dilation: Sequence[int] | None = None,
        channels: int | None = None,
    ) -> tuple[int | None, ...]:
        """Return the output shape after a window has slid over an input.

        Parameters
        ----------
        input_shape : sequence of int or None
            Batch axis first.
        window, dilation : sequence of int
            Per axis.
        channels : int, optional
            Of the output, where they are not the input's.

        Raises
        ------
        ShapeError
            When the window does not fit into the input.
        """
        spread = dilation or (1,) * self.rank

        def places(size: int, i: int) -> int:
            length = window_output_size(size, window[i], self.strides[i], self.padding, spread[i])
            if length < 1:
                raise ShapeError(
                    f"{where(self)} slides a window of {(window[i] - 1) * spread[i] + 1} along "
                    f"axis {self.spatial_axes[i]}, where its input of shape "
                    f"{show_shape(input_shape)} has only {size}. Use padding='same', a smaller "
                    "window, or pool less before this layer."
                )
            return length

        return self.resized(input_shape, places, channels)


def window_output_size(size: int, window: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Return how many places a window takes along an axis.

    Examples
    --------
    >>> window_output_size(28, 3, 2, "valid"), window_output_size(28, 3, 2, "same")
    (13, 14)
    """
    if padding == "valid":
        size -= (window - 1) * dilation
    return -(-size // stride)
