"""Boxes move with the pixels that they surround."""

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import DataError, ShapeError
from cornu.utils import bounding_boxes as bb

# By layer: its arguments, and how far a side may lie from the outermost pixel it surrounds. Keras'
# places of corners are half a pixel off those of pixels where pictures are turned or scaled.
MOVING = {
    "RandomFlip": ({"seed": 1}, 0.0),
    "RandomRotation": ({"factor": 0.1, "fill_mode": "constant", "seed": 1}, 1.0),
    "RandomZoom": ({"height_factor": 0.3, "width_factor": 0.2, "fill_mode": "constant"}, 1.0),
    "RandomTranslation": ({"height_factor": 0.2, "width_factor": 0.2, "fill_mode": "constant"}, 1),
    "RandomShear": ({"x_factor": 0.3, "y_factor": 0.3, "fill_mode": "constant"}, 1.0),
    "RandomPerspective": ({"scale": 0.3, "seed": 3}, 1.0),
    "RandomCrop": ({"height": 18, "width": 24, "seed": 2}, 0.0),
    "CenterCrop": ({"height": 16, "width": 20}, 0.0),
    "CenterCrop larger": ({"height": 40, "width": 40}, 1.0),
    "RandomCrop larger": ({"height": 40, "width": 40}, 1.0),
    "Resizing": ({"height": 12, "width": 30}, 1.0),
    "Resizing pad": ({"height": 31, "width": 31, "pad_to_aspect_ratio": True}, 1.0),
    "Resizing crop": ({"height": 31, "width": 31, "crop_to_aspect_ratio": True}, 1.5),
}
HEIGHT, WIDTH = 24, 36


def pictures():
    """Bright rectangles on black, and the boxes around them; a second box fills up."""
    rng = np.random.default_rng(5)
    x, boxes = np.zeros((6, HEIGHT, WIDTH, 1), "float32"), np.zeros((6, 2, 4), "float32")
    for picture, box in zip(x, boxes, strict=True):
        (top, left), (high, wide) = rng.integers(4, 8, 2), rng.integers(6, 12, 2)
        picture[top : top + high, left : left + wide] = 255
        box[0] = left, top, left + wide, top + high
    return x, {"boxes": boxes, "labels": np.tile([3, -1], (6, 1))}


def surrounded(picture):
    """The box around what is bright."""
    rows, columns = (np.flatnonzero((picture[..., 0] > 100).any(axis)) for axis in (1, 0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("written", ["xyxy", "rel_center_xywh"])
def test_boxes_surround_what_they_did(name, written):
    arguments, tolerance = MOVING[name]
    layer = getattr(layers, name.split()[0])(**arguments, bounding_box_format=written)
    x, boxes = pictures()
    given = bb.convert_format(boxes, "xyxy", written, HEIGHT, WIDTH)
    moved = layer({"images": x, "bounding_boxes": given}, training=True)
    found = moved["bounding_boxes"]
    size = moved["images"].shape[1:3]
    corners = bb.convert_format(found["boxes"], written, "xyxy", *size)
    for picture, box in zip(moved["images"], corners, strict=True):
        np.testing.assert_allclose(box[0], surrounded(picture), atol=tolerance + 1e-3)
    np.testing.assert_array_equal(found["labels"], boxes["labels"])
    assert moved["images"].shape[0] == 6


def test_channels_first_and_single_pictures():
    x, boxes = pictures()
    arguments = {"factor": (0.1, 0.1), "bounding_box_format": "xyxy"}
    whole = layers.RandomRotation(**arguments)({"images": x, "bounding_boxes": boxes})
    first = layers.RandomRotation(**arguments, data_format="channels_first")(
        {"images": x.transpose(0, 3, 1, 2), "bounding_boxes": boxes}
    )
    single = layers.RandomRotation(**arguments)(
        {"images": x[0], "bounding_boxes": {key: value[0] for key, value in boxes.items()}}
    )
    expected = whole["bounding_boxes"]["boxes"]
    np.testing.assert_allclose(first["bounding_boxes"]["boxes"], expected)
    np.testing.assert_allclose(single["bounding_boxes"]["boxes"], expected[0], rtol=1e-5)


def test_what_leaves_the_picture_loses_its_label():
    layer = layers.CenterCrop(4, 4, bounding_box_format="xyxy")
    boxes = {"boxes": np.float32([[[0, 0, 2, 2], [9, 9, 20, 20]]]), "labels": np.array([[7, 8]])}
    found = layer({"images": np.zeros((1, 20, 20, 1)), "bounding_boxes": boxes})["bounding_boxes"]
    np.testing.assert_array_equal(found["labels"], [[-1, 8]])
    np.testing.assert_array_equal(found["boxes"][0, 1], [1, 1, 4, 4])


def test_lists_of_different_lengths_are_filled_up():
    layer = layers.RandomFlip("horizontal", bounding_box_format="xyxy", seed=0)
    boxes = {"boxes": [np.ones((2, 4)), [], [[1, 2, 3, 4]]], "labels": [[1, 2], [], [3]]}
    found = layer.transform_bounding_boxes(boxes, training=False)
    np.testing.assert_array_equal(found["labels"], [[1, 2], [-1, -1], [3, -1]])
    np.testing.assert_array_equal(found["boxes"][2], [[1, 2, 3, 4], [0, 0, 0, 0]])


def test_a_call_takes_lists_and_keeps_precision():
    layer = layers.RandomFlip("horizontal", bounding_box_format="xyxy", dtype="mixed_float16")
    boxes = {"boxes": [[[1001, 1, 2001, 3]], []], "labels": [[5], []]}
    x = np.zeros((2, 8, 3000, 1), "float32")
    found = layer({"images": x, "bounding_boxes": boxes}, training=True)["bounding_boxes"]
    assert found["boxes"].dtype == np.float32
    assert found["boxes"][0, 0, 0] in (1001, 999)
    np.testing.assert_array_equal(found["labels"], [[5], [-1]])


@pytest.mark.parametrize("name", ["RandomBrightness", "RandomErasing", "AutoContrast", "RandomHue"])
def test_boxes_stay_where_pixels_do(name):
    arguments = {"RandomBrightness": {"factor": 0.1}, "RandomHue": {"factor": 0.1}}.get(name, {})
    layer = getattr(layers, name)(**arguments, bounding_box_format="rel_xywh")
    x, boxes = pictures()
    found = layer({"images": np.repeat(x, 3, -1), "bounding_boxes": boxes}, training=True)
    np.testing.assert_array_equal(found["bounding_boxes"]["boxes"], boxes["boxes"])


def test_mixed_pictures_have_the_boxes_of_both():
    x, boxes = pictures()
    layer = layers.MixUp(bounding_box_format="xyxy", seed=0)
    drawn = layer.get_random_transformation(x)
    found = layer.transform_bounding_boxes(boxes, drawn)
    order = np.asarray(drawn["permutation_order"])
    both = np.concatenate([boxes["boxes"], boxes["boxes"][order]], axis=1)
    np.testing.assert_array_equal(found["boxes"], both)
    assert found["labels"].shape == (6, 4)


def test_chosen_changes_move_boxes_and_masks():
    x, boxes = pictures()
    layer = layers.RandAugment(num_ops=3, seed=0, bounding_box_format="xyxy")
    shape = (6, HEIGHT, WIDTH, 1)
    drawn = {**layer.draw(shape, layer.generator), "input_shape": shape}
    drawn["layer_idxes"] = np.array([5, 1, 0])  # contrast, then a shift, then a shear
    chain = (layers.RandomTranslation(0.5, 0.5), layers.RandomShear(0.5, 0.5))
    expected = boxes["boxes"]
    for step, own in zip(chain, (drawn["transforms"][1], drawn["transforms"][0]), strict=True):
        expected = np.asarray(step.change_boxes(expected, own, (HEIGHT, WIDTH)))
    found = layer.transform_bounding_boxes(boxes, drawn)["boxes"]
    inside = np.clip(expected, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    np.testing.assert_allclose(found, inside, rtol=1e-5, atol=1e-4)
    mask = (x > 0).astype("int32")
    moved = layer.transform_segmentation_masks(mask, drawn)
    assert set(np.unique(moved)) <= {0, 1}
    for step, own in zip(chain, (drawn["transforms"][1], drawn["transforms"][0]), strict=True):
        mask = np.asarray(step.change(mask.astype("float32"), own, "nearest"))
    np.testing.assert_array_equal(moved, mask)


def test_the_same_number_of_boxes():
    x, boxes = pictures()
    for count in (1, 2, 5):
        layer = layers.MaxNumBoundingBoxes(count, fill_value=-7, bounding_box_format="xyxy")
        found = layer({"images": x, "bounding_boxes": boxes})
        assert found["bounding_boxes"]["boxes"].shape == (6, count, 4)
        assert found["bounding_boxes"]["labels"].shape == (6, count)
        np.testing.assert_array_equal(found["images"], x)
        if count == 5:
            assert (found["bounding_boxes"]["boxes"][:, 2:] == -7).all()


def test_in_a_model():
    x, boxes = pictures()
    inputs = {
        "images": cornu.Input((HEIGHT, WIDTH, 1)),
        "bounding_boxes": {"boxes": cornu.Input((2, 4)), "labels": cornu.Input((2,))},
    }
    layer = layers.Resizing(12, 18, bounding_box_format="xyxy")
    model = cornu.Model(inputs, layer(inputs)["bounding_boxes"])
    given = {"images": x, "bounding_boxes": {**boxes, "labels": boxes["labels"].astype("float32")}}
    found = model.predict(given, verbose=0)
    np.testing.assert_allclose(found["boxes"], boxes["boxes"] / 2)


def test_configuration():
    assert "bounding_box_format" not in layers.RandomFlip().get_config()
    layer = layers.RandomFlip(bounding_box_format="xywh")
    assert layers.RandomFlip.from_config(layer.get_config()).bounding_box_format == "xywh"
    assert layers.MaxNumBoundingBoxes(3, -2).get_config()["fill_value"] == -2


X = np.zeros((1, 8, 8, 1), "float32")


@pytest.mark.parametrize(
    ("layer", "boxes", "message"),
    [
        (lambda: layers.RandomFlip(), {"boxes": [[[0, 0, 1, 1]]], "labels": [[1]]},
         "RandomFlip.bounding_box_format='xyxy'"),
        (lambda: layers.RandomFlip(bounding_box_format="xyxy"), {"boxes": [[[0, 0, 1, 1]]]},
         "dict of 'boxes' and 'labels'"),
        (lambda: layers.RandomFlip(bounding_box_format="xyxy"),
         {"boxes": np.ones((1, 2, 5)), "labels": np.ones((1, 2))}, r"\(1, 2, 5\)"),
        (lambda: layers.CutMix(bounding_box_format="xyxy"),
         {"boxes": np.ones((1, 2, 4)), "labels": np.ones((1, 2))}, "boxes cannot follow"),
        (lambda: layers.RandomElasticTransform(bounding_box_format="xyxy"),
         {"boxes": np.ones((1, 2, 4)), "labels": np.ones((1, 2))}, "boxes cannot follow"),
    ],
)  # fmt: skip
def test_wrong_boxes(layer, boxes, message):
    with pytest.raises((DataError, ShapeError), match=message):
        layer()({"images": X, "bounding_boxes": boxes}, training=True)


def test_wrong_arguments():
    with pytest.raises(DataError, match="bounding_box_format='xyyx' must be one of"):
        layers.RandomFlip(bounding_box_format="xyyx")
    layer = layers.RandomFlip(bounding_box_format="xyxy")
    with pytest.raises(DataError, match="picture 0 has 1 boxes and 2 labels"):
        layer.transform_bounding_boxes({"boxes": [[[0, 0, 1, 1]]], "labels": [[1, 2]]})
