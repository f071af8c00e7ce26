"""PyTorch as its users write it: modules and a loop by hand (eager, channels last, no metrics)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks import workloads as w


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


def _conv(record: w.Conv2D, shape: tuple[int, ...]) -> nn.Module:
    padding = record.size // 2 if record.padding == "same" else 0
    convolution = nn.Conv2d(
        shape[0], record.filters, record.size, record.strides, padding, bias=record.use_bias
    )
    return _Activated(convolution, record.activation)


def _residual(record: w.Residual, shape: tuple[int, ...]) -> nn.Module:
    return _Residual(
        *(nn.Sequential(*modules(part, shape)) for part in (record.body, record.shortcut))
    )


#: record type -> module, given the record and the shape that reaches it (channels first, no batch)
MODULES: dict[type, Any] = {
    w.Dense: lambda r, shape: _Activated(nn.Linear(shape[0], r.units), r.activation),
    w.Conv2D: _conv,
    w.MaxPooling2D: lambda r, shape: nn.MaxPool2d(r.size),
    w.Dropout: lambda r, shape: nn.Dropout(r.rate),
    w.Flatten: lambda r, shape: nn.Flatten(),
    w.BatchNormalization: lambda r, shape: nn.BatchNorm2d(shape[0]),
    w.ReLU: lambda r, shape: nn.ReLU(),
    w.GlobalAveragePooling2D: lambda r, shape: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    w.Embedding: lambda r, shape: nn.Embedding(r.input_dim, r.output_dim),
    w.LSTM: lambda r, shape: _LastStep(nn.LSTM, shape[-1], r.units),
    w.GRU: lambda r, shape: _LastStep(nn.GRU, shape[-1], r.units),
    w.BidirectionalLSTM: lambda r, shape: _LastStep(
        nn.LSTM, shape[-1], r.units, bidirectional=True
    ),
    w.Conv1D: lambda r, shape: _Activated(
        _Along(nn.Conv1d(shape[-1], r.filters, r.size)), r.activation
    ),
    w.MaxPooling1D: lambda r, shape: _Along(nn.MaxPool1d(r.size)),
    w.GlobalAveragePooling1D: lambda r, shape: _MeanOfSteps(),
    w.SeparableConv2D: lambda r, shape: nn.Sequential(
        nn.Conv2d(shape[0], shape[0], r.size, padding=r.size // 2, groups=shape[0], bias=False),
        nn.Conv2d(shape[0], r.filters, 1),
    ),
    w.TransformerBlock: lambda r, shape: nn.TransformerEncoderLayer(
        r.width, r.heads, r.hidden, dropout=0.0, batch_first=True
    ),
    w.Residual: _residual,
}


def modules(records: tuple, shape: tuple[int, ...]) -> list[nn.Module]:
    """Return the modules of ``records``; each shape is found by running the module on zeros."""
    built: list[nn.Module] = []
    indices = isinstance(records[0], w.Embedding) if records else False
    probe = torch.zeros((2, *shape), dtype=torch.int64 if indices else torch.float32)
    with torch.no_grad():
        for record in records:
            module = MODULES[type(record)](record, tuple(probe.shape[1:]))
            built.append(module)
            probe = module.eval()(probe)
            module.train()
    return built


class TorchLoop:
    """A workload in PyTorch. The head stays linear: the losses take logits."""

    def __init__(self, workload: w.Workload) -> None:
        self.batch = workload.batch
        shape = workload.shape
        self.images = len(shape) == 3
        if self.images:
            shape = (shape[-1], *shape[:-1])
        head = w.Dense(workload.classes)
        self.network = nn.Sequential(*modules((*workload.layers, head), shape))
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
