"""Every family of layers, for arguments and shapes that Hypothesis chooses.

A row is a layer, its arguments, and the sizes of its input. Each choice is built, called, traced,
rebuilt from its configuration, computed in other dtypes and differentiated; in each the shape that
the layer describes must be the shape that it returns.
"""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.testing import check_layer, check_layer_properties

BOOLS = [True, False]
FORMATS = ["channels_last", "channels_first"]
STEPS = ((4, 7), (1, 3))
IMAGE = ((4, 6), (4, 6), (4, 5))
VOLUME = ((3, 4), (3, 4), (3, 4), (3, 4))
WINDOW = {
    "kernel_size": [1, 2, 3],
    "strides": [1, 2],
    "padding": ["valid", "same"],
    "data_format": FORMATS,
    "use_bias": BOOLS,
}
POOL = {"pool_size": [1, 2, 3], "strides": [None, 1, 2], "padding": ["valid", "same"]}
GATES = {
    "units": [1, 3],
    "use_bias": BOOLS,
    "return_sequences": BOOLS,
    "go_backwards": BOOLS,
    "unroll": BOOLS,
}


def one_of_both_exceeds(kwargs, shape):
    return kwargs.get("strides", 1) == 1 or kwargs.get("dilation_rate", 1) == 1


ROWS = [
    (layers.Dense, {"units": [1, 3], "activation": [None, "tanh"], "use_bias": BOOLS}, ((1, 4),)),
    (layers.Dense, {"units": [1, 3]}, ((1, 3), (1, 3))),
    (layers.Flatten, {"data_format": FORMATS}, ((1, 3), (1, 3), (1, 3))),
    (layers.Reshape, {"target_shape": [(-1,), (-1, 2), (2, -1)]}, ((1, 3), 2)),
    (layers.Permute, {"dims": [(1, 2), (2, 1)]}, STEPS),
    (layers.RepeatVector, {"n": [1, 3]}, ((1, 4),)),
    (layers.Rescaling, {"scale": [0.5, 2.0], "offset": [0.0, 1.0]}, ((1, 4),)),
    (layers.Conv1D, {"filters": [1, 2], "dilation_rate": [1, 2], **WINDOW}, ((5, 7), (5, 6))),
    (layers.Conv1D, {"filters": 2, "kernel_size": [1, 3], "padding": "causal"}, STEPS),
    (layers.Conv2D, {"filters": 4, "groups": [1, 2], **WINDOW}, (4, (4, 5), 4)),
    (layers.Conv3D, {"filters": 1, "kernel_size": [1, 2], "padding": ["valid", "same"]}, VOLUME),
    (layers.SeparableConv1D, {"filters": 2, "depth_multiplier": [1, 2], **WINDOW}, (5, 5)),
    (layers.DepthwiseConv2D, {"depth_multiplier": [1, 2], **WINDOW}, IMAGE),
    (layers.Conv2DTranspose, {"filters": 2, **WINDOW}, IMAGE),
    (layers.LocallyConnected1D, {"filters": 2, "kernel_size": [1, 2], "strides": [1, 2]}, STEPS),
    (layers.Cropping1D, {"cropping": [0, 1, (0, 2)]}, STEPS),
    (layers.ZeroPadding2D, {"padding": [1, (0, 2), ((1, 0), (0, 1))]}, IMAGE),
    (
        layers.UpSampling2D,
        {"size": [1, 2, (1, 3)], "interpolation": ["nearest", "bilinear"]},
        IMAGE,
    ),
    (layers.MaxPooling1D, POOL, STEPS),
    (layers.AveragePooling2D, POOL, IMAGE),
    (layers.GlobalMaxPooling2D, {"keepdims": BOOLS, "data_format": FORMATS}, IMAGE),
    (layers.GlobalAveragePooling1D, {"keepdims": BOOLS}, STEPS),
    (layers.AdaptiveAveragePooling1D, {"output_size": [1, 2, 3]}, STEPS),
    (layers.BatchNormalization, {"axis": [-1, 1], "scale": BOOLS, "center": BOOLS}, STEPS),
    (layers.LayerNormalization, {"axis": [-1, 1, [1, 2]], "scale": BOOLS}, STEPS),
    (layers.GroupNormalization, {"groups": [1, 2, -1], "center": BOOLS}, ((2, 3), 4)),
    (layers.RMSNormalization, {"axis": [-1, 1]}, STEPS),
    (layers.UnitNormalization, {"axis": [-1, 1]}, STEPS),
    (layers.LeakyReLU, {"negative_slope": [0.0, 0.3]}, ((1, 4),)),
    (layers.PReLU, {"shared_axes": [None, [1]]}, STEPS),
    (layers.ELU, {"alpha": [0.5, 1.0]}, ((1, 4),)),
    (layers.Softmax, {"axis": [-1, 1]}, STEPS),
    (layers.SimpleRNN, GATES, STEPS),
    (layers.GRU, {"reset_after": BOOLS, **GATES}, STEPS),
    (layers.LSTM, {"unit_forget_bias": BOOLS, **GATES}, STEPS),
    (layers.ConvLSTM1D, {"filters": [1, 2], "kernel_size": [1, 2]}, ((2, 3), (3, 4), 2)),
    (layers.EinsumDense, {"equation": "ab,bc->ac", "output_shape": [1, 3]}, ((1, 4),)),
]


@pytest.mark.parametrize(("cls", "arguments", "shape"), ROWS)
def test_layer(cls, arguments, shape):
    check_layer_properties(cls, arguments, shape, valid=one_of_both_exceeds, examples=5)


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize(("cls", "arguments", "shape"), ROWS)
def test_an_exported_layer_serves_what_it_predicts(cls, arguments, shape, which, tmp_path):
    pytest.importorskip("cornu_export", reason="models are exported by cornu-export")
    chosen = {k: v[which] if isinstance(v, list) else v for k, v in arguments.items()}
    if not one_of_both_exceeds(chosen, shape):
        chosen["dilation_rate"] = 1
    sizes = [n if isinstance(n, int) else n[1] for n in shape]
    model = cornu.Sequential([cornu.Input(sizes), cls(**chosen)])
    x = np.random.default_rng(0).normal(size=(2, *sizes)).astype("float32")
    model.export(tmp_path / "layer.cornu", verbose=False)
    served = cornu.saved_model.load(tmp_path / "layer.cornu")
    for rows in (1, 2):
        expected = model.predict(x[:rows], verbose=0)
        np.testing.assert_allclose(served.serve(x[:rows]), expected, rtol=1e-6, atol=1e-6)


MERGES = (layers.Add, layers.Multiply, layers.Average, layers.Concatenate)


@pytest.mark.parametrize("cls", [*MERGES, layers.Maximum, layers.Minimum, layers.Subtract])
def test_merging_layer(cls):
    check_layer(cls, input_shape=[(2, 3), (2, 3)])


@pytest.mark.parametrize("merge_mode", ["sum", "mul", "concat", "ave"])
def test_bidirectional(merge_mode):
    kwargs = {"layer": layers.GRU(2, return_sequences=True), "merge_mode": merge_mode}
    check_layer(layers.Bidirectional, kwargs, (4, 3), dtypes=(), differentiable=False)


def test_a_layer_that_describes_another_dtype_is_caught():
    class Wrong(layers.Layer):
        def call(self, inputs):
            return inputs * np.ones(1, "float32")

        def compute_output_shape(self, input_shape):
            return input_shape

    with pytest.raises(AssertionError, match=r"float16.*it describes float16.*is float32"):
        check_layer(Wrong, dtypes=["float16"], differentiable=False)


def test_a_layer_with_a_wrong_shape_for_some_argument_is_caught():
    class Wrong(layers.Dense):
        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], max(2, self.units))

    with pytest.raises(AssertionError, match="compute_output_shape says"):
        check_layer_properties(Wrong, {"units": [3, 2, 1]}, examples=10)
