"""What is trained: each workload described once, as data, for every framework.

A workload is a chain of the small records below. An adapter turns each record into a layer of its
framework; no framework is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Dense:
    units: int
    activation: str | None = None


@dataclass(frozen=True)
class Conv2D:
    filters: int
    size: int
    strides: int = 1
    padding: str = "valid"
    use_bias: bool = True
    activation: str | None = None


@dataclass(frozen=True)
class MaxPooling2D:
    size: int


@dataclass(frozen=True)
class Dropout:
    rate: float


@dataclass(frozen=True)
class Flatten:
    pass


@dataclass(frozen=True)
class BatchNormalization:
    pass


@dataclass(frozen=True)
class ReLU:
    pass


@dataclass(frozen=True)
class GlobalAveragePooling2D:
    pass


@dataclass(frozen=True)
class Embedding:
    input_dim: int
    output_dim: int


@dataclass(frozen=True)
class LSTM:
    units: int


@dataclass(frozen=True)
class GRU:
    units: int


@dataclass(frozen=True)
class BidirectionalLSTM:
    """Two LSTMs, one from each end; their last outputs side by side."""

    units: int


@dataclass(frozen=True)
class Conv1D:
    filters: int
    size: int
    activation: str | None = None


@dataclass(frozen=True)
class MaxPooling1D:
    size: int


@dataclass(frozen=True)
class GlobalAveragePooling1D:
    pass


@dataclass(frozen=True)
class SeparableConv2D:
    """A kernel per channel, then a product with a matrix; ``same`` padding."""

    filters: int
    size: int


@dataclass(frozen=True)
class TransformerBlock:
    """Attention and two dense layers, each added to its input and normalised; no dropout."""

    heads: int
    width: int
    hidden: int


@dataclass(frozen=True)
class Residual:
    """``relu(body(x) + shortcut(x))``; an empty shortcut passes ``x`` on."""

    body: tuple
    shortcut: tuple = ()


@dataclass(frozen=True)
class Workload:
    """One network, its data and the figure it has to reach.

    Attributes
    ----------
    layers
        The chain, without input and without head.
    classes
        1: a sigmoid output with binary cross-entropy; more: softmax with sparse cross-entropy.
    vocabulary
        Inputs are word indices below this number; 0 for normal floats.
    aim
        Speed of a training step over the best Keras engine that counts as reached.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    batch: int
    samples: int
    classes: int
    layers: tuple
    aim: float
    vocabulary: int = 0
    quick_samples: int = field(default=0)

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


def _conv_norm(filters: int, strides: int = 1, *tail: object) -> tuple:
    convolution = Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)
    return (convolution, BatchNormalization(), *tail)


def _resnet20() -> tuple:
    """ResNet-20 for small images (He et al. 2016, 4.2), projections where the shape changes."""
    layers: list = [*_conv_norm(16, 1, ReLU())]
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(3):
            strides = 2 if stage and not block else 1
            body = (*_conv_norm(filters, strides, ReLU()), *_conv_norm(filters))
            shortcut = (Conv2D(filters, 1, strides=2),) if strides == 2 else ()
            layers.append(Residual(body, shortcut))
    return (*layers, GlobalAveragePooling2D())


def _separable() -> tuple:
    """A small network of separable convolutions, as MobileNet stacks them."""
    layers: list = [*_conv_norm(32, 2, ReLU())]
    for filters in (64, 128, 128):
        layers += [SeparableConv2D(filters, 3), BatchNormalization(), ReLU()]
    return (*layers, MaxPooling2D(2), SeparableConv2D(256, 3), ReLU(), GlobalAveragePooling2D())


def _table(*rows: Workload) -> dict[str, Workload]:
    return {row.name: row for row in rows}


WORKLOADS = _table(
    Workload(
        name="tab",
        title="MLP 20-64-64-1 on a table",
        shape=(20,),
        batch=32,
        samples=6400,
        quick_samples=640,
        classes=1,
        layers=(Dense(64, "relu"), Dense(64, "relu")),
        aim=3.0,
    ),
    Workload(
        name="mlp",
        title="MLP 784-512-512-10",
        shape=(784,),
        batch=128,
        samples=12800,
        quick_samples=1280,
        classes=10,
        layers=(Dense(512, "relu"), Dense(512, "relu")),
        aim=1.2,
    ),
    Workload(
        name="cnn",
        title="CNN on 28×28: conv 32, conv 64, pool, dense 128",
        shape=(28, 28, 1),
        batch=128,
        samples=1280,
        quick_samples=256,
        classes=10,
        layers=(
            Conv2D(32, 3, activation="relu"),
            Conv2D(64, 3, activation="relu"),
            MaxPooling2D(2),
            Dropout(0.25),
            Flatten(),
            Dense(128, "relu"),
            Dropout(0.5),
        ),
        aim=1.0,
    ),
    Workload(
        name="lstm",
        title="LSTM 128 over an embedding of 20,000 words, 80 steps",
        shape=(80,),
        batch=32,
        samples=640,
        quick_samples=128,
        classes=1,
        vocabulary=20000,
        layers=(Embedding(20000, 128), LSTM(128)),
        aim=1.0,
    ),
    Workload(
        name="resnet",
        title="ResNet-20 on 32×32×3",
        shape=(32, 32, 3),
        batch=32,
        samples=320,
        quick_samples=64,
        classes=10,
        layers=_resnet20(),
        aim=1.0,
    ),
    Workload(
        name="gru",
        title="GRU 128 over an embedding of 20,000 words, 80 steps",
        shape=(80,),
        batch=32,
        samples=640,
        quick_samples=128,
        classes=1,
        vocabulary=20000,
        layers=(Embedding(20000, 128), GRU(128)),
        aim=1.0,
    ),
    Workload(
        name="bilstm",
        title="Bidirectional LSTM 64 over an embedding of 20,000 words, 80 steps",
        shape=(80,),
        batch=32,
        samples=640,
        quick_samples=128,
        classes=1,
        vocabulary=20000,
        layers=(Embedding(20000, 128), BidirectionalLSTM(64)),
        aim=1.0,
    ),
    Workload(
        name="separable",
        title="Depthwise-separable CNN on 32×32×3",
        shape=(32, 32, 3),
        batch=32,
        samples=320,
        quick_samples=64,
        classes=10,
        layers=_separable(),
        aim=1.0,
    ),
    Workload(
        name="transformer",
        title="Transformer encoder: 2 blocks of width 64, 4 heads, 64 steps",
        shape=(64,),
        batch=32,
        samples=640,
        quick_samples=128,
        classes=2,
        vocabulary=5000,
        layers=(
            Embedding(5000, 64),
            TransformerBlock(4, 64, 128),
            TransformerBlock(4, 64, 128),
            GlobalAveragePooling1D(),
        ),
        aim=1.0,
    ),
    Workload(
        name="conv1d",
        title="Conv1D 64-128-128 on sequences of 256×8",
        shape=(256, 8),
        batch=64,
        samples=1280,
        quick_samples=128,
        classes=6,
        layers=(
            Conv1D(64, 5, "relu"),
            MaxPooling1D(2),
            Conv1D(128, 5, "relu"),
            MaxPooling1D(2),
            Conv1D(128, 5, "relu"),
            GlobalAveragePooling1D(),
            Dense(64, "relu"),
        ),
        aim=1.0,
    ),
)
