"""`ImageDataGenerator` on arrays: what it normalises, flows and refuses."""

import warnings

import numpy as np
import pytest
from scipy import ndimage

import cornu
from cornu.errors import DataError
from cornu_data import make_source
from cornu_preprocessing import image
from cornu_preprocessing.image.resampling import resampled

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (10, 6, 5, 3)).astype("float32")
Y = np.arange(10)


def flow(x=X, y=Y, shuffle=False, batch_size=4, generator=None, **kwargs):
    generator = generator or image.ImageDataGenerator()
    return generator.flow(x, y, batch_size=batch_size, shuffle=shuffle, **kwargs)


def test_without_settings_nothing_changes():
    batches = flow()
    assert len(batches) == 3
    np.testing.assert_array_equal(np.concatenate([batches[i][0] for i in range(3)]), X)
    np.testing.assert_array_equal(np.concatenate([batches[i][1] for i in range(3)]), Y)


def test_several_inputs_and_weights():
    extra, other, weights = Y * 2, RNG.random((10, 3)), RNG.random(10)
    (pictures, a, b), y, w = flow((X, [extra, other]), Y, sample_weight=weights)[1]
    np.testing.assert_array_equal(pictures, X[4:8])
    np.testing.assert_array_equal(a, extra[4:8])
    np.testing.assert_array_equal(b, other[4:8])
    np.testing.assert_array_equal(y, Y[4:8])
    np.testing.assert_array_equal(w, weights[4:8])
    assert [part.shape[0] for part in flow((X, extra), None)[2]] == [2, 2]
    assert flow(y=None)[0].shape == (4, 6, 5, 3)


def test_an_order_for_each_epoch_and_all_pictures_in_each():
    batches = flow(shuffle=True, seed=0)
    orders = []
    for _ in range(3):
        orders.append(np.concatenate([batches[i][1] for i in range(3)]))
        batches.on_epoch_end()
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), Y)
    assert len({tuple(order) for order in orders}) == 3


def test_iteration_has_no_end_and_can_begin_again():
    batches = flow()
    assert iter(batches) is batches
    np.testing.assert_array_equal(
        np.concatenate([next(batches)[1] for _ in range(4)]), [*Y, *Y[:4]]
    )
    batches.reset()
    np.testing.assert_array_equal(batches.next()[1], Y[:4])


def test_subsets_keep_weights_and_inputs_beside_their_pictures():
    generator = image.ImageDataGenerator(validation_split=0.3)
    options = {"sample_weight": Y / 10, "generator": generator, "ignore_class_split": True}
    validation = flow((X, Y), Y, subset="validation", **options)
    training = flow((X, Y), Y, subset="training", **options)
    assert (validation.n, training.n) == (3, 7)
    for batches, rows in ((validation, Y[:3]), (training, Y[3:7])):
        (pictures, extra), y, w = batches[0]
        np.testing.assert_array_equal(pictures, X[rows])
        np.testing.assert_array_equal(extra, rows)
        np.testing.assert_array_equal(y, rows)
        np.testing.assert_array_equal(w, rows / 10)


def test_samplewise_statistics():
    generator = image.ImageDataGenerator(samplewise_center=True, samplewise_std_normalization=True)
    x, _ = flow(generator=generator)[0]
    np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=(1, 2, 3)), 1, atol=1e-5)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_featurewise_statistics_are_those_of_the_channels(data_format):
    x = X if data_format == "channels_last" else X.transpose(0, 3, 1, 2)
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    generator = image.ImageDataGenerator(
        featurewise_center=True, featurewise_std_normalization=True, data_format=data_format
    )
    generator.fit(x)
    y = generator.flow(x, batch_size=10, shuffle=False)[0]
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=axes), 1, atol=1e-4)


def test_whitened_pixels_are_uncorrelated():
    mixed = (RNG.normal(size=(400, 9)) @ RNG.normal(size=(9, 9))).reshape(400, 3, 3, 1)
    mixed -= mixed.mean(axis=0)
    generator = image.ImageDataGenerator(featurewise_center=True, zca_whitening=True)
    generator.fit(mixed)
    flat = generator.standardize(mixed.astype("float32").copy()).reshape(400, 9)
    np.testing.assert_allclose(np.cov(flat.T, bias=True), np.eye(9), atol=1e-3)
    assert generator.principal_components is generator.zca_whitening_matrix


def test_what_was_not_fitted_is_said():
    generator = image.ImageDataGenerator(featurewise_center=True)
    with pytest.warns(UserWarning, match="featurewise_center=True does nothing yet"):
        np.testing.assert_array_equal(generator.standardize(X[0].copy()), X[0])


def test_functions_run_after_the_transformation_and_before_the_scale():
    seen = []

    def halve(x):
        seen.append(x.shape)
        return x / 2

    generator = image.ImageDataGenerator(preprocessing_function=halve, rescale=0.1)
    x, _ = flow(generator=generator)[0]
    assert seen == [(6, 5, 3)] * 4
    np.testing.assert_allclose(x, X[:4] / 20, rtol=1e-6)


def test_the_users_pictures_stay_as_they_are():
    x = X.copy()
    flow(x, generator=image.ImageDataGenerator(rescale=1 / 255, samplewise_center=True))[0]
    np.testing.assert_array_equal(x, X)


def test_dtypes():
    generator = image.ImageDataGenerator(rotation_range=30, dtype="float16")
    assert flow(X.astype("uint8"), generator=generator)[0][0].dtype == np.float16
    assert generator.standardize(np.ones((2, 2, 1), "int32")).dtype == np.float16


def test_copies_are_saved(tmp_path):
    generator = image.ImageDataGenerator(horizontal_flip=True)
    options = {"save_to_dir": tmp_path, "save_prefix": "a", "save_format": "jpeg"}
    flow(generator=generator, seed=0, **options)[1]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name.split("_")[:2] for name in names] == [["a", str(i)] for i in range(4, 8)]
    assert all(image.load_img(tmp_path / name).size == (5, 6) for name in names)


def test_random_transform_is_drawn_and_applied():
    generator = image.ImageDataGenerator(
        rotation_range=20, zoom_range=0.2, brightness_range=(0.5, 1.5), vertical_flip=True
    )
    drawn = generator.get_random_transform(X[0].shape, seed=7)
    np.testing.assert_array_equal(
        generator.random_transform(X[0], seed=7), generator.apply_transform(X[0], drawn)
    )


def test_whole_shifts_only_move():
    generator = image.ImageDataGenerator(fill_mode="constant", cval=9)
    y = generator.apply_transform(X[0], {"tx": 2, "ty": -1})
    np.testing.assert_allclose(y[:4, 1:], X[0][2:, :-1], atol=1e-3)
    np.testing.assert_array_equal(y[4:], np.full((2, 5, 3), 9))


def test_width_moves_across_and_height_down():
    dot = np.zeros((9, 9, 1), "float32")
    dot[4, 4] = 1
    for setting, axis in (("width_shift_range", 1), ("height_shift_range", 0)):
        generator = image.ImageDataGenerator(**{setting: [3]}, fill_mode="constant")
        place = np.argwhere(generator.random_transform(dot, seed=0)[..., 0] > 0.5)[0]
        assert abs(place[axis] - 4) == 3
        assert place[1 - axis] == 4


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"zoom_range": (0.1, 0.2, 0.3)}, "zoom_range must be a pair"),
        ({"brightness_range": 0.5}, "brightness_range must be a pair"),
        ({"fill_mode": "neerest"}, "Did you mean 'nearest'"),
        ({"data_format": "last"}, "data_format='last' must be one of"),
        ({"validation_split": 1.5}, "must lie between 0 and 1"),
        ({"interpolation_order": 7}, "interpolation_order=7 must be one of"),
        ({"geometry": "keras"}, "Did you mean 'keras"),
    ],
)
def test_wrong_settings(kwargs, message):
    with pytest.raises(DataError, match=message):
        image.ImageDataGenerator(**kwargs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flow(X[0], None), r"shape \(6, 5, 3\)"),
        (lambda: flow(y=Y[:9]), "y has 9 rows and there are 10 pictures"),
        (lambda: flow(sample_weight=Y[:9]), "sample_weight has 9 rows"),
        (lambda: flow((X, Y[:3])), r"x\[1\] has 3 rows"),
        (lambda: flow([X, Y, Y]), "a pair of the pictures and a list"),
        (lambda: flow(X[:0], None), "no pictures"),
        (lambda: flow(subset="train"), "Did you mean 'training'"),
        (lambda: flow(subset="training"), "validation_split=0.2"),
        (lambda: flow()[3], "no batch 3: this iterator has 3"),
        (lambda: flow()[-1], "no batch -1"),
        (lambda: image.ImageDataGenerator().fit(X[0]), r"got \(6, 5, 3\)"),
        (lambda: image.apply_affine_transform(X), "3 axes"),
        (lambda: image.apply_affine_transform(X[0], 1, channel_axis=1), "in some order"),
        (lambda: image.random_zoom(X[0], 0.5), "zoom_range must be a pair"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_subsets_of_different_classes_are_refused():
    generator = image.ImageDataGenerator(validation_split=0.5)
    with pytest.raises(DataError, match="Shuffle x and y first"):
        flow(y=np.repeat([0, 1], 5), generator=generator, subset="training")


def test_odd_numbers_of_channels_are_warned_of():
    with pytest.warns(UserWarning, match="5 channels"):
        image.ImageDataGenerator(data_format="channels_first").flow(X.transpose(0, 2, 1, 3))


# Subclasses, as users of Keras write them.


class Twice(image.Iterator):
    def _get_batches_of_transformed_samples(self, index_array):
        return index_array * 2, np.random.random(len(index_array))


def test_ones_own_iterator_draws_from_numpys_generator():
    batches = Twice(5, 2, shuffle=True, seed=4)
    first, noise = batches[0]
    np.random.seed(4)
    np.testing.assert_array_equal(first, np.random.permutation(5)[:2] * 2)
    np.testing.assert_array_equal(noise, np.random.random(2))
    np.testing.assert_array_equal(next(Twice(5, 2, True, 4))[0], first)


def test_ones_own_transform():
    class Quarter(image.ImageDataGenerator):
        def get_random_transform(self, img_shape, seed=None):
            return {"theta": 90 * np.random.randint(4)}

    class Marked(image.NumpyArrayIterator):
        def _get_batches_of_transformed_samples(self, index_array):
            return "mine", super()._get_batches_of_transformed_samples(index_array)

    a = flow(generator=Quarter(), seed=1)[0]
    b = flow(generator=Quarter(), seed=1)[0]
    np.testing.assert_array_equal(a[0], b[0])
    mark, (x, _) = Marked(X, Y, image.ImageDataGenerator(), batch_size=4)[0]
    assert mark == "mine"
    np.testing.assert_array_equal(x, X[:4])


def test_they_are_sequences():
    batches = flow()
    assert isinstance(batches, cornu.utils.Sequence)
    assert batches.num_batches == 3
    assert not make_source(batches).one_shot  # though it is an iterator, it can be used again
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = cornu.Sequential([cornu.Input((6, 5, 3)), cornu.layers.CenterCrop(2, 2)])
        assert model.predict(flow(y=None), verbose=0).shape == (10, 2, 2, 3)


@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect", "wrap", "mirror"])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_resampling_is_scipys(fill_mode, order):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        largest = 9 if seed % 2 else 40
        x = rng.random((*rng.integers(1, largest, 2), rng.integers(1, 4))) * 255
        matrix = np.eye(3)
        matrix[:2] += rng.normal(size=(2, 3)) * 0.5
        how = {"order": order, "mode": fill_mode, "cval": 7.0}
        planes = [
            ndimage.affine_transform(plane, matrix[:2, :2], matrix[:2, 2], **how)
            for plane in x.transpose(2, 0, 1)
        ]
        for axis, dtype in ((2, "float64"), (0, "float32")):
            moved = np.moveaxis(x, 2, axis).astype(dtype)
            found = resampled(moved, matrix, axis, fill_mode, 7.0, order)
            assert found.dtype == dtype
            np.testing.assert_allclose(np.moveaxis(found, axis, 0), planes, atol=1e-3)


@pytest.mark.parametrize("fill_mode", ["nearest", "constant"])
@pytest.mark.parametrize("shape", [(1, 400, 3), (400, 1, 3), (40, 30, 1), (3, 40, 30)])
def test_large_pictures_are_resampled_as_small_ones(fill_mode, shape):
    x = np.random.default_rng(0).random(shape)
    axis = int(np.argmin(shape)) if shape[2] == 30 else 2
    matrix = np.array([[0.9, 0.2, -1.3], [-0.1, 1.2, 0.7], [0, 0, 1]])
    how = {"order": 1, "mode": fill_mode, "cval": 0.5}
    planes = [
        ndimage.affine_transform(plane, matrix[:2, :2], matrix[:2, 2], **how)
        for plane in np.moveaxis(x, axis, 0)
    ]
    found = resampled(x, matrix, axis, fill_mode, 0.5, 1)
    np.testing.assert_allclose(np.moveaxis(found, axis, 0), planes, atol=1e-12)
