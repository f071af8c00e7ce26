"""Names, updates, losses and training of layers and models in Keras 2."""

from __future__ import annotations

import warnings

import cornu.compat.keras2 as keras
import cornu.compat.tfkeras as tfkeras
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2 import layers as kl
from cornu.compat.keras2.legacy import interfaces
from cornu.compat.keras2.models import Model, Sequential

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 1)).astype("float32")


@pytest.fixture(autouse=True)
def fresh_names():
    K.clear_session()


# Names


def test_names_are_numbered_from_the_first():
    model = Sequential([kl.Dense(2, input_dim=3), kl.LeakyReLU(), kl.Dense(1)])
    assert [layer.name for layer in model.layers] == ["dense_1", "leaky_re_lu_1", "dense_2"]
    assert model.name == "sequential_1"
    assert model.input_names == ["dense_1_input"]
    assert kl.Input((2,)).name.startswith("input_1")

    class MyOwnLayer(kl.Layer):
        pass

    assert MyOwnLayer().name == "my_own_layer_1"


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: kl.Dense(2), "dense_1/kernel:0 dense_1/bias:0"),
        (lambda: kl.Dense(2, name="head"), "head/kernel:0 head/bias:0"),
        (lambda: kl.LSTM(2), "lstm_1/kernel:0 lstm_1/recurrent_kernel:0 lstm_1/bias:0"),
        (
            lambda: kl.Bidirectional(kl.SimpleRNN(2, use_bias=False)),
            "bidirectional_1/forward_simple_rnn_1/kernel:0 "
            "bidirectional_1/forward_simple_rnn_1/recurrent_kernel:0 "
            "bidirectional_1/backward_simple_rnn_1/kernel:0 "
            "bidirectional_1/backward_simple_rnn_1/recurrent_kernel:0",
        ),
    ],
)
def test_weights_are_called_after_their_layer(make, names):
    layer = make()
    rank = 1 if isinstance(layer, kl.Dense) else 2
    layer(kl.Input((5, 3)[-rank:]))
    assert [w.name for w in layer.weights] == names.split()


def test_models_do_not_count_in_names_of_weights():
    inner = Sequential([kl.Dense(2, input_dim=3)])
    outer = Sequential([inner, kl.Dense(1)])
    assert [w.name for w in outer.weights][::2] == ["dense_1/kernel:0", "dense_2/kernel:0"]


# Updates


def test_each_call_moves_the_averages():
    norm = kl.BatchNormalization()
    a, b = kl.Input((4,)), kl.Input((4,))
    one, two = Model(a, norm(a)), Model(b, norm(b))
    assert len(norm.updates) == 4
    assert len(norm.get_updates_for(a)) == len(norm.get_updates_for(b)) == 2
    assert norm.get_updates_for(None) == []
    assert len(one.updates) == len(two.updates) == 2
    norm.trainable = False
    assert norm.updates == one.updates == []


def test_a_call_for_testing_moves_nothing():
    norm = kl.BatchNormalization()
    norm(kl.Input((4,)), training=False)
    assert norm.updates == []


def test_updates_of_a_layer_inside_count_for_each_call_of_the_one_around():
    layer = kl.TimeDistributed(kl.BatchNormalization())
    layer(kl.Input((3, 4)))
    assert len(layer.updates) == 2
    layer.trainable = False
    assert layer.updates == []


def test_stateful_layers_move_their_states():
    x = kl.Input(batch_shape=(2, 5, 3))
    layer = kl.LSTM(4, stateful=True)
    model = Model(x, layer(x))
    assert model.stateful
    assert len(model.state_updates) == 2


def test_added_updates_and_losses_know_their_inputs():
    layer, x = kl.Dense(2), kl.Input((3,))
    layer.add_update(0, inputs=x)
    layer.add_update(1)
    layer.add_loss(2.0, inputs=x)
    layer.add_loss(3.0)
    assert layer.get_updates_for(x) == [0]
    assert layer.get_updates_for(None) == [1]
    assert layer.get_losses_for(x) == [2.0]
    assert layer.get_losses_for(None) == [3.0]


# Losses


def test_a_shared_layer_has_an_entry_for_each_call():
    dense = kl.Dense(2, kernel_regularizer="l1", activity_regularizer="l1")
    a, b = kl.Input((3,)), kl.Input((3,))
    model = Model([a, b], kl.add([dense(a), dense(b)]))
    assert len(model.losses) == 3
    assert len(dense.get_losses_for(None)) == 1
    assert len(dense.get_losses_for(a)) == len(model.get_losses_for(b)) == 1


def test_entries_of_other_models_are_left_out():
    dense = kl.Dense(2, activity_regularizer="l1")
    a, b = kl.Input((3,)), kl.Input((3,))
    one, _ = Model(a, dense(a)), Model(b, dense(b))
    assert len(dense.losses) == 2
    assert len(one.losses) == 1


def test_the_penalty_of_frozen_weights_counts():
    layer = kl.Dense(1, kernel_initializer="ones", kernel_regularizer="l1", input_dim=3)
    layer.trainable = False
    model = Sequential([layer])
    model.compile("sgd", "mse")
    penalty = 0.01 * 3
    wanted = np.mean((X.sum(1, keepdims=True) - Y) ** 2) + penalty
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(wanted, rel=1e-5)


# Training


def test_what_is_trained_is_what_was_trainable_at_compile():
    critic = Sequential([kl.Dense(1, input_dim=2)])
    critic.compile("sgd", "mse")
    critic.trainable = False
    noise = kl.Input((3,))
    maker = kl.Dense(2)
    both = Model(noise, critic(maker(noise)))
    both.compile("sgd", "mse")
    kept, made = critic.get_weights(), maker.get_weights()
    for _ in range(2):
        both.train_on_batch(X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(kept, critic.get_weights(), strict=True))
    assert not np.array_equal(made[0], maker.get_weights()[0])
    made = maker.get_weights()
    with pytest.warns(UserWarning, match="Discrepancy between trainable weights") as told:
        critic.train_on_batch(X[:, :2], Y)
    assert [warning.filename for warning in told] == [__file__]
    assert not np.array_equal(kept[0], critic.get_weights()[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        both.train_on_batch(X, Y)
    assert not np.array_equal(made[0], maker.get_weights()[0])


def test_tf_keras_says_nothing_of_it():
    critic = tfkeras.Sequential([tfkeras.layers.Dense(1, input_dim=2)])
    critic.compile("sgd", "mse")
    critic.trainable = False
    before = critic.get_weights()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        critic.train_on_batch(X[:, :2], Y)
    assert not np.array_equal(before[0], critic.get_weights()[0])


def test_a_model_is_called_on_inputs_of_another_rank():
    model = Sequential([kl.Dense(2, input_dim=3)])
    assert K.int_shape(model(kl.Input((1, 3)))) == (None, 1, 2)


def test_compiling_again_counts():
    model = Sequential([kl.Dense(2, input_dim=3), kl.Dense(1)])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.train_on_batch(X, Y)
    after = model.get_weights()
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


@pytest.mark.parametrize("face", [keras, tfkeras])
def test_a_frozen_normalisation(face):
    norm = face.layers.BatchNormalization(input_shape=(3,), epsilon=0.0)
    model = face.Sequential([norm])
    norm.trainable = False
    model.compile("sgd", "mse")
    x = X * 3 + 1
    training = np.asarray(model(x, training=True))
    by_batch = (x - x.mean(0)) / x.std(0)
    np.testing.assert_allclose(training, by_batch if face is keras else x, atol=1e-4)
    assert np.array_equal(norm.get_weights()[2], np.zeros(3))


def test_the_phase_that_was_set_holds():
    model = Sequential([kl.BatchNormalization(input_shape=(3,), epsilon=0.0)])
    x = X * 3 + 1
    np.testing.assert_allclose(model.predict(x), x, atol=1e-2)
    K.set_learning_phase(1)
    try:
        np.testing.assert_allclose(model.predict(x), (x - x.mean(0)) / x.std(0), atol=1e-3)
    finally:
        K.clear_session()
    K.set_learning_phase(0)
    np.testing.assert_allclose(
        model.predict(X), (X - norm_mean(model)) / np.sqrt(norm_variance(model)), atol=1e-4
    )


def norm_mean(model):
    return model.layers[0].get_weights()[2]


def norm_variance(model):
    return model.layers[0].get_weights()[3]


def test_a_model_is_called_on_a_number():
    a = kl.Input(batch_shape=())
    model = Model(a, kl.Lambda(lambda x: x * 2.0)(a))
    assert float(K.eval(model(3.0))) == 6.0


@pytest.mark.parametrize(
    ("layer", "differs"),
    [
        (lambda: kl.Dense(2), False),
        (lambda: kl.Dropout(0.5), True),
        (lambda: kl.BatchNormalization(), True),
        (lambda: kl.LSTM(2), False),
        (lambda: kl.LSTM(2, dropout=0.1), True),
        (lambda: kl.TimeDistributed(kl.Dropout(0.5)), True),
        (lambda: Sequential([kl.Dropout(0.5, input_shape=(5, 3))]), True),
        (lambda: Sequential([kl.Dense(2, input_shape=(5, 3))]), False),
    ],
)
def test_a_model_says_whether_it_knows_phases(layer, differs):
    x = kl.Input((5, 3))
    assert Model(x, layer()(x)).uses_learning_phase is differs
    if not isinstance(layer(), (Sequential, kl.Dense)):
        assert Model(x, layer()(x, training=True)).uses_learning_phase is False


# Initializers


@pytest.mark.parametrize("seed", [None, 7])
def test_two_draws_differ(seed):
    draw = keras.initializers.RandomNormal(seed=seed)
    one, two = draw((3, 3)), draw((3, 3))
    assert not np.array_equal(K.eval(one), K.eval(two))
    if seed is not None:
        again = keras.initializers.RandomNormal(seed=seed)
        assert np.array_equal(K.eval(again((3, 3))), K.eval(one))
        assert np.array_equal(K.eval(again((3, 3))), K.eval(two))


# Losses of probabilities


@pytest.mark.parametrize("p", [0.2, 1e-9, 1 - 1e-4])
def test_crossentropy_of_probabilities_adds_epsilon(p):
    t, p32 = np.float32([[1.0], [0.0]]), np.float32(p)
    q = np.clip(p32, np.float32(1e-7), np.float32(1 - 1e-7))
    epsilon = np.float32(1e-7)
    wanted = [-np.log(q + epsilon), -np.log(1 - q + epsilon)]
    given = np.full((2, 1), p32)
    for function in (
        keras.losses.binary_crossentropy,
        keras.losses.get("binary_crossentropy"),
        keras.losses.BinaryCrossentropy(reduction="none"),
    ):
        np.testing.assert_allclose(K.eval(function(K.variable(t), K.variable(given))), wanted, 1e-5)


def test_what_has_been_through_a_sigmoid_is_taken_from_before_it():
    model = Sequential([kl.Activation("sigmoid", input_shape=(1,))])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x, t = np.float32([[-40.0]]), np.float32([[1.0]])
    assert model.evaluate(x, t, verbose=0)[0] == pytest.approx(40.0)


# Keras 1

OLD = [
    (
        lambda: kl.Dense(output_dim=2, init="normal", W_regularizer="l1", bias=False),
        lambda: kl.Dense(2, kernel_initializer="normal", kernel_regularizer="l1", use_bias=False),
    ),
    (lambda: kl.Dropout(p=0.3), lambda: kl.Dropout(0.3)),
    (
        lambda: kl.Conv2D(5, 3, 2, border_mode="same", subsample=(2, 2), dim_ordering="tf"),
        lambda: kl.Conv2D(5, (3, 2), padding="same", strides=(2, 2), data_format="channels_last"),
    ),
    (
        lambda: kl.Convolution2D(nb_filter=5, nb_row=3, nb_col=2),
        lambda: kl.Conv2D(5, (3, 2)),
    ),
    (
        lambda: kl.Convolution1D(nb_filter=5, filter_length=3, input_dim=4, input_length=9),
        lambda: kl.Conv1D(5, 3, input_shape=(9, 4)),
    ),
    (
        lambda: kl.Convolution3D(5, kernel_dim1=1, kernel_dim2=2, kernel_dim3=3),
        lambda: kl.Conv3D(5, (1, 2, 3)),
    ),
    (
        lambda: kl.LSTM(output_dim=4, inner_activation="tanh", U_regularizer="l2", dropout_W=0.1),
        lambda: kl.LSTM(4, recurrent_activation="tanh", recurrent_regularizer="l2", dropout=0.1),
    ),
    (
        lambda: kl.LSTM(4, forget_bias_init="one", consume_less="mem"),
        lambda: kl.LSTM(4, unit_forget_bias=True, implementation=1),
    ),
    (
        lambda: kl.MaxPooling2D(border_mode="same", dim_ordering="th"),
        lambda: kl.MaxPooling2D(padding="same", data_format="channels_first"),
    ),
    (lambda: kl.MaxPooling1D(pool_length=3, stride=2), lambda: kl.MaxPooling1D(3, 2)),
    (
        lambda: kl.BatchNormalization(mode=0, beta_init="ones"),
        lambda: kl.BatchNormalization(beta_initializer="ones"),
    ),
    (
        lambda: kl.AtrousConvolution1D(4, 3, atrous_rate=2, border_mode="same"),
        lambda: kl.Conv1D(4, 3, dilation_rate=2, padding="same"),
    ),
    (
        lambda: kl.Deconvolution2D(4, 3, 3, output_shape=(None, 9, 9, 4)),
        lambda: kl.Conv2DTranspose(4, (3, 3)),
    ),
    (lambda: kl.GaussianNoise(sigma=0.2), lambda: kl.GaussianNoise(0.2)),
    (
        lambda: kl.ZeroPadding2D({"top_pad": 1, "left_pad": 2}),
        lambda: kl.ZeroPadding2D(((1, 0), (2, 0))),
    ),
]


@pytest.mark.parametrize(("old", "new"), OLD)
def test_arguments_of_keras_1(old, new):
    with pytest.warns(UserWarning, match="Keras 2|Use instead|padding|ignored"):
        older = old().get_config()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        newer = new().get_config()
    assert {**older, "name": ""} == {**newer, "name": ""}


def test_the_warning_says_the_call():
    with pytest.warns(UserWarning, match="Update your `Dense` call") as told:
        kl.Dense(3, init="uniform")
    assert str(told[0].message).endswith('`Dense(3, kernel_initializer="uniform")`')
    assert told[0].filename == __file__


def test_an_old_name_beside_the_new_one_is_refused():
    with pytest.raises(TypeError, match="Stick to the latter"):
        kl.Dense(units=3, output_dim=3)
    with pytest.raises(TypeError, match="no longer exists"):
        kl.BatchNormalization(mode=2)


MODES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "max": np.maximum,
    "concat": lambda a, b: np.concatenate([a, b], -1),
    "dot": lambda a, b: (a * b).sum(-1, keepdims=True),
    "cos": lambda a, b: (
        (a * b).sum(-1, keepdims=True)
        / np.linalg.norm(a, axis=-1, keepdims=True)
        / np.linalg.norm(b, axis=-1, keepdims=True)
    ),
}
TWICE = np.random.default_rng(2).normal(size=(2, 5, 3)).astype("float32")


@pytest.mark.parametrize("mode", MODES)
def test_merge_of_tensors(mode):
    a, b = kl.Input((3,)), kl.Input((3,))
    model = Model([a, b], kl.merge([a, b], mode=mode))
    np.testing.assert_allclose(model.predict([*TWICE]), MODES[mode](*TWICE), atol=1e-5)


@pytest.mark.parametrize("mode", [*MODES, lambda inputs: inputs[0] - inputs[1]])
def test_merge_of_branches(mode):
    left, right = (Sequential([kl.Activation("linear", input_shape=(3,))]) for _ in range(2))
    model = Sequential([kl.Merge([left, right], mode=mode)])
    wanted = MODES[mode](*TWICE) if isinstance(mode, str) else TWICE[0] - TWICE[1]
    np.testing.assert_allclose(model.predict([*TWICE]), wanted, atol=1e-5)


def test_branches_that_are_merged_are_trained():
    left, right = (Sequential([kl.Dense(4, input_dim=3)]) for _ in range(2))
    model = Sequential()
    model.add(kl.Merge([left, right], mode="concat"))
    model.add(kl.Dense(1))
    model.compile("sgd", "mse")
    before = model.get_weights()
    assert len(before) == 6
    model.fit([X, X], Y, epochs=1, verbose=0)
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_way_of_merging_that_is_none():
    with pytest.raises(ValueError, match="Invalid merge mode: 'add'"):
        kl.Merge(mode="add")


def test_decorators_of_other_peoples_layers():
    class Mine(kl.Layer):
        @interfaces.legacy_dense_support
        def __init__(self, units, kernel_initializer="ones", **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.kernel_initializer = kernel_initializer

    with pytest.warns(UserWarning, match="Update your `Dense` call"):
        assert Mine(output_dim=3, init="zeros").kernel_initializer == "zeros"

    class Rule:
        @interfaces.legacy_get_updates_support
        def get_updates(self, loss, params):
            return loss, params

    assert Rule().get_updates(["w"], {}, "loss") == ("loss", ["w"])


# Recurrent layers


def test_states_of_stacked_cells_are_one_list():
    cells = [kl.LSTMCell(4), kl.GRUCell(3)]
    assert kl.StackedRNNCells(cells).state_size == (4, 4, 3)
    layer = kl.RNN(cells, return_state=True)
    x = kl.Input((5, 3))
    outputs = layer(x)
    assert [K.int_shape(t) for t in outputs] == [(None, 3), (None, 4), (None, 4), (None, 3)]
    values = Model(x, outputs).predict(np.ones((2, 5, 3)))
    np.testing.assert_allclose(values[0], values[3])


def test_states_come_in_reverse_where_that_is_asked_for():
    with pytest.warns(UserWarning, match="reverse_state_order"):
        cells = kl.StackedRNNCells([kl.LSTMCell(4), kl.GRUCell(3)], reverse_state_order=True)
    x = kl.Input((5, 3))
    outputs = kl.RNN(cells, return_state=True)(x)
    values = Model(x, outputs).predict(np.ones((2, 5, 3)))
    np.testing.assert_allclose(values[0], values[1])


def test_states_that_are_not_kept_are_none():
    assert kl.LSTM(2).states == [None, None]
    with pytest.raises(AttributeError, match="must be stateful"):
        kl.LSTM(2).reset_states()


class Shifted(kl.Layer):
    """A cell that adds its constants."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[0][-1], self.units), initializer="uniform", name="kernel"
        )
        self.built = True

    def call(self, inputs, states, constants):
        output = K.dot(inputs, self.kernel) + states[0] + constants[0]
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_constants_are_remembered_by_their_number():
    x, c = kl.Input((5, 3)), kl.Input((4,))
    layer = kl.RNN(Shifted(4))
    model = Model([x, c], layer(x, constants=c))
    data = [np.ones((2, 5, 3), "float32"), np.ones((2, 4), "float32")]
    config = layer.get_config()
    assert config["num_constants"] == 1
    with keras.utils.CustomObjectScope({"Shifted": Shifted}):
        again = kl.RNN.from_config(config)
    flat = Model([x, c], again([x, c]))
    flat.set_weights(model.get_weights())
    np.testing.assert_allclose(flat.predict(data), model.predict(data), atol=1e-6)


def test_identity_of_each_gate():
    layer = kl.LSTM(3, recurrent_initializer="identity")
    layer(kl.Input((5, 2)))
    np.testing.assert_array_equal(layer.get_weights()[1], np.concatenate([np.eye(3)] * 4, 1))


def test_a_layer_on_top_of_lstm_calls_it_as_it_was():
    class Scaled(kl.LSTM):
        def build(self, input_shape):
            super().build(input_shape)

        def call(self, inputs, arg=1, mask=None, training=None, initial_state=None):
            return super().call(inputs * arg, mask, training, initial_state)

    x = kl.Input((3, 2))
    out, h, c = Scaled(2, return_state=True, return_sequences=True)(x)
    twice = Scaled(2)
    model = Model(x, twice(out, arg=2, initial_state=[h, c]))
    data = np.random.default_rng(0).normal(size=(2, 3, 2)).astype("float32")
    plain = kl.LSTM(2)
    again = Model(x, plain(kl.Lambda(lambda v: v * 2)(out), initial_state=[h, c]))
    plain.set_weights(twice.get_weights())
    np.testing.assert_allclose(model.predict(data), again.predict(data), atol=1e-6)


@pytest.mark.parametrize("clip", ["clipnorm", "clipvalue"])
@pytest.mark.parametrize("face", [keras, tfkeras])
def test_gradients_are_clipped(face, clip):
    layer = face.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))
    model = face.Sequential([layer])
    model.compile(face.optimizers.SGD(1.0, **{clip: 0.5}), "mse")
    model.train_on_batch(np.float32([[1.0]]), np.float32([[10.0]]))  # a gradient of -20
    np.testing.assert_allclose(layer.get_weights()[0], [[0.5]], rtol=1e-6)


def test_the_base_class_takes_the_shape_of_the_output_for_the_inputs():
    class Twice(keras.layers.Layer):
        def call(self, inputs):
            return [K.abs(inputs), K.abs(inputs)]

        def compute_output_shape(self, input_shape):
            return [super().compute_output_shape(input_shape)] * 2

    class Traced(keras.layers.Layer):
        def call(self, inputs):
            return K.sum(inputs, axis=1)

    a, b = Twice()(keras.Input((4, 3)))
    assert K.int_shape(a + b) == (None, 4, 3)
    assert Traced().compute_output_shape((None, 4, 3)) == (None, 3)
