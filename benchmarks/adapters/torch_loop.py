"""PyTorch as its users write it: modules and a loop by hand (eager, channels last, no metrics)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.workloads import Workload

Make = Callable[..., nn.Module]


class _Activated(nn.Sequential):
    def __init__(self, module: nn.Module, activation: str | None) -> None:
        super().__init__(*[module, nn.ReLU()] if activation == "relu" else [module])


class _LastStep(nn.Module):
    """A recurrent layer that returns its last output, of each direction, as Keras' does."""

    def __init__(self, kind: type[nn.Module], features: int, units: int, **settings: Any) -> None:
        super().__init__()
        self.layer = kind(features, units, batch_first=True, **settings)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = self.layer(x)[1]
        last = state[0] if isinstance(state, tuple) else state
        return torch.cat(list(last), dim=-1)


class _Along(nn.Module):
    """A module of channels-first sequences, for sequences with the channels last."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.module(x.transpose(1, 2)).transpose(1, 2)


class _MeanOfSteps(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=1)


class _Residual(nn.Module):
    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.relu(self.body(x) + self.shortcut(x))


class Layers:
    """PyTorch's modules under Keras' names.

    Each name returns a function of the shape that reaches the module: channels first, no batch.
    """

    @staticmethod
    def Dense(units: int, activation: str | None = None) -> Make:
        return lambda shape: _Activated(nn.Linear(shape[0], units), activation)

    @staticmethod
    def Conv2D(
        filters: int,
        size: int,
        strides: int = 1,
        padding: str = "valid",
        use_bias: bool = True,
        activation: str | None = None,
    ) -> Make:
        around = size // 2 if padding == "same" else 0
        return lambda shape: _Activated(
            nn.Conv2d(shape[0], filters, size, strides, around, bias=use_bias), activation
        )

    @staticmethod
    def SeparableConv2D(filters: int, size: int, padding: str) -> Make:
        return lambda shape: nn.Sequential(
            nn.Conv2d(shape[0], shape[0], size, padding=padding, groups=shape[0], bias=False),
            nn.Conv2d(shape[0], filters, 1),
        )

    @staticmethod
    def Conv1D(filters: int, size: int, activation: str | None = None) -> Make:
        return lambda shape: _Activated(_Along(nn.Conv1d(shape[-1], filters, size)), activation)

    @staticmethod
    def MaxPooling2D(size: int) -> Make:
        return lambda shape: nn.MaxPool2d(size)

    @staticmethod
    def MaxPooling1D(size: int) -> Make:
        return lambda shape: _Along(nn.MaxPool1d(size))

    @staticmethod
    def GlobalAveragePooling2D() -> Make:
        return lambda shape: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())

    @staticmethod
    def GlobalAveragePooling1D() -> Make:
        return lambda shape: _MeanOfSteps()

    @staticmethod
    def Embedding(words: int, width: int) -> Make:
        return lambda shape: nn.Embedding(words, width)

    @staticmethod
    def LSTM(units: int) -> Make:
        return lambda shape, **settings: _LastStep(nn.LSTM, shape[-1], units, **settings)

    @staticmethod
    def GRU(units: int) -> Make:
        return lambda shape, **settings: _LastStep(nn.GRU, shape[-1], units, **settings)

    @staticmethod
    def Bidirectional(recurrent: Make) -> Make:
        return lambda shape: recurrent(shape, bidirectional=True)

    @staticmethod
    def BatchNormalization() -> Make:
        return lambda shape: nn.BatchNorm2d(shape[0])

    @staticmethod
    def ReLU() -> Make:
        return lambda shape: nn.ReLU()

    @staticmethod
    def Dropout(rate: float) -> Make:
        return lambda shape: nn.Dropout(rate)

    @staticmethod
    def Flatten() -> Make:
        return lambda shape: nn.Flatten()

    @staticmethod
    def Residual(body: list[Make], shortcut: list[Make]) -> Make:
        return lambda shape: _Residual(
            *(nn.Sequential(*modules(part, shape)) for part in (body, shortcut))
        )

    @staticmethod
    def TransformerBlock(heads: int, width: int, hidden: int) -> Make:
        return lambda shape: nn.TransformerEncoderLayer(
            width, heads, hidden, dropout=0.0, batch_first=True
        )


def modules(chain: list[Make], shape: tuple[int, ...], dtype: Any = None) -> list[nn.Module]:
    """Return the modules of a chain; each shape is found by running the modules on zeros."""
    built: list[nn.Module] = []
    probe = torch.zeros((2, *shape), dtype=dtype)
    with torch.no_grad():
        for make in chain:
            built.append(make(tuple(probe.shape[1:])))
            probe = built[-1].eval()(probe)
            built[-1].train()
    return built


class TorchLoop:
    """A workload in PyTorch. The head stays linear: the losses take logits."""

    def __init__(self, workload: Workload) -> None:
        self.batch = workload.batch
        shape = workload.shape
        self.images = len(shape) == 3
        if self.images:
            shape = (shape[-1], *shape[:-1])
        dtype = torch.int64 if workload.vocabulary else torch.float32
        chain = [*workload.network(Layers), Layers.Dense(workload.classes)]
        self.network = nn.Sequential(*modules(chain, shape, dtype))
        if self.images:
            self.network = self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters())
        binary = workload.classes == 1
        loss = nn.functional
        self.loss = loss.binary_cross_entropy_with_logits if binary else loss.cross_entropy

    def _tensor(self, x: np.ndarray) -> torch.Tensor:
        # A permuted view of channels-last memory is what PyTorch calls the channels_last format.
        tensor = torch.from_numpy(x)
        return tensor.permute(0, 3, 1, 2) if self.images else tensor

    def fit(self, x: np.ndarray, y: np.ndarray, epochs: int) -> float:
        samples, labels = self._tensor(x), torch.from_numpy(y)
        if not labels.is_floating_point():
            labels = labels.long()
        self.network.train()
        value = 0.0
        for _ in range(epochs):
            order = torch.randperm(len(samples))
            for start in range(0, len(samples), self.batch):
                chosen = order[start : start + self.batch]
                self.optimizer.zero_grad()
                loss = self.loss(self.network(samples[chosen]), labels[chosen])
                loss.backward()
                self.optimizer.step()
                value = loss.item()
        return value

    @torch.inference_mode()
    def predict(self, x: np.ndarray) -> np.ndarray:
        self.network.eval()
        samples = self._tensor(x)
        parts = [self.network(part) for part in samples.split(self.batch)]
        return torch.cat(parts).numpy()

    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.network.parameters())

    def plan_bytes(self) -> int | None:
        return None


ADAPTER = TorchLoop
