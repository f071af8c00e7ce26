"""Who predicts in ``python -m benchmarks.inference``: each makes a function of one batch of inputs.

The ten workloads of :mod:`benchmarks.workloads` come from the adapters, the large models
from each library's own, with random weights everywhere.
"""

from __future__ import annotations

import ctypes
import importlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.adapters import FRAMEWORKS
from benchmarks.workloads import WORKLOADS

LARGE = ("ResNet50", "MobileNetV2")
SIDE = 224

Predict = Callable[[np.ndarray], Any]


def inputs(model: str, batch: int) -> np.ndarray:
    """Return the same random inputs for every peer."""
    random = np.random.default_rng(0)
    if model in LARGE:
        return random.normal(size=(batch, SIDE, SIDE, 3)).astype("float32")
    workload = WORKLOADS[model]
    if workload.vocabulary:
        return random.integers(0, workload.vocabulary, (batch, *workload.shape)).astype("int32")
    return random.normal(size=(batch, *workload.shape)).astype("float32")


def batch_of(model: str) -> int:
    """Return how many rows a batch has: a workload's own, 32 images of large models."""
    return 32 if model in LARGE else WORKLOADS[model].batch


def _keras_style(framework: str, model: str) -> Any:
    """Return a model with Keras' methods."""
    if model not in LARGE:
        return FRAMEWORKS[framework].adapter()(WORKLOADS[model]).model
    library = importlib.import_module(framework.split("-")[0])
    return getattr(library.applications, model)(weights=None, input_shape=(SIDE, SIDE, 3))


def _predicting(framework: str) -> Callable[[str], Predict]:
    def make(name: str) -> Predict:
        model = _keras_style(framework, name)
        return lambda x: model.predict(x, batch_size=len(x), verbose=0)

    return make


def _torch(name: str) -> Predict:
    if name not in LARGE:
        return FRAMEWORKS["torch"].adapter()(WORKLOADS[name]).predict
    import torch

    from benchmarks.adapters import torch_applications

    model = getattr(torch_applications, name)().eval().to(memory_format=torch.channels_last)

    def predict(x: np.ndarray) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(x).permute(0, 3, 1, 2)).softmax(dim=-1).numpy()

    return predict


def _onnx(name: str) -> Predict:
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.onnx")
        _keras_style("cornu", name).export(path, format="onnx", verbose=False)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    return lambda x: session.run(None, {entry: x})[0]


def _exported_c(name: str) -> Predict:
    """Return the exported C, one row at a time on one thread, built for this processor."""
    model = _keras_style("cornu", name)
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "model.c", Path(folder) / "model.so"
        model.export(str(source), verbose=False)
        compiler = shutil.which("cc") or "gcc"
        flags = ("-std=c99", "-O3", "-march=native", "-shared", "-fPIC")
        subprocess.run([compiler, *flags, source, "-o", built, "-lm"], check=True)
        run = ctypes.CDLL(str(built)).model_predict
    y = np.empty(model.output_shape[1:], "float32")
    run.argtypes = [ctypes.c_void_p] * 2

    def predict(x: np.ndarray) -> Any:
        for row in x:
            run(row.ctypes.data, y.ctypes.data)
        return y

    return predict


@dataclass(frozen=True)
class Peer:
    """Who predicts: what it needs, what makes its function, its environment, which models."""

    title: str
    needs: str
    make: Callable[[str], Predict]
    environment: tuple[tuple[str, str], ...] = ()
    models: tuple[str, ...] = (*WORKLOADS, *LARGE)


def _framework(name: str) -> Peer:
    framework = FRAMEWORKS[name]
    make = _torch if name == "torch" else _predicting(name)
    return Peer(framework.title, framework.needs[-1], make, framework.environment)


PEERS = {name: _framework(name) for name in FRAMEWORKS} | {
    "onnxruntime": Peer("onnxruntime", "onnxruntime", _onnx),
    "c": Peer("Cornu's exported C, one thread", "cornu_export", _exported_c, (), tuple(WORKLOADS)),
}
