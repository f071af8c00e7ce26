"""What `cornu.applications` takes, and what it refuses, as Keras' models do."""

from __future__ import annotations

import inspect
from importlib import import_module

import numpy as np
import pytest

import cornu
from cornu import applications
from cornu.applications import imagenet_utils
from cornu.layers import Dense, GlobalAveragePooling2D

TINY = {"weights": None, "alpha": 0.35, "input_shape": (32, 32, 3)}

MODULES = {
    "convnext": "ConvNeXtTiny ConvNeXtXLarge",
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "efficientnet": "EfficientNetB0 EfficientNetB7",
    "efficientnet_v2": "EfficientNetV2B0 EfficientNetV2L",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3": "MobileNetV3Small MobileNetV3Large",
    "nasnet": "NASNetLarge NASNetMobile",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet50": "ResNet50",
    "resnet_v2": "ResNet50V2 ResNet101V2 ResNet152V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}


@pytest.mark.parametrize("name", MODULES)
def test_each_family_has_the_module_of_keras(name):
    module = import_module(f"cornu.applications.{name}")
    assert module is import_module(f"cornu.keras.applications.{name}")
    assert module is getattr(applications, name)
    for function in MODULES[name].split():
        assert getattr(module, function) is getattr(applications, function)
    assert callable(module.preprocess_input)
    assert callable(module.decode_predictions)


def test_a_function_says_what_it_takes_and_what_it_does_not():
    shown = inspect.signature(applications.ResNet50)
    assert list(shown.parameters)[:3] == ["include_top", "weights", "input_tensor"]
    assert shown.parameters["name"].default == "resnet50"
    assert "He et al." in applications.ResNet50.__doc__
    with pytest.raises(TypeError, match=r"ResNet50\(\): got an unexpected keyword .*'alpha'"):
        applications.ResNet50(alpha=1.0)


def test_arguments_by_position():
    model = applications.DenseNet121(False, None, None, (32, 32, 3), "max")
    assert model.output_shape == (None, 1024)


class TestEnds:
    @pytest.mark.parametrize(
        ("arguments", "shape"),
        [
            ({}, (None, 1000)),
            ({"classes": 3}, (None, 3)),
            ({"include_top": False}, (None, 1, 1, 1280)),
            ({"include_top": False, "pooling": "avg"}, (None, 1280)),
            ({"include_top": False, "pooling": "max"}, (None, 1280)),
            ({"include_top": False, "input_shape": None}, (None, None, None, 1280)),
        ],
    )
    def test_the_shape_of_what_comes_out(self, arguments, shape):
        assert applications.MobileNetV2(**TINY | arguments).output_shape == shape

    def test_classes_add_up_to_one_unless_logits_are_asked_for(self):
        images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
        usual = applications.MobileNetV2(**TINY, classes=5)
        logits = applications.MobileNetV2(**TINY, classes=5, classifier_activation=None)
        logits.set_weights(usual.get_weights())
        computed = np.exp(logits.predict(images, verbose=0).astype("float64"))
        expected = computed / computed.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(usual.predict(images, verbose=0), expected, rtol=1e-5)


class TestInputTensor:
    def test_an_input_of_the_user(self):
        image = cornu.Input((48, 48, 3), name="photo")
        model = applications.MobileNetV2(weights=None, input_tensor=image, alpha=0.35)
        assert model.input is image
        assert model.output_shape == (None, 1000)

    def test_what_is_computed_from_an_input(self):
        image = cornu.Input((48, 48, 1), name="photo")
        colours = cornu.layers.Concatenate()([image, image, image])
        model = applications.ResNet50V2(weights=None, input_tensor=colours, include_top=False)
        assert model.input is image
        assert model.output_shape == (None, 2, 2, 2048)

    def test_an_array_is_no_input(self):
        with pytest.raises(ValueError, match="input_tensor is a ndarray; pass a symbolic tensor"):
            applications.VGG16(weights=None, input_tensor=np.zeros((1, 224, 224, 3)))

    @pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small"])
    def test_it_agrees_with_input_shape(self, name):
        image = cornu.Input((48, 48, 3))
        with pytest.raises(ValueError, match=r"\(32, 32, 3\) is not the shape of one image"):
            getattr(applications, name)(weights=None, input_tensor=image, input_shape=(32, 32, 3))


REFUSED = {
    "a file that is not there": (
        {"weights": "nowhere.h5"},
        "weights='nowhere.h5' is no file",
    ),
    "other classes than ImageNet's": (
        {"weights": "imagenet", "classes": 10},
        "`classes` should be 1000; got classes=10. Pass include_top=False",
    ),
    "another activation of trained classes": (
        {"weights": "imagenet", "classifier_activation": "relu"},
        "Only None and 'softmax' are allowed for `classifier_activation`",
    ),
    "another size with ImageNet's top": (
        {"weights": "imagenet", "input_shape": (64, 64, 3)},
        r"`input_shape` should be \(224, 224, 3\)",
    ),
    "no colours": (
        {"weights": "imagenet", "include_top": False, "input_shape": (64, 64, 1)},
        "must have 3 channels",
    ),
    "a batch axis": (
        {"weights": None, "input_shape": (1, 64, 64, 3)},
        "three integers, without the batch axis",
    ),
    "a small image": (
        {"weights": None, "input_shape": (64, 31, 3)},
        "at least 32x32",
    ),
    "an open size before dense layers": (
        {"weights": None, "input_shape": (None, 64, 3)},
        "should specify a static `input_shape`",
    ),
    "an unknown pooling": (
        {"weights": None, "include_top": False, "pooling": "mean"},
        "pooling='mean' is unknown: pass None, 'avg' or 'max'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_go_together_is_refused_before_anything_is_made(case, monkeypatch):
    monkeypatch.setattr("cornu_layers.applications.frame.Input", None)
    arguments, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        applications.VGG16(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("MobileNet", {"alpha": 0.3}, "alpha one of"),
        ("MobileNet", {"depth_multiplier": 2}, "depth_multiplier must be 1"),
        ("MobileNetV2", {"alpha": 0.3}, "alpha must be one of"),
        ("MobileNetV3Small", {"alpha": 0.5}, "alpha must be 0.75 or"),
        ("MobileNetV3Large", {"alpha": 0.75, "minimalistic": True}, "alpha must be"),
        (
            "NASNetMobile",
            {"input_shape": (None, None, 3), "include_top": False},
            "must have no None",
        ),
    ],
)
def test_what_was_never_published(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(applications, name)(weights="imagenet", **arguments)


def test_an_unusual_number_of_channels_is_doubted():
    with pytest.warns(UserWarning, match=r"usually expects 1 or 3 .* 5 input channels") as seen:
        applications.ResNet50V2(weights=None, input_shape=(32, 32, 5))
    assert seen[0].filename == __file__


class TestChannelsFirst:
    @pytest.fixture(autouse=True)
    def _channels_first(self):
        cornu.config.set_image_data_format("channels_first")
        yield
        cornu.config.set_image_data_format("channels_last")

    @pytest.mark.parametrize("name", ["ResNet50", "MobileNetV2", "EfficientNetB0", "InceptionV3"])
    def test_images_have_their_channels_first(self, name):
        model = getattr(applications, name)(
            weights=None, input_shape=(3, 75, 75), include_top=False
        )
        assert model.input_shape == (None, 3, 75, 75)
        assert model.output_shape[2:] in {(3, 3), (1, 1)}

    @pytest.mark.parametrize("name", ["DenseNet121", "NASNetMobile", "ConvNeXtTiny"])
    def test_families_that_keras_has_with_channels_last_only(self, name):
        with pytest.raises(ValueError, match="does not support the `channels_first`"):
            getattr(applications, name)(weights=None)

    def test_same_numbers(self):
        images = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype("float32")
        first = applications.MobileNetV2(**TINY | {"input_shape": (3, 32, 32)})
        cornu.config.set_image_data_format("channels_last")
        last = applications.MobileNetV2(**TINY)
        last.set_weights(first.get_weights())
        turned = images.transpose(0, 2, 3, 1)
        np.testing.assert_allclose(
            first.predict(images, verbose=0), last.predict(turned, verbose=0), rtol=1e-4
        )


CAFFE, MEAN, DEVIATION = (
    np.array([103.939, 116.779, 123.68]),
    np.array([0.485, 0.456, 0.406]),
    np.array([0.229, 0.224, 0.225]),
)
FORMULAS = {
    "caffe": lambda x: x[..., ::-1] - CAFFE,
    "tf": lambda x: x / 127.5 - 1,
    "torch": lambda x: (x / 255 - MEAN) / DEVIATION,
}


class TestPreprocessInput:
    PIXELS = np.random.default_rng(0).uniform(0, 255, size=(2, 4, 5, 3))

    @pytest.mark.parametrize("mode", FORMULAS)
    @pytest.mark.parametrize("batch", [True, False])
    @pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
    def test_numbers(self, mode, batch, data_format):
        pixels = self.PIXELS if batch else self.PIXELS[0]
        expected = FORMULAS[mode](pixels)
        if data_format == "channels_first":
            pixels, expected = np.moveaxis(pixels, -1, -3), np.moveaxis(expected, -1, -3)
        given = np.ascontiguousarray(pixels)
        got = imagenet_utils.preprocess_input(given, data_format=data_format, mode=mode)
        np.testing.assert_allclose(got, expected, atol=1e-12)

    @pytest.mark.parametrize("mode", FORMULAS)
    @pytest.mark.parametrize("dtype", ["uint8", "float32"])
    @pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
    def test_in_a_model(self, mode, dtype, data_format):
        pixels = self.PIXELS.astype(dtype)
        expected = FORMULAS[mode](pixels.astype("float64"))
        if data_format == "channels_first":
            pixels, expected = np.moveaxis(pixels, -1, -3), np.moveaxis(expected, -1, -3)
        x = cornu.Input(pixels.shape[1:], dtype=dtype)
        y = imagenet_utils.preprocess_input(x, data_format=data_format, mode=mode)
        assert y.dtype == "float32"
        got = cornu.Model(x, y).predict(pixels, verbose=0)
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4)

    def test_integers_are_kept_and_become_floats(self):
        pixels = self.PIXELS.astype("uint8")
        before = pixels.copy()
        assert imagenet_utils.preprocess_input(pixels, mode="torch").dtype == "float32"
        np.testing.assert_array_equal(pixels, before)

    @pytest.mark.parametrize(
        ("module", "mode"),
        [
            ("vgg16", "caffe"), ("vgg19", "caffe"), ("resnet50", "caffe"), ("resnet", "caffe"),
            ("resnet_v2", "tf"), ("inception_v3", "tf"), ("inception_resnet_v2", "tf"),
            ("xception", "tf"), ("mobilenet", "tf"), ("mobilenet_v2", "tf"), ("nasnet", "tf"),
            ("densenet", "torch"), ("mobilenet_v3", None), ("efficientnet", None),
            ("efficientnet_v2", None), ("convnext", None),
        ],
    )  # fmt: skip
    def test_the_mode_of_each_family(self, module, mode):
        got = getattr(applications, module).preprocess_input(self.PIXELS.copy())
        expected = FORMULAS[mode](self.PIXELS) if mode else self.PIXELS
        np.testing.assert_allclose(got, expected, atol=1e-12)

    def test_mistakes(self):
        with pytest.raises(ValueError, match="one of 'caffe', 'tf' or 'torch'; got mode='tv'"):
            imagenet_utils.preprocess_input(self.PIXELS, mode="tv")
        with pytest.raises(ValueError, match=r"data_format must be one of .*'last'"):
            imagenet_utils.preprocess_input(self.PIXELS, data_format="last")


def test_transfer_learning():
    """A body that is kept, and a head that learns."""
    body = applications.MobileNetV2(**TINY, include_top=False)
    body.trainable = False
    model = cornu.Sequential([body, GlobalAveragePooling2D(), Dense(1, activation="sigmoid")])
    images = np.random.default_rng(0).normal(size=(16, 32, 32, 3))
    kept = [w.copy() for w in body.get_weights()]
    model.compile(cornu.optimizers.Adam(0.01), "binary_crossentropy")
    losses = model.fit(images, np.ones(16), epochs=5, verbose=0).history["loss"]
    assert losses == sorted(losses, reverse=True)
    for before, after in zip(kept, body.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("name", ["ConvNeXtTiny", "MobileNetV3Small"])
def test_a_model_is_saved_and_loaded(name, tmp_path):
    model = getattr(applications, name)(weights=None, input_shape=(32, 32, 3), classes=3)
    model.save(tmp_path / "model.keras")
    again = cornu.saving.load_model(tmp_path / "model.keras")
    images = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype("float32")
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), again.predict(images, verbose=0)
    )
