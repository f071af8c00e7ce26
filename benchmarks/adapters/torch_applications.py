"""ResNet-50 and MobileNetV2 in PyTorch's modules, as their authors have them; with logits."""

from __future__ import annotations

import torch
from torch import nn


class _Sum(nn.Module):
    """``after(body(x) + shortcut(x))``."""

    def __init__(self, body: nn.Module, shortcut: nn.Module, after: nn.Module) -> None:
        super().__init__()
        self.body, self.shortcut, self.after = body, shortcut, after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.after(self.body(x) + self.shortcut(x))


def _convolved(
    before: int,
    filters: int,
    size: int = 1,
    stride: int = 1,
    groups: int = 1,
    bias: bool = False,
    act: type[nn.Module] = nn.Identity,
) -> list[nn.Module]:
    convolution = nn.Conv2d(before, filters, size, stride, size // 2, groups=groups, bias=bias)
    return [convolution, nn.BatchNorm2d(filters), act()]


def _top(layers: list[nn.Module], channels: int) -> nn.Module:
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def ResNet50() -> nn.Module:
    """As Keras has it: strides in the first convolution of a block, biases everywhere."""
    relu = {"bias": True, "act": nn.ReLU}
    layers = [*_convolved(3, 64, 7, 2, **relu), nn.MaxPool2d(3, 2, 1)]
    before = 64
    for filters, depth in ((64, 3), (128, 4), (256, 6), (512, 3)):
        out = 4 * filters
        for block in range(depth):
            stride = 2 if block == 0 and filters > 64 else 1
            body = [
                *_convolved(before, filters, 1, stride, **relu),
                *_convolved(filters, filters, 3, **relu),
                *_convolved(filters, out, bias=True),
            ]
            shortcut = _convolved(before, out, 1, stride, bias=True) if block == 0 else []
            layers.append(_Sum(nn.Sequential(*body), nn.Sequential(*shortcut), nn.ReLU()))
            before = out
    return _top(layers, before)


def MobileNetV2() -> nn.Module:
    """Blocks that are six times wider inside."""
    layers = _convolved(3, 32, 3, 2, act=nn.ReLU6)
    before = 32
    for wider, filters, depth, first in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ):
        for block in range(depth):
            stride, wide = first if block == 0 else 1, wider * before
            body = _convolved(before, wide, act=nn.ReLU6) if wider > 1 else []
            body += _convolved(wide, wide, 3, stride, groups=wide, act=nn.ReLU6)
            body += _convolved(wide, filters)
            one = nn.Sequential(*body)
            fits = stride == 1 and before == filters
            layers.append(_Sum(one, nn.Identity(), nn.Identity()) if fits else one)
            before = filters
    return _top([*layers, *_convolved(before, 1280, act=nn.ReLU6)], 1280)
