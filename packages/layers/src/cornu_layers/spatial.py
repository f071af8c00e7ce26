"""Layers over places: sequences, images and volumes, with their channels last or first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu.base import Layer
from cornu_layers.checks import check_rank

AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def axis_names(rank: int, data_format: str) -> tuple[str, ...]:
    """Return what the axes after the batch are.

    Examples
    --------
    >>> axis_names(2, "channels_first")
    ('channels', 'height', 'width')
    """
    if data_format == "channels_last":
        return (*AXES[rank], "channels")
    return ("channels", *AXES[rank])


class Spatial(Layer):
    """Base of layers whose input has a batch axis, `rank` axes of places and one of channels.

    Attributes
    ----------
    rank : int
        Number of axes of places.
    data_format : {"channels_last", "channels_first"}
        Where the channels are.
    """

    one_input = True
    rank: int
    data_format: str = "channels_last"

    @property
    def channel_axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.data_format == "channels_last" else 1

    @property
    def spatial_axes(self) -> tuple[int, ...]:
        """The axes of the places."""
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def check_places(self, shape: Sequence[int | None]) -> None:
        """Refuse an input of another rank.

        Raises
        ------
        ShapeError
            With the edit that mends it.
        """
        check_rank(self, shape, axis_names(self.rank, self.data_format))

    def resized(
        self,
        input_shape: Sequence[int | None],
        resize: Callable[[int, int], int],
        channels: int | None = None,
    ) -> tuple[int | None, ...]:
        """Return an input's shape with other numbers of places; unknown ones stay unknown.

        Parameters
        ----------
        input_shape : sequence of int or None
            Batch axis first.
        resize : callable
            `resize(size, i)` is the new size of axis `i` of the places, counted from 0.
        channels : int, optional
            Number of channels, where it changes.
        """
        self.check_places(input_shape)
        shape = list(input_shape)
        for i, axis in enumerate(self.spatial_axes):
            size = shape[axis]
            shape[axis] = None if size is None else resize(size, i)
        if channels is not None:
            shape[self.channel_axis] = channels
        return tuple(shape)
