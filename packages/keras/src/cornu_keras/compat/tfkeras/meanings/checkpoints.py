"""Weights under names as TensorFlow's checkpoints have them: `cp.ckpt` and its `cp.ckpt.index`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["AnyName", "CheckpointsAsFiles"]

_ENDINGS = (".h5", ".hdf5", ".keras", ".json", ".index")


class CheckpointsAsFiles:
    """Models: a path of weights without an ending known is the beginning of a checkpoint's."""

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the weights."""
        if not _is_checkpoint(filepath) or kwargs.get("save_format") == "h5":
            super().save_weights(filepath, overwrite, **kwargs)  # type: ignore[misc]
            return
        for told in ("save_format", "options"):
            kwargs.pop(told, None)
        index = Path(f"{os.fspath(filepath)}.index")
        index.parent.mkdir(parents=True, exist_ok=True)
        super().save_weights(index, overwrite, **kwargs)  # type: ignore[misc]

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        """Read weights, and return what says that all of them were found."""
        from cornu_keras.compat.tensorflow.train import Status

        kwargs.pop("options", None)
        if _is_checkpoint(filepath):
            filepath = f"{os.fspath(filepath)}.index"
        super().load_weights(filepath, *args, **kwargs)  # type: ignore[misc]
        return Status()


class AnyName:
    """`ModelCheckpoint`: what it writes may have any name."""

    def _check_name(self) -> None: ...


def _is_checkpoint(filepath: Any) -> bool:
    is_path = isinstance(filepath, (str, os.PathLike))
    return is_path and not os.fspath(filepath).lower().endswith(_ENDINGS)
