"""What random models are made of: lines of Python with places to be filled.

`{flat}`, `{series}`, `{image}`, `{tokens}` and `{x}` stand for a value made before, of two, three,
four axes, of whole numbers, or any; `{same}` for one of the same shape as the first, `{beside}` for
one that differs in the last axis at most, `{alike}` for one with the same last axis and rank. What
else there is stands in `CHOICES`. A line makes `{out}`, or is the expression for it.
"""

from __future__ import annotations

CHOICES: dict[str, list[str]] = {
    "units": ["3", "1", "2", "4", "5", "17"],
    "few": ["2", "1", "3"],
    "act": ["None", "'relu'", "'tanh'", "'gelu'", "'softplus'", "'softmax'", "'elu'"],
    "gate": ["'sigmoid'", "'hard_sigmoid'", "'tanh'"],
    "bool": ["False", "True"],
    "bool2": ["False", "True"],
    "pad": ["'same'", "'valid'"],
    "rate": ["0.0", "0.4"],
    "cell": ["L.LSTM", "L.GRU", "L.SimpleRNN"],
    "merge": ["L.Add", "L.Subtract", "L.Multiply", "L.Average", "L.Maximum", "L.Minimum"],
    "sides": ["'concat'", "'sum'", "'mul'", "'ave'"],
    "reduce": ["ops.mean", "ops.max", "ops.sum", "ops.logsumexp", "ops.var"],
    "unary": ["ops.tanh", "ops.abs", "ops.square", "ops.sigmoid", "ops.sin", "ops.erf"],
    "binary": ["ops.add", "ops.multiply", "ops.maximum", "ops.subtract"],
    "sign": ["1", "-1"],
}

INPUTS: dict[str, str] = {
    "flat": "Input((7,))",
    "series": "Input((5, 4))",
    "image": "Input((6, 7, 3))",
    "tokens": "Input((5,), dtype='int32')",
}

ANY = """
{binary}({x}, {same})
{unary}({x})
ops.where({x} > 0.1, {x}, {same} * 0.5)
{x} - {reduce}({x}, axis=-1, keepdims=True)
{x} * {reduce}({x}, axis=1, keepdims=True)
{merge}()([{x}, {same}])
L.Concatenate()([{x}, {beside}, {x}])
L.Concatenate(axis=1)([{x}, {same}])
s = L.Dense({units}, activation={act}); {out} = L.Add()([s({x}), s({same})])
s = L.Dense({units}); {out} = L.Concatenate()([{x}, s({x}), s(ops.tanh({x}))])
L.Add()([{x}, L.Dense({x}.shape[-1], activation={act}, use_bias={bool})({x})])
L.Dense({units}, activation={act}, use_bias={bool})({x})
i = Input({x}.shape[1:]); m = Model(i, L.Dense({units}, activation={act})(i)); {out} = m({x})
m = Sequential([L.Dense({x}.shape[-1], activation={act})]); {out} = m(m({x}))
L.BatchNormalization(center={bool})({x})
L.LayerNormalization()({x})
L.UnitNormalization()({x})
L.Dropout({rate})({x})
L.Activation({act})({x})
L.LeakyReLU()({x})
L.PReLU()({x})
L.Flatten()({x})
ops.flip({x}, axis=1)
ops.roll({x}, {few}, axis=-1)
ops.cumsum({x}, axis=1)
ops.sort({x}, axis=-1)
ops.softmax({x}, axis=1)
{x}[:, ::{sign}]
ops.concatenate(ops.split({x}, [1], axis=-1)[::-1], axis=-1)
ops.pad({x}, [(0, 0)] * ({x}.ndim - 1) + [({few}, 1)])
ops.stop_gradient({x}) * {same}
"""

FLAT = """
L.RepeatVector({few})({flat})
L.Reshape(({flat}.shape[-1], 1))({flat})
ops.stack([{flat}, {same}], axis=1)
{cell}({flat}.shape[-1], return_sequences={bool})(ops.expand_dims({flat}, 1))
L.Dot(axes=1)([{flat}, {same}])
ops.top_k({flat}, 1)[0]
L.CategoryEncoding(5, 'multi_hot')(ops.cast(ops.abs({flat}) * 2 % 5, 'int32'))
"""

SERIES = """
{cell}({units}, return_sequences={bool}, go_backwards={bool2}, dropout={rate})({series})
L.LSTM({units}, recurrent_activation={gate}, unroll={bool}, return_sequences={bool2})({series})
L.GRU({units}, reset_after={bool}, unroll={bool2}, recurrent_dropout={rate})({series})
L.GRU({units}, stateful=False, use_bias={bool}, return_sequences=True)({series})
L.Bidirectional({cell}({units}, return_sequences={bool}), merge_mode={sides})({series})
L.RNN([L.LSTMCell({units}), L.GRUCell({few})], return_sequences={bool})({series})
{out}, a, b = L.LSTM({units}, return_sequences={bool}, return_state=True)({series})
a, {out} = L.GRU({units}, return_state=True)({series})
a, b, c = L.LSTM({units}, return_state=True)({series}); {out} = L.LSTM({units}, return_sequences={bool})({alike}, initial_state=[b, c])
a, b = L.GRU({units}, return_state=True)({series}); {out}, c = L.GRU({units}, return_sequences=True, return_state=True)({series}, initial_state=b)
L.SimpleRNN({flat}.shape[-1], return_sequences={bool})({series}, initial_state={flat})
L.Conv1D({units}, {few}, padding={pad}, activation={act}, use_bias={bool})({series})
L.Conv1D({units}, 2, padding='causal', dilation_rate={few})({series})
L.Conv1D({units}, 3, padding='same', strides={few})({series})
L.SeparableConv1D({units}, 3, padding='same', activation={act})({series})
L.DepthwiseConv1D(2, padding='same', depth_multiplier={few})({series})
L.Conv1DTranspose({units}, 2, strides={few}, padding={pad})({series})
L.MultiHeadAttention(2, {units}, dropout={rate})({series}, {alike}, use_causal_mask={bool})
L.GroupedQueryAttention(3, 2, 1)({series}, {series})
L.Attention(use_scale={bool})([{series}, {alike}])
L.AdditiveAttention()([{series}, {alike}])
L.TimeDistributed(L.Dense({units}, activation={act}))({series})
L.Masking(0.3)({series})
L.Permute((2, 1))({series})
L.GlobalAveragePooling1D()({series})
L.GlobalMaxPooling1D(keepdims={bool})({series})
L.MaxPooling1D(2, strides=1, padding='same')({series})
L.AveragePooling1D(2, padding='same')({series})
L.UpSampling1D({few})({series})
L.ZeroPadding1D(({few}, 1))({series})
L.SpatialDropout1D({rate})({series})
L.EinsumDense('abc,cd->abd', output_shape=(None, {units}), bias_axes='d')({series})
L.Dot(axes=(2, 2))([{series}, {alike}])
{series}[:, -1]
{series} + ops.expand_dims(L.Dense({series}.shape[-1])({flat}), 1)
ops.matmul({series}, ops.transpose({alike}, (0, 2, 1)))
ops.einsum('bij,bkj->bik', {series}, {alike})
ops.take({series}, [0, 0], axis=1)
ops.max({series}, axis=1)
L.Reshape((*{series}.shape[1:], 1))({series})
L.ConvLSTM1D({few}, 2, padding='same', return_sequences={bool})(ops.expand_dims({series}, 2))
"""

TOKENS = """
L.Embedding(6, {units}, mask_zero={bool})({tokens})
L.Embedding(6, {units}, mask_zero=True)(ops.flip({tokens}, axis=1))
L.CategoryEncoding(6, 'one_hot')({tokens})
ops.one_hot({tokens}, 6)
"""

IMAGE = """
L.Conv2D({units}, 3, padding={pad}, activation={act}, use_bias={bool})({image})
L.Conv2D({units}, 1, activation={act})({image})
L.Conv2D(8, 3, padding='same', activation={act})({image})
L.Conv2D({units}, (1, 3), strides={few}, padding='same')({image})
L.Conv2D({units}, 2, padding='same', dilation_rate={few})({image})
L.Conv2D({image}.shape[-1] * 2, 2, padding='same', groups={image}.shape[-1])({image})
L.DepthwiseConv2D({few}, padding={pad}, depth_multiplier={few}, activation={act})({image})
L.SeparableConv2D({units}, 2, padding='same', activation={act})({image})
L.Conv2DTranspose({units}, {few}, strides={few}, padding={pad})({image})
L.Add()([{image}, L.Conv2D({image}.shape[-1], 3, padding='same', activation={act})({image})])
L.AveragePooling2D(2, strides={few}, padding='same')({image})
L.MaxPooling2D(2, padding='same')({image})
L.MaxPooling2D(3, strides=1, padding='same')({image})
L.UpSampling2D(2, interpolation='bilinear')({image})
L.UpSampling2D({few})({image})
L.ZeroPadding2D(((1, 0), (2, 1)))({image})
L.Cropping2D(((0, 1), (0, 0)))(L.ZeroPadding2D(1)({image}))
L.Permute((2, 1, 3))({image})
L.GroupNormalization(1)({image})
L.SpatialDropout2D({rate})({image})
L.GlobalAveragePooling2D(keepdims={bool})({image})
L.GlobalMaxPooling2D()({image})
L.Multiply()([{image}, L.Dense({image}.shape[-1], activation='sigmoid')(L.GlobalAveragePooling2D(keepdims=True)({image}))])
L.TimeDistributed({cell}({units}))({image})
L.TimeDistributed(L.Conv1D({units}, 2, padding='same'))({image})
L.ConvLSTM1D({few}, 2, padding='same', return_sequences={bool})({image})
L.Reshape(({image}.shape[1], {image}.shape[2] * {image}.shape[3]))({image})
ops.image.resize({image}, (4, 5), interpolation='bilinear')
ops.mean({image}, axis=(1, 2))
L.Reshape((*{image}.shape[1:], 1))({image})[..., 0]
L.LayerNormalization(axis=(1, 2))({image})
"""

GROUPS = [text.strip().splitlines() for text in (SERIES, IMAGE, FLAT, TOKENS, ANY)]
