"""Boxes: what `keras.utils.bounding_boxes` computes, and where layers move boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import assert_agree, generator

FORMATS = (
    "xyxy yxyx xywh center_xywh center_yxhw rel_xyxy rel_yxyx rel_xywh rel_center_xywh".split()
)
HEIGHT, WIDTH = 30, 40


def boxes(name: str, shape: tuple[int, ...] = (5,)) -> np.ndarray:
    """Return "xyxy" boxes within a picture."""
    rng = generator(name)
    low = rng.uniform(0, 20, (*shape, 2))
    return np.concatenate([low, low + rng.uniform(1, 10, (*shape, 2))], -1).astype("float32")


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_formats(source: str, target: str) -> None:
    x = boxes(source + target) / 100
    ours, theirs = (
        k.utils.bounding_boxes.convert_format(x, source, target, height=HEIGHT, width=WIDTH)
        for k in (cornu, keras)
    )
    assert_agree(ours, theirs, f"{source} to {target}", scale=1.0)


CALLS: dict[str, Callable[[Any], Any]] = {
    "iou": lambda b: b.compute_iou(boxes("a"), boxes("b", (7,)), "xyxy"),
    "iou-batches": lambda b: b.compute_iou(boxes("a", (3, 5)), boxes("b", (3, 7)), "xywh"),
    "iou-batch-and-one": lambda b: b.compute_iou(boxes("a", (3, 5)), boxes("b"), "center_xywh"),
    "iou-masked": lambda b: b.compute_iou(boxes("a") - 20, boxes("b") - 20, "xyxy", True, -3),
    "iou-relative": lambda b: b.compute_iou(
        boxes("a") / 40, boxes("b") / 40, "rel_xyxy", image_shape=(HEIGHT, WIDTH, 3)
    ),
    "ciou": lambda b: b.compute_ciou(boxes("a", (2, 5)), boxes("b", (2, 5)), "xyxy"),
    "deltas": lambda b: b.encode_box_to_deltas(boxes("a"), boxes("b", (2, 5)), "xywh", "xyxy"),
    "deltas-variance": lambda b: b.encode_box_to_deltas(
        boxes("a"), boxes("b"), "xyxy", "xyxy", "center_xywh", [0.1, 0.1, 0.2, 0.2]
    ),
    "decoded": lambda b: b.decode_deltas_to_boxes(
        boxes("a"), boxes("b", (2, 5)) / 30, "xyxy", "xywh", variance=[0.1, 0.1, 0.2, 0.2]
    ),
    "crop": lambda b: b.crop(boxes("a"), 3, 4, 10, 12),
    "pad": lambda b: b.pad(boxes("a"), 3, 4),
    "clipped": lambda b: b.clip_to_image_size(
        {"boxes": boxes("a") - 15, "labels": np.arange(5)}, height=8, width=9
    ),
    "affine": lambda b: b.affine_transform(
        boxes("a", (2, 5)),
        *(np.float32(pair) for pair in ([30, -50], [0.1, 0], [0, 0.2], [1, 1.5], [5, 0], [0, 9])),
        HEIGHT,
        WIDTH,
    ),
    "affine-centre": lambda b: b.affine_transform(
        boxes("a", (1, 5)),
        *(np.float32([n]) for n in (20, 0, 0, 1, 0, 0)),
        HEIGHT,
        WIDTH,
        center_x=0.2,
        center_y=0.9,
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_functions(name: str) -> None:
    ours, theirs = (CALLS[name](k.utils.bounding_boxes) for k in (cornu, keras))
    assert_agree(ours, theirs, name)


# Where nothing is left to chance. Shears are left out: Keras shears one side after the other, in
# fractions of the picture; RandomCrop too, whose boxes Keras does not cut off.
LAYERS: dict[str, Callable[[Any, str], Any]] = {
    "rotation": lambda layers, f: layers.RandomRotation((0.1, 0.1), bounding_box_format=f),
    "zoom": lambda layers, f: layers.RandomZoom((0.2, 0.2), (-0.3, -0.3), bounding_box_format=f),
    "translation": lambda layers, f: layers.RandomTranslation(
        (0.2, 0.2), (-0.1, -0.1), bounding_box_format=f
    ),
    "center crop": lambda layers, f: layers.CenterCrop(20, 24, bounding_box_format=f),
    "center crop, larger": lambda layers, f: layers.CenterCrop(50, 45, bounding_box_format=f),
    "resizing": lambda layers, f: layers.Resizing(21, 57, bounding_box_format=f),
    "resizing, padded": lambda layers, f: layers.Resizing(
        21, 57, pad_to_aspect_ratio=True, bounding_box_format=f
    ),
    "resizing, cropped": lambda layers, f: layers.Resizing(
        21, 57, crop_to_aspect_ratio=True, bounding_box_format=f
    ),
}


# Keras rotates boxes as if they were "xyxy", whatever they are.
CASES = [(name, "xyxy") for name in LAYERS] + [
    (name, written)
    for name in LAYERS
    for written in ("rel_xywh", "center_yxhw")
    if name != "rotation"
]


@pytest.mark.parametrize(("name", "written"), CASES)
def test_layers(name: str, written: str) -> None:
    x = generator(name).uniform(size=(2, HEIGHT, WIDTH, 3)).astype("float32")
    found = []
    for k in (cornu, keras):
        given = k.utils.bounding_boxes.convert_format(
            boxes(name, (2, 5)), "xyxy", written, HEIGHT, WIDTH
        )
        data = {
            "images": x,
            "bounding_boxes": {"boxes": np.asarray(given), "labels": np.tile(np.arange(5), (2, 1))},
        }
        found.append(LAYERS[name](k.layers, written)(data, training=True)["bounding_boxes"])
    assert_agree(*found, f"{name}, {written}", relative=1e-4, scale=1.0)
