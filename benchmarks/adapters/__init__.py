"""One adapter per framework: build a workload, train, predict; a row each in `FRAMEWORKS`."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from benchmarks.workloads import Workload


class Adapter(Protocol):
    """What :mod:`benchmarks.measure` asks of a framework."""

    def __init__(self, workload: Workload) -> None: ...

    def fit(self, x: np.ndarray, y: np.ndarray, epochs: int) -> float:
        """Train ``epochs`` epochs and return the last loss."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the network's outputs for ``x``, in batches of the workload's size."""

    def parameters(self) -> int:
        """Return the number of trained numbers."""

    def plan_bytes(self) -> int | None:
        """Return the bytes that the training program plans for, if the framework knows."""


@dataclass(frozen=True)
class Framework:
    """Where a framework's adapter is and what its process needs."""

    name: str
    title: str
    module: str
    needs: tuple[str, ...]
    first_layer: str
    environment: tuple[tuple[str, str], ...] = ()

    def missing(self) -> list[str]:
        """Return the modules of :attr:`needs` that are not installed here."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]

    def adapter(self) -> type[Adapter]:
        """Import and return the adapter class; this is the first import of the framework."""
        return importlib.import_module(self.module).ADAPTER


def _keras(engine: str, package: str) -> Framework:
    short = {"tensorflow": "tf"}.get(engine, engine)
    return Framework(
        name=f"keras-{short}",
        title=f"Keras on {engine}",
        module="benchmarks.adapters.keras_engine",
        needs=("keras", package),
        first_layer="keras.layers.Dense(1)",
        environment=(("KERAS_BACKEND", engine), ("TF_CPP_MIN_LOG_LEVEL", "3")),
    )


def _cornu(name: str, title: str, backend: str) -> Framework:
    return Framework(
        name=name,
        title=title,
        module="benchmarks.adapters.cornu_engine",
        needs=("cornu", f"cornu_backend_{backend}"),
        first_layer="cornu.layers.Dense(1)",
        environment=(("CORNU_BACKEND", backend),),
    )


FRAMEWORKS = {
    framework.name: framework
    for framework in (
        _cornu("cornu", "Cornu", "native"),
        _cornu("cornu-numpy", "Cornu on NumPy", "numpy"),
        _keras("jax", "jax"),
        _keras("tensorflow", "tensorflow"),
        _keras("torch", "torch"),
        Framework(
            "torch",
            "PyTorch",
            "benchmarks.adapters.torch_loop",
            ("torch",),
            "torch.nn.Linear(1, 1)",
        ),
    )
}

#: Peers that train through a ``fit`` of Keras; an aim is a ratio to the fastest of them.
KERAS_ENGINES = tuple(name for name in FRAMEWORKS if name.startswith("keras-"))
