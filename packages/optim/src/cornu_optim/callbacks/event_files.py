"""Event files for TensorBoard, written by its own writer."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

BUCKETS = 30  # of a histogram, as TensorBoard itself makes them


def has_tensorboard() -> None:
    """Raise, saying what to install, where the package is missing.

    Raises
    ------
    ImportError
    """
    try:
        import tensorboard  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "The TensorBoard callback writes with TensorBoard's own writer: pip install "
            "'cornu-optim[tensorboard]'."
        ) from error


class EventFile:
    """A file of events in a folder, which TensorBoard shows as one run.

    Parameters
    ----------
    folder : str
        Made where it is missing.
    """

    def __init__(self, folder: str) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._writer = EventFileWriter(folder)

    def scalar(self, tag: str, value: Any, step: int) -> None:
        """Add one number."""
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb

        self._add(scalar_pb(tag, np.asarray(value, np.float32)), step)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Add the distribution of an array's finite values."""
        from tensorboard.plugins.histogram.metadata import create_summary_metadata

        values = np.asarray(values, np.float64).ravel()
        counts, edges = np.histogram(values[np.isfinite(values)], BUCKETS)
        table = np.stack([edges[:-1], edges[1:], counts], axis=1)
        self._add_tensor(tag, table, create_summary_metadata(None, None), step)

    def images(self, tag: str, images: Any, step: int) -> None:
        """Add pictures, an array `(n, height, width, channels)`; values are stretched to 0…255."""
        from tensorboard.plugins.image.metadata import create_summary_metadata

        images = np.asarray(images, np.float64)
        low, high = images.min(), images.max()
        pixels = ((images - low) / (high - low or 1.0) * 255).round().astype(np.uint8)
        sizes = [str(size).encode() for size in (pixels.shape[2], pixels.shape[1])]
        data = np.array([*sizes, *map(_png, pixels)], dtype=object)
        self._add_tensor(tag, data, create_summary_metadata(None, None), step)

    def text(self, tag: str, text: str, plugin: str, step: int) -> None:
        """Add a text for one of TensorBoard's plugins."""
        from tensorboard.compat.proto import summary_pb2

        metadata = summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=b"1")
        )
        self._add_tensor(tag, np.array(text.encode(), dtype=object), metadata, step)

    def graph(self, graph: Any) -> None:
        """Add a `GraphDef`."""
        from tensorboard.compat.proto import event_pb2

        event = event_pb2.Event(wall_time=time.time(), graph_def=graph.SerializeToString())
        self._writer.add_event(event)

    def flush(self) -> None:
        """Put everything on the disk."""
        self._writer.flush()

    def close(self) -> None:
        """Put everything on the disk and close the file."""
        self._writer.close()

    def _add_tensor(self, tag: str, data: np.ndarray, metadata: Any, step: int) -> None:
        from tensorboard.compat.proto import summary_pb2
        from tensorboard.util.tensor_util import make_tensor_proto

        summary = summary_pb2.Summary()
        summary.value.add(tag=tag, metadata=metadata, tensor=make_tensor_proto(data))
        self._add(summary, step)

    def _add(self, summary: Any, step: int) -> None:
        from tensorboard.compat.proto import event_pb2

        event = event_pb2.Event(wall_time=time.time(), step=int(step), summary=summary)
        self._writer.add_event(event)


def _png(pixels: np.ndarray) -> bytes:
    import io

    from PIL import Image  # comes with TensorBoard

    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, "PNG")
    return buffer.getvalue()


def weight_images(weight: np.ndarray) -> np.ndarray | None:
    """Return a weight as pictures `(n, height, width, 1)`, None if it has too many axes.

    Examples
    --------
    >>> weight_images(np.zeros((3, 1, 5))).shape, weight_images(np.zeros((5, 3, 8))).shape
    ((1, 3, 5, 1), (8, 5, 3, 1))
    """
    image = np.squeeze(weight)
    if image.ndim <= 1:
        return image.reshape(1, -1, 1, 1)
    if image.ndim == 2:
        return (image.T if image.shape[0] > image.shape[1] else image)[None, :, :, None]
    if image.ndim == 3:
        from cornu_engine import config

        if config.image_data_format() == "channels_last":
            image = image.transpose(2, 0, 1)
        return image[..., None]
    return image if image.ndim == 4 and image.shape[-1] in (1, 3, 4) else None
