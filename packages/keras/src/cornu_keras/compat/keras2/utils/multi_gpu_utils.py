"""`keras.utils.multi_gpu_utils`: a program runs on one device here."""

from __future__ import annotations

from typing import Any

__all__ = ["multi_gpu_model"]


def multi_gpu_model(
    model: Any, gpus: Any = None, cpu_merge: bool = True, cpu_relocation: bool = False
) -> Any:
    """Refuse: one program runs on one device, and no GPU is split off for a copy of the model.

    Raises
    ------
    ValueError
        As Keras raises it on a machine without several GPUs.
    """
    wanted = len(gpus) if isinstance(gpus, (list, tuple)) else gpus
    if wanted is not None and wanted <= 1:
        raise ValueError(
            f"For multi-gpu usage to be effective, call `multi_gpu_model` with `gpus >= 2`. "
            f"Received: `gpus={gpus!r}`"
        )
    raise ValueError(
        f"multi_gpu_model(gpus={gpus!r}): a model runs on one device here. Use the model itself in "
        "its place; which device runs it says cornu.set_backend()."
    )


def _get_available_devices() -> list[str]:
    return ["/cpu:0"]


def _normalize_device_name(name: str) -> str:
    """Return a name of TensorFlow's as `/gpu:0`."""
    return "/" + ":".join(name.lower().replace("/", "").split(":")[-2:])
