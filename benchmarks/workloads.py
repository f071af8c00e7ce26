"""What is trained: each network said once, in Keras' names, for every framework.

A network is a function of a namespace of layers that returns a chain of them, without input and
head. Keras and Cornu bring that namespace themselves; `adapters.torch_loop` has one that makes
PyTorch's modules under the same names. No framework is imported here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

WORKLOADS: dict[str, Workload] = {}


@dataclass(frozen=True)
class Workload:
    """One network, its data and the figure it has to reach.

    Attributes
    ----------
    network
        From a namespace of layers to a chain of them. Beside Keras' names the namespace has
        ``Residual(body, shortcut)`` and ``TransformerBlock(heads, width, hidden)``.
    classes
        1: a sigmoid output with binary cross-entropy; more: softmax with sparse cross-entropy.
    vocabulary
        Inputs are word indices below this number; 0 for normal floats.
    aim
        Speed of a training step over the best Keras engine that counts as reached.
    """

    name: str
    title: str
    network: Callable[[Any], list]
    shape: tuple[int, ...]
    batch: int
    samples: int
    classes: int
    vocabulary: int = 0
    aim: float = 1.0

    @property
    def quick_samples(self) -> int:
        """How many samples a quick look takes: two steps."""
        return 2 * self.batch

    def chain(self, layers: Any) -> list:
        """Return all layers after the input, the head with its activation among them."""
        activation = "sigmoid" if self.classes == 1 else "softmax"
        return [*self.network(layers), layers.Dense(self.classes, activation=activation)]

    def data(self, quick: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return the same random samples and labels for every framework."""
        import numpy as np

        generator = np.random.default_rng(0)
        count = self.quick_samples if quick else self.samples
        if self.vocabulary:
            x = generator.integers(0, self.vocabulary, size=(count, *self.shape)).astype("int32")
        else:
            x = generator.normal(size=(count, *self.shape)).astype("float32")
        if self.classes == 1:
            return x, (generator.random((count, 1)) > 0.5).astype("float32")
        return x, generator.integers(0, self.classes, count).astype("int32")


def workload(title: str, **settings: Any) -> Callable[[Callable], Callable]:
    """Make a `Workload` of a network, under its function's name."""

    def add(network: Callable[[Any], list]) -> Callable[[Any], list]:
        name = network.__name__
        WORKLOADS[name] = Workload(name, title, network, **settings)
        return network

    return add


WORDS: dict[str, Any] = {"shape": (80,), "batch": 32, "samples": 640, "classes": 1}
WORDS |= {"vocabulary": 20000}
SMALL_IMAGES: dict[str, Any] = {"shape": (32, 32, 3), "batch": 32, "samples": 320, "classes": 10}


@workload("MLP 20-64-64-1 on a table", shape=(20,), batch=32, samples=6400, classes=1, aim=3.0)
def tab(k: Any) -> list:
    return [k.Dense(64, activation="relu"), k.Dense(64, activation="relu")]


@workload("MLP 784-512-512-10", shape=(784,), batch=128, samples=12800, classes=10, aim=1.2)
def mlp(k: Any) -> list:
    return [k.Dense(512, activation="relu"), k.Dense(512, activation="relu")]


@workload(
    "CNN on 28×28: conv 32, conv 64, pool, dense 128",
    shape=(28, 28, 1),
    batch=128,
    samples=1280,
    classes=10,
)
def cnn(k: Any) -> list:
    return [
        k.Conv2D(32, 3, activation="relu"),
        k.Conv2D(64, 3, activation="relu"),
        k.MaxPooling2D(2),
        k.Dropout(0.25),
        k.Flatten(),
        k.Dense(128, activation="relu"),
        k.Dropout(0.5),
    ]


@workload("LSTM 128 over an embedding of 20,000 words, 80 steps", **WORDS)
def lstm(k: Any) -> list:
    return [k.Embedding(20000, 128), k.LSTM(128)]


def _conv_norm(k: Any, filters: int, strides: int = 1) -> list:
    convolution = k.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)
    return [convolution, k.BatchNormalization()]


@workload("ResNet-20 on 32×32×3", **SMALL_IMAGES)
def resnet(k: Any) -> list:
    """He et al. 2016, 4.2, with projections where the shape changes."""
    layers = [*_conv_norm(k, 16), k.ReLU()]
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        for step in (strides, 1, 1):
            body = [*_conv_norm(k, filters, step), k.ReLU(), *_conv_norm(k, filters)]
            shortcut = [k.Conv2D(filters, 1, strides=2)] if step == 2 else []
            layers.append(k.Residual(body, shortcut))
    return [*layers, k.GlobalAveragePooling2D()]


@workload("GRU 128 over an embedding of 20,000 words, 80 steps", **WORDS)
def gru(k: Any) -> list:
    return [k.Embedding(20000, 128), k.GRU(128)]


@workload("Bidirectional LSTM 64 over an embedding of 20,000 words, 80 steps", **WORDS)
def bilstm(k: Any) -> list:
    return [k.Embedding(20000, 128), k.Bidirectional(k.LSTM(64))]


@workload("Depthwise-separable CNN on 32×32×3", **SMALL_IMAGES)
def separable(k: Any) -> list:
    """A small network of separable convolutions, as MobileNet stacks them."""
    layers = [*_conv_norm(k, 32, 2), k.ReLU()]
    for filters in (64, 128, 128):
        convolution = k.SeparableConv2D(filters, 3, padding="same")
        layers += [convolution, k.BatchNormalization(), k.ReLU()]
    last = k.SeparableConv2D(256, 3, padding="same")
    return [*layers, k.MaxPooling2D(2), last, k.ReLU(), k.GlobalAveragePooling2D()]


@workload(
    "Transformer encoder: 2 blocks of width 64, 4 heads, 64 steps",
    shape=(64,),
    batch=32,
    samples=640,
    classes=2,
    vocabulary=5000,
)
def transformer(k: Any) -> list:
    blocks = [k.TransformerBlock(heads=4, width=64, hidden=128) for _ in range(2)]
    return [k.Embedding(5000, 64), *blocks, k.GlobalAveragePooling1D()]


@workload(
    "Conv1D 64-128-128 on sequences of 256×8", shape=(256, 8), batch=64, samples=1280, classes=6
)
def conv1d(k: Any) -> list:
    return [
        k.Conv1D(64, 5, activation="relu"),
        k.MaxPooling1D(2),
        k.Conv1D(128, 5, activation="relu"),
        k.MaxPooling1D(2),
        k.Conv1D(128, 5, activation="relu"),
        k.GlobalAveragePooling1D(),
        k.Dense(64, activation="relu"),
    ]
