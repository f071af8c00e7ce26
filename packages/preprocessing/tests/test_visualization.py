"""Pictures with boxes and masks, and galleries of them."""

import sys

import numpy as np
import pytest
from PIL import Image

import cornu
from cornu import visualization
from cornu.errors import DataError, MissingDistributionError, ShapeError

X = np.full((2, 60, 80, 3), 50, "uint8")
BOXES = {
    "boxes": np.float32([[[10, 20, 40, 50], [0, 0, 5, 5]], [[50, 30, 70, 59], [1, 1, 2, 2]]]),
    "labels": np.array([[0, -1], [1, -1]]),
}


def test_boxes_have_their_colour_and_nothing_else_changes():
    y = visualization.draw_bounding_boxes(X, BOXES, "xyxy", color=(1, 2, 3), line_thickness=1)
    assert y.dtype == np.uint8
    drawn = (y == (1, 2, 3)).all(-1)
    rows, columns = np.nonzero(drawn[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 50, 10, 40)
    assert drawn[0].sum() == 2 * 31 + 2 * 29  # the outline; the box labelled -1 is none
    assert (y[~drawn] == 50).all()
    assert (X == 50).all()


def test_boxes_in_other_formats_layouts_and_ranges():
    expected = visualization.draw_bounding_boxes(X, BOXES, "xyxy")
    relative = cornu.utils.bounding_boxes.convert_format(BOXES, "xyxy", "rel_yxyx", 60, 80)
    first = (X / 255.0).astype("float32").transpose(0, 3, 1, 2)
    found = visualization.draw_bounding_boxes(
        first, relative, "rel_yxyx", data_format="channels_first"
    )
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_names_are_written_above_or_inside():
    plain = visualization.draw_bounding_boxes(X, BOXES, "xyxy")
    named = {**BOXES, "confidences": np.full((2, 2), 0.5)}
    found = visualization.draw_bounding_boxes(X, named, "xyxy", {1: "cat"}, font_scale=0.6)
    np.testing.assert_array_equal(found[0], plain[0])  # label 0 has no name
    assert (found[1] != plain[1]).any()


def test_masks_are_blended():
    mask = np.random.default_rng(0).integers(-1, 3, (2, 60, 80, 1))
    colors = {0: (0, 0, 0), 1: (200, 0, 0), 2: (0, 100, 0)}
    y = visualization.draw_segmentation_masks(X, mask, color_mapping=colors, alpha=0.25)
    painted = np.array([[50, 50, 50], *colors.values()])[mask[..., 0] + 1]
    np.testing.assert_allclose(y, 0.75 * 50 + 0.25 * painted, atol=1)
    plain = visualization.draw_segmentation_masks(X, mask[..., 0], 2, colors, blend=False)
    assert plain.dtype == np.float32
    np.testing.assert_array_equal(plain[mask[..., 0] == 1], [(200, 0, 0)] * (mask == 1).sum())
    assert (plain[mask[..., 0] == 2] == 50).all()  # of the classes 0 and 1 only
    ignored = visualization.draw_segmentation_masks(X, mask, color_mapping=colors, ignore_index=1)
    assert (ignored[mask[..., 0] == 1] == 50).all()


@pytest.fixture
def gallery(tmp_path):
    matplotlib = pytest.importorskip("matplotlib", reason="galleries are drawn by it")
    matplotlib.use("Agg")
    return tmp_path / "gallery.png"


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def test_galleries_are_written(gallery):
    visualization.plot_image_gallery(X[:1], path=gallery)
    single = size_of(gallery)
    visualization.plot_image_gallery(
        np.concatenate([X, X[:1]]) / 255,
        y_true=[0, 1, 0],
        y_pred=[0, 0, 1],
        label_map={0: "cat"},
        value_range=(0, 1),
        cols=3,
        path=gallery,
    )
    assert size_of(gallery)[0] > 2 * single[0]
    visualization.plot_bounding_box_gallery(
        X, "xyxy", y_true=BOXES, y_pred=BOXES, class_mapping={0: "cat"}, legend=True, path=gallery
    )
    mask = np.zeros((2, 60, 80, 1), "int32")
    visualization.plot_segmentation_mask_gallery(X, 2, y_true=mask, y_pred=mask, path=gallery)
    assert size_of(gallery)[0] > size_of(gallery)[1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda v: v.draw_bounding_boxes(X[0], BOXES, "xyxy"), ShapeError, r"One picture is x\["),
        (lambda v: v.draw_bounding_boxes(X, {}, "xyxy"), DataError, "dict of 'boxes' and 'labels'"),
        (lambda v: v.draw_bounding_boxes(X, BOXES, "xxyy"), DataError, "source='xxyy'"),
        (lambda v: v.draw_segmentation_masks(X, X[..., 0] / 2), TypeError, "integers; this is"),
        (lambda v: v.draw_segmentation_masks(X, X[:, :9, :, 0]), ShapeError, "of one size"),
        (lambda v: v.plot_image_gallery(X, path="x", show=True), DataError, "not both"),
        (lambda v: v.plot_image_gallery(X, y_true=[0, 1]), DataError, "label_map="),
    ],
)
def test_wrong_calls(call, error, message, gallery):
    with pytest.raises(error, match=message):
        call(visualization)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDistributionError, match="pip install matplotlib"):
        visualization.plot_image_gallery(X)
