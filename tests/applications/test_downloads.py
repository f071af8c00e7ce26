"""Published weights and names of classes, fetched from a server of this machine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from cornu import applications
from cornu_layers.applications import imagenet_utils
from tests.applications.server import serving

FOLDER = "tensorflow/keras-applications/mobilenet_v2"
FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"
BODY = {"alpha": 0.35, "include_top": False, "input_shape": (96, 96, 3)}


@pytest.fixture
def place(tmp_path):
    """Return the folder that is served."""
    folder = tmp_path / "served"
    (folder / FOLDER).mkdir(parents=True)
    with serving(folder, tmp_path / "home"):
        yield folder


def test_weights_are_downloaded_once(place, tmp_path):
    there = applications.MobileNetV2(weights=None, **BODY)
    there.save_weights(place / FOLDER / FILE)
    model = applications.MobileNetV2(weights="imagenet", **BODY)
    (place / FOLDER / FILE).unlink()
    again = applications.MobileNetV2(**BODY)
    for weights in zip(there.get_weights(), model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(weights[0], weights[1])
        np.testing.assert_array_equal(weights[0], weights[2])
    assert [p.name for p in (tmp_path / "home/models").iterdir()] == [FILE]


def test_a_file_that_was_not_meant_is_refused(place, tmp_path):
    folder = place / "tensorflow/keras-applications/resnet"
    folder.mkdir()
    name = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    (folder / name).write_bytes(b"something else")
    with pytest.raises(OSError, match="4d473c1dd8becc155b73f8504c6f6626"):
        applications.ResNet50(include_top=False)
    assert not (tmp_path / "home/models" / name).exists()


def test_weights_of_the_usual_size_serve_others(place):
    there = applications.MobileNetV2(weights=None, **BODY)
    there.save_weights(place / FOLDER / FILE.replace("_96_", "_224_"))
    with pytest.warns(UserWarning, match=r"not square, or its side is none of 96, 128") as seen:
        model = applications.MobileNetV2(**BODY | {"input_shape": (64, 80, 3)})
    assert seen[0].filename == __file__
    np.testing.assert_array_equal(model.get_weights()[0], there.get_weights()[0])


@pytest.mark.parametrize("top", [True, False])
def test_a_file_of_the_user(top, tmp_path):
    arguments = {"alpha": 0.25, "input_shape": (32, 32, 3), "include_top": top, "classes": 5}
    there = applications.MobileNet(weights=None, **arguments)
    for name in ("mine.h5", "mine.weights.h5"):
        there.save_weights(tmp_path / name)
        model = applications.MobileNet(weights=tmp_path / name, **arguments)
        np.testing.assert_array_equal(model.get_weights()[-1], there.get_weights()[-1])


class TestDecodePredictions:
    @pytest.fixture(autouse=True)
    def _names(self, place, monkeypatch):
        text = json.dumps({str(i): [f"n{i:08}", f"class_{i}"] for i in range(1000)}).encode()
        path = place / imagenet_utils.CLASS_INDEX.name
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
        file = replace(imagenet_utils.CLASS_INDEX, file_hash=hashlib.md5(text).hexdigest())
        monkeypatch.setattr(imagenet_utils, "CLASS_INDEX", file)
        imagenet_utils.class_names.cache_clear()
        yield
        imagenet_utils.class_names.cache_clear()

    def test_the_likeliest_come_first(self):
        numbers = np.zeros((2, 1000), "float32")
        numbers[0, [7, 3]] = 0.6, 0.4
        numbers[1, 999] = 1.0
        first, second = applications.vgg16.decode_predictions(numbers, top=2)
        assert [(row[0], row[1]) for row in first] == [
            ("n00000007", "class_7"), ("n00000003", "class_3"),
        ]  # fmt: skip
        assert [row[2] for row in first] == [np.float32(0.6), np.float32(0.4)]
        assert second[0] == ("n00000999", "class_999", 1.0)
        assert len(imagenet_utils.decode_predictions(numbers)[0]) == 5

    @pytest.mark.parametrize("shape", [(1000,), (2, 10), (1, 1, 1000)])
    def test_other_shapes(self, shape):
        with pytest.raises(ValueError, match=r"array of shape \(samples, 1000\); got one of shape"):
            imagenet_utils.decode_predictions(np.zeros(shape))
