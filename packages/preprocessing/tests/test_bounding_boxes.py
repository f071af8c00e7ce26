"""Boxes: their formats, places and overlaps, against definitions in plain NumPy and pixels."""

import numpy as np
import pytest

import cornu
from cornu.errors import DataError, ShapeError
from cornu.utils import bounding_boxes as bb

HEIGHT, WIDTH = 40, 50
RNG = np.random.default_rng(0)
LOW = RNG.integers(0, 20, (6, 2))
XYXY = np.concatenate([LOW, LOW + RNG.integers(1, 20, (6, 2))], axis=1).astype("float64")


def written(boxes, name):
    """Boxes "xyxy" in a format, by its definition."""
    x1, y1, x2, y2 = boxes.T
    if name.startswith("rel_"):
        x1, x2, y1, y2 = x1 / WIDTH, x2 / WIDTH, y1 / HEIGHT, y2 / HEIGHT
    w, h, x, y = x2 - x1, y2 - y1, (x1 + x2) / 2, (y1 + y2) / 2
    return np.stack(
        {
            "xyxy": (x1, y1, x2, y2),
            "yxyx": (y1, x1, y2, x2),
            "xywh": (x1, y1, w, h),
            "center_xywh": (x, y, w, h),
            "center_yxhw": (y, x, h, w),
        }[name.removeprefix("rel_")],
        axis=1,
    )


NAMES = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"]
NAMES += [f"rel_{name}" for name in NAMES]


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_formats(source, target):
    found = bb.convert_format(
        written(XYXY, source), source, target, height=HEIGHT, width=WIDTH, dtype="float64"
    )
    np.testing.assert_allclose(found, written(XYXY, target), rtol=1e-12, atol=1e-12)


def test_formats_of_dicts_and_batches():
    given = {"boxes": np.stack([XYXY, XYXY]), "labels": np.zeros((2, 6))}
    found = bb.convert_format(given, "XYXY", "yxyx")
    assert found["boxes"].shape == (2, 6, 4)
    assert found["boxes"].dtype == np.float32
    np.testing.assert_array_equal(given["boxes"][0], XYXY)  # what was given stays
    np.testing.assert_array_equal(found["boxes"][1], written(XYXY, "yxyx"))


def covered(box):
    """The pixels of a picture that a box of whole numbers covers."""
    x1, y1, x2, y2 = box.astype(int)
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[y1:y2, x1:x2] = True
    return pixels


def test_overlap_counts_pixels():
    expected = [
        [(covered(a) & covered(b)).sum() / (covered(a) | covered(b)).sum() for b in XYXY]
        for a in XYXY[:4]
    ]
    for name in ("xyxy", "center_yxhw", "rel_xywh"):
        found = bb.compute_iou(
            written(XYXY[:4], name), written(XYXY, name), name, image_shape=(HEIGHT, WIDTH, 3)
        )
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_overlap_of_batches_and_masks():
    batch = np.stack([XYXY[:3], XYXY[3:]])
    whole = bb.compute_iou(XYXY, XYXY, "xyxy")
    np.testing.assert_array_equal(bb.compute_iou(batch, XYXY, "xyxy")[1], whole[3:])
    np.testing.assert_array_equal(bb.compute_iou(XYXY, batch, "xyxy")[1], whole[:, 3:])
    batch[1, 2] = -1
    found = bb.compute_iou(XYXY, batch, "xyxy", use_masking=True, mask_val=-5)
    assert (found[1, :, 2] == -5).all()
    assert (np.delete(found[1], 2, axis=1) >= 0).all()


def test_complete_overlap_by_its_formula():
    a, b = XYXY[:3], XYXY[3:]
    overlap = np.diag(bb.compute_iou(a, b, "xyxy"))
    middle = [(box[:, :2] + box[:, 2:]) / 2 for box in (a, b)]
    around = np.maximum(a[:, 2:], b[:, 2:]) - np.minimum(a[:, :2], b[:, :2])
    distance = ((middle[0] - middle[1]) ** 2).sum(1) / (around**2).sum(1)
    angle = [np.arctan2(*(box[:, 2:] - box[:, :2]).T) for box in (a, b)]
    v = 4 / np.pi**2 * (angle[0] - angle[1]) ** 2
    expected = overlap - distance - v * v / (1 - overlap + v)
    np.testing.assert_allclose(bb.compute_ciou(a, b, "xyxy"), expected, rtol=1e-5)
    relative = [written(box, "rel_xyxy") for box in (a, b)]
    found = bb.compute_ciou(*relative, "rel_xyxy", image_shape=(HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("encoding", ["center_xywh", "center_yxhw"])
@pytest.mark.parametrize("variance", [None, (0.1, 0.1, 0.2, 0.2)])
def test_deltas_lead_back(encoding, variance):
    anchors = written(XYXY[::-1], "rel_xywh")
    boxes = np.stack([XYXY, XYXY + 3])
    shape = (HEIGHT, WIDTH, 3)
    deltas = bb.encode_box_to_deltas(
        anchors, boxes, "rel_xywh", "xyxy", encoding, variance, image_shape=shape
    )
    size = XYXY[::-1, 2:] - XYXY[::-1, :2]
    shift = ((XYXY[:, :2] + XYXY[:, 2:]) - (XYXY[::-1, :2] + XYXY[::-1, 2:])) / 2 / size
    shift = shift if encoding == "center_xywh" else shift[:, ::-1]
    scale = 1 if variance is None else variance[0]
    np.testing.assert_allclose(deltas[0, :, :2], shift / scale, rtol=1e-4, atol=1e-5)
    back = bb.decode_deltas_to_boxes(
        {"3": anchors}, {"3": deltas}, "rel_xywh", "xyxy", encoding, variance, shape
    )
    np.testing.assert_allclose(back["3"], boxes, rtol=1e-4, atol=1e-4)


def test_boxes_turn_as_their_corners_do():
    angle, shift, scale = np.array([30.0, -80.0]), np.array([0.1, -0.2]), np.array([1.0, 1.5])
    found = bb.affine_transform(
        np.stack([XYXY, XYXY]), angle, shift, shift, scale, 0 * angle, 0 * angle, HEIGHT, WIDTH
    )
    middle = np.array([WIDTH - 1, HEIGHT - 1]) / 2
    for k, turn in enumerate(np.deg2rad(angle)):
        matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        corners = XYXY[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]
        moved = corners - middle + shift[k] * 2 * middle
        moved = scale[k] * moved @ matrix.T + middle
        expected = np.concatenate([moved.min(1), moved.max(1)], axis=1)
        np.testing.assert_allclose(found[k], expected, rtol=1e-4, atol=1e-3)
        alone = bb.affine_transform(
            XYXY, angle[k], shift[k], shift[k], scale[k], 0, 0, HEIGHT, WIDTH
        )
        np.testing.assert_allclose(alone, found[k], rtol=1e-5, atol=1e-4)


def test_edges():
    boxes = {"boxes": [[-5, -5, 5, 5], [60, 0, 70, 9], [1, 1, 2, 2]], "labels": [4, 5, 6]}
    found = bb.clip_to_image_size(boxes, height=8, width=8)
    np.testing.assert_array_equal(found["boxes"], [[0, 0, 5, 5], [8, 0, 8, 8], [1, 1, 2, 2]])
    np.testing.assert_array_equal(found["labels"], [4, -1, 6])
    found = bb.clip_to_image_size({"boxes": [[-0.5, 0, 0.5, 2]]}, bounding_box_format="rel_xyxy")
    np.testing.assert_array_equal(found["boxes"], [[0, 0, 0.5, 1]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bb.convert_format(XYXY, "xyxx", "xywh"), "source='xyxx' must be one of"),
        (lambda: bb.convert_format(XYXY, "xyxy", "xyhw"), "Did you mean 'xywh'"),
        (lambda: bb.convert_format(XYXY, "xyxy", "rel_xyxy"), "pass its height and width"),
        (lambda: bb.convert_format(XYXY[:, :3], "xyxy", "xywh"), r"shape \(6, 3\)"),
        (lambda: bb.compute_iou(XYXY, XYXY, "rel_xyxy"), r"image_shape=\(height, width"),
        (lambda: bb.compute_iou(XYXY[0], XYXY, "xyxy"), "boxes1 has shape"),
        (lambda: bb.crop(XYXY, 0, 0, 5, 5, "xywh"), "must be 'xyxy' here"),
        (lambda: bb.clip_to_image_size({"boxes": XYXY}), "pass height and width"),
        (lambda: bb.encode_box_to_deltas(XYXY, XYXY, "xyxy", "xyxy", "xyxy"), "encoding_format="),
        (lambda: bb.encode_box_to_deltas(XYXY, XYXY, "xyxy", "xyxy", variance=[1, 2]), "four"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises((DataError, ShapeError), match=message):
        call()


def test_where_they_are_found():
    assert cornu.utils.bounding_boxes is bb
    assert cornu.preprocessing.bounding_boxes is bb
