"""The operations that are compared with live Keras: one row each, called with the numbers below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.parity.sides import floats, generator


def numbers(*shape: int, name: str = "x") -> np.ndarray:
    """Return normal numbers in the float type of the moment, the same for the same name."""
    return floats(generator(f"{name} {shape}").normal(size=shape))


X = numbers(3, 4)
Y = numbers(3, 4, name="y")
CUBE = numbers(2, 3, 4)
VECTOR = numbers(5)
SQUARE = numbers(4, 4)
DEFINITE = (SQUARE @ SQUARE.T + 4 * np.eye(4)).astype("float32")
IMAGES = numbers(2, 6, 5, 3)
SERIES = numbers(2, 7, 3)
SIGNAL = numbers(3, 12)
POSITIVE = np.abs(X) + 0.5
UNIT = (generator("unit").random((3, 4)) * 1.8 - 0.9).astype("float32")
SPECIAL = np.array([[1.0, np.nan, np.inf], [-np.inf, 0.0, -2.0]], "float32")
INTS = generator("ints").integers(-9, 9, (3, 4)).astype("int32")
NATURAL = generator("natural").integers(1, 9, (3, 4)).astype("int32")
SHIFTS = generator("shifts").integers(0, 5, (3, 4)).astype("int32")
BYTES = NATURAL.astype("uint8")
NONE = np.zeros((2, 0), "float32")
BOOLS = X > 0
OTHERS = Y > 0


@dataclass(frozen=True)
class Operation:
    """One call: its name, the call as a function of a namespace and of the array, that array."""

    name: str
    call: Callable[[Any, Any], Any]
    x: np.ndarray
    smooth: bool = True

    @property
    def symbol(self) -> str:
        return f"keras.ops.{self.name.partition('-')[0]}"


def _plain(names: str, x: np.ndarray, smooth: bool = True) -> list[Operation]:
    return [
        Operation(n, lambda o, v, n=n: getattr(o, n)(v), x, smooth and x.dtype.kind == "f")
        for n in names.split()
    ]


def _with(names: str, x: np.ndarray, y: Any, smooth: bool = True) -> list[Operation]:
    return [
        Operation(n, lambda o, v, n=n: getattr(o, n)(v, y), x, smooth and x.dtype.kind == "f")
        for n in names.split()
    ]


def _rows(
    x: np.ndarray, smooth: bool = True, **calls: Callable[[Any, Any], Any]
) -> list[Operation]:
    """Return a row for each call; ``sum__axis`` is named ``sum-axis``."""
    return [
        Operation(n.replace("__", "-"), call, x, smooth and x.dtype.kind == "f")
        for n, call in calls.items()
    ]


ELEMENTWISE = [
    *_plain("abs negative sign square exp exp2 expm1 sin cos tan sinh cosh tanh arctan arcsinh", X),
    *_plain("sigmoid silu relu relu6 selu softplus softsign log_sigmoid hard_sigmoid hard_silu", X),
    *_plain(
        "elu celu gelu leaky_relu glu softmax log_softmax hard_tanh hard_shrink soft_shrink", X
    ),
    *_plain("tanh_shrink squareplus sparse_plus sparse_sigmoid erf erfc cbrt deg2rad rad2deg", X),
    *_plain("sinc i0 fabs absolute reciprocal real conj conjugate", X),
    *_plain("angle imag isreal", X, False),
    *_plain("log log2 log10 log1p sqrt rsqrt arccosh", POSITIVE + 1),
    *_plain("arcsin arccos arctanh erfinv", UNIT),
    *_plain("floor ceil round trunc isfinite isnan isinf isposinf isneginf signbit", X, False),
    *_plain("isfinite isnan isinf isposinf isneginf nan_to_num signbit", SPECIAL, False),
    *_plain("logical_not bitwise_not", BOOLS),
    *_plain("abs negative sign square bitwise_not bitwise_invert exp sqrt mean", INTS, False),
    *_with("add subtract multiply maximum minimum hypot logaddexp logaddexp2 arctan2", X, Y),
    *_with("divide true_divide divide_no_nan", X, Y),
    *_with("power", POSITIVE, Y),
    *_with("mod floor_divide fmod fmax fmin heaviside nextafter", X, Y, False),
    *_with("ldexp", X, INTS),
    *_with("equal not_equal less less_equal greater greater_equal isclose allclose", X, Y, False),
    *_with("logical_and logical_or logical_xor", BOOLS, OTHERS),
    *_with("bitwise_and bitwise_or bitwise_xor gcd lcm floor_divide mod", INTS, NATURAL),
    *_with("left_shift right_shift bitwise_left_shift bitwise_right_shift", INTS, SHIFTS),
    *_with("add subtract multiply divide power maximum", INTS, 2, False),
    *_with("add multiply divide", INTS, 2.5, False),
    *_with("add multiply divide power", X, 2),
    *_rows(
        X,
        clip=lambda o, x: o.clip(x, -0.5, 0.7),
        where=lambda o, x: o.where(BOOLS, x, Y),
        where__scalar=lambda o, x: o.where(x > 0, x, 0.0),
        threshold=lambda o, x: o.threshold(x, 0.3, -1.0),
        gelu__exact=lambda o, x: o.gelu(x, approximate=False),
        round__decimals=lambda o, x: o.round(x, 1),
        cast__int=lambda o, x: o.cast(x, "int32"),
        saturate_cast=lambda o, x: o.saturate_cast(300 * x, "uint8"),
        select=lambda o, x: o.select([x > 1, x > 0], [x, 2 * x], 0.5),
        saturate_cast__bool=lambda o, x: o.saturate_cast(x, "bool"),
    ),
    *_plain("angle imag", SPECIAL, False),
    *_rows(
        BYTES,
        equal__beyond=lambda o, x: o.equal(x, -1),
        less__beyond=lambda o, x: o.less(x, 300),
        isin__beyond=lambda o, x: o.isin(x, -1),
        logical_or__beyond=lambda o, x: o.logical_or(x, -1),
        bincount__bytes=lambda o, x: o.bincount(x[0]),
    ),
]

REDUCTIONS = [
    *_plain("sum mean max min prod var std all any amax amin ptp logsumexp count_nonzero", CUBE),
    *_plain("argmax argmin nonzero median norm", X, False),
    *_plain(
        "nansum nanmean nanmax nanmin nanprod nanvar nanstd nanmedian nancumsum nancumprod "
        "nanargmax nanargmin",
        np.where(BOOLS, X, np.nan),
        False,
    ),
    *_rows(
        np.where(BOOLS, X, np.nan),
        False,
        nanquantile=lambda o, x: o.nanquantile(x, 0.3),
        nanpercentile=lambda o, x: o.nanpercentile(x, 30, axis=None),
    ),
    *_plain("sum mean max prod all any argmax cumsum", INTS, False),
    *_plain("unique", INTS),
    *_plain("sum mean any all", BOOLS, False),
    *[
        Operation(f"{n}-axis", lambda o, v, n=n: getattr(o, n)(v, axis=1), CUBE, smooth)
        for n, smooth in {
            **dict.fromkeys("sum mean max min prod var std logsumexp cumsum cumprod".split(), True),
            **dict.fromkeys("all any argmax argmin median sort argsort".split(), False),
        }.items()
    ],
    *_rows(
        CUBE,
        sum__axes=lambda o, x: o.sum(x, axis=(0, -1), keepdims=True),
        max__initial=lambda o, x: o.max(x, axis=0, initial=1.0),
        argmax__keepdims=lambda o, x: o.argmax(x, axis=-1, keepdims=True),
        average=lambda o, x: o.average(x, axis=1, weights=floats([1, 2, 3])),
        moments=lambda o, x: o.moments(x, axes=[0, 1]),
        quantile=lambda o, x: o.quantile(x, 0.3, axis=1),
        percentile=lambda o, x: o.percentile(x, [20, 70], axis=-1),
        norm__axis=lambda o, x: o.norm(x, axis=-1),
        norm__one=lambda o, x: o.norm(x, ord=1, axis=1),
        normalize=lambda o, x: o.normalize(x, axis=1),
        diff=lambda o, x: o.diff(x, axis=1),
        trapezoid=lambda o, x: o.trapezoid(x, axis=1),
        top_k=lambda o, x: o.top_k(x, 2),
        sort=lambda o, x: o.sort(x),
        # The order of the others is free.
        argpartition=lambda o, x: o.take_along_axis(x, o.argpartition(x, 2)[..., 2:3], axis=-1),
    ),
]

SHAPES = [
    *_plain("transpose ravel flip fliplr flipud squeeze copy ones_like zeros_like", CUBE),
    *_plain("diagonal trace tril triu", CUBE),
    *_plain("diag diagflat", VECTOR),
    *_plain("rot90", X),
    *_rows(
        CUBE,
        reshape=lambda o, x: o.reshape(x, (4, -1)),
        transpose__axes=lambda o, x: o.transpose(x, (2, 0, 1)),
        expand_dims=lambda o, x: o.expand_dims(x, (0, 2)),
        squeeze__axis=lambda o, x: o.squeeze(x[:1], 0),
        swapaxes=lambda o, x: o.swapaxes(x, 0, 2),
        moveaxis=lambda o, x: o.moveaxis(x, 0, -1),
        broadcast_to=lambda o, x: o.broadcast_to(x, (5, 2, 3, 4)),
        concatenate=lambda o, x: o.concatenate([x, 2 * x], axis=1),
        stack=lambda o, x: o.stack([x, -x], axis=1),
        hstack=lambda o, x: o.hstack([x, x]),
        vstack=lambda o, x: o.vstack([x, x]),
        dstack=lambda o, x: o.dstack([x, x]),
        append=lambda o, x: o.append(x, x, axis=0),
        split=lambda o, x: o.split(x, 2, axis=2),
        split__at=lambda o, x: o.split(x, [1], axis=1),
        hsplit=lambda o, x: o.hsplit(x, 3),
        vsplit=lambda o, x: o.vsplit(x, 2),
        dsplit=lambda o, x: o.dsplit(x, [1]),
        extract_sequences=lambda o, x: o.extract_sequences(x, 2, 1),
        array_split=lambda o, x: o.array_split(x, 3, axis=2),
        unstack=lambda o, x: o.unstack(x, axis=1),
        tile=lambda o, x: o.tile(x, (2, 1, 3)),
        repeat=lambda o, x: o.repeat(x, 2, axis=1),
        repeat__each=lambda o, x: o.repeat(x, np.array([1, 0, 2]), axis=1),
        roll=lambda o, x: o.roll(x, 2, axis=1),
        pad=lambda o, x: o.pad(x, ((1, 0), (0, 2), (1, 1))),
        pad__value=lambda o, x: o.pad(x, 1, constant_values=3.0),
        pad__reflect=lambda o, x: o.pad(x, ((0, 0), (1, 1), (2, 1)), mode="reflect"),
        pad__symmetric=lambda o, x: o.pad(x, ((0, 0), (1, 1), (2, 1)), mode="symmetric"),
        slice=lambda o, x: o.slice(x, (0, 1, 1), (2, 2, 3)),
        slice_update=lambda o, x: o.slice_update(x, (0, 1, 2), floats(np.ones((1, 2, 2)))),
        get_item=lambda o, x: o.get_item(x, (slice(None), 1, slice(None, None, -2))),
        take=lambda o, x: o.take(x, np.array([[0, 2], [1, 1]]), axis=1),
        take__flat=lambda o, x: o.take(x, np.array([0, 5, -1])),
        take_along_axis=lambda o, x: o.take_along_axis(x, np.array([[[2, 0, 1, 1]]] * 2), axis=1),
        scatter_update=lambda o, x: o.scatter_update(
            x, np.array([[0, 1, 2], [1, 2, 3]]), floats([5, 6])
        ),
        tril__k=lambda o, x: o.tril(x, -1),
        triu__k=lambda o, x: o.triu(x, 1),
        flip__axis=lambda o, x: o.flip(x, 1),
    ),
    *_rows(
        VECTOR,
        False,  # jax has no derivative
        segment_prod=lambda o, x: o.segment_prod(x, np.array([0, 1, 1, 1, 0]), num_segments=2),
    ),
    *_rows(
        VECTOR,
        scatter=lambda o, x: o.scatter(np.array([[1], [3], [3], [0], [2]]), x, (6,)),
        segment_sum=lambda o, x: o.segment_sum(x, np.array([0, 2, 2, 1, 0]), num_segments=4),
        segment_min=lambda o, x: o.segment_min(x, np.array([0, 1, 1, 1, 0]), num_segments=2),
        segment_max=lambda o, x: o.segment_max(x, np.array([0, 1, 1, 1, 0]), num_segments=2),
        searchsorted=lambda o, x: o.searchsorted(floats([-1, 0, 1]), x),
        digitize=lambda o, x: o.digitize(x, floats([-1, 0, 1])),
        histogram=lambda o, x: o.histogram(x, bins=3, range=(-1.0, 1.0)),
        vander=lambda o, x: o.vander(x, 4),
        correlate=lambda o, x: o.correlate(x, floats([1, 2, -1])),
    ),
    *_rows(
        np.array([1, 0, 3, 1, 3], "int32"),
        one_hot=lambda o, x: o.one_hot(x, 4),
        one_hot__axis=lambda o, x: o.one_hot(x, 4, axis=0),
        multi_hot=lambda o, x: o.multi_hot(x, 4),
        bincount=lambda o, x: o.bincount(x, minlength=6),
        unravel_index=lambda o, x: o.unravel_index(x, (2, 3)),
        isin=lambda o, x: o.isin(x, np.array([0, 3])),
    ),
    *_rows(
        X,
        False,
        arange=lambda o, x: o.arange(2, 9, 3),
        arange__float=lambda o, x: o.arange(0.0, 1.0, 0.25),
        linspace=lambda o, x: o.linspace(0.0, 2.0, 7),
        linspace__open=lambda o, x: o.linspace(0.0, 2.0, 7, endpoint=False),
        geomspace=lambda o, x: o.geomspace(1.0, 100.0, 5),
        ndim=lambda o, x: o.ndim(x),
        size=lambda o, x: o.size(x),
        shape=lambda o, x: o.shape(x),
        logspace=lambda o, x: o.logspace(0.0, 2.0, 5),
        eye=lambda o, x: o.eye(3, 4, k=1),
        identity=lambda o, x: o.identity(3),
        tri=lambda o, x: o.tri(3, 4),
        full=lambda o, x: o.full((2, 3), 7.0),
        full_like=lambda o, x: o.full_like(x, 2),
        zeros=lambda o, x: o.zeros((2, 3)),
        ones=lambda o, x: o.ones((2, 3), dtype="int32"),
        meshgrid=lambda o, x: o.meshgrid(x[0], x[1]),
        hamming=lambda o, x: o.hamming(6),
        hanning=lambda o, x: o.hanning(6),
        blackman=lambda o, x: o.blackman(6),
        bartlett=lambda o, x: o.bartlett(6),
        kaiser=lambda o, x: o.kaiser(6, 2.0),
    ),
]

EDGES = [
    *_plain("all any", NONE, False),
    *_rows(
        NONE,
        False,
        all__axis=lambda o, x: o.all(x, axis=1),
        any__axis=lambda o, x: o.any(x, axis=1, keepdims=True),
        allclose__none=lambda o, x: o.allclose(x, x),
        logsumexp__none=lambda o, x: o.logsumexp(x, axis=1),
        take__none=lambda o, x: o.take(x, [], axis=0),
    ),
    *_rows(
        np.float32([-np.inf, 2.0]),
        False,
        median__infinite=lambda o, x: o.median(x),
        quantile__infinite=lambda o, x: o.quantile(x, 0.25),
    ),
    *_rows(
        CUBE,
        roll__shifts=lambda o, x: o.roll(x, (1, 2)),
        roll__broadcast=lambda o, x: o.roll(x, (1, 2), 1),
        roll__axes=lambda o, x: o.roll(x, 1, (0, 2)),
        rms_normalization__scalar=lambda o, x: o.rms_normalization(x, 10.0),
    ),
]

ALGEBRA = [
    *_rows(
        X,
        matmul=lambda o, x: o.matmul(x, Y.T),
        dot=lambda o, x: o.dot(x, Y.T),
        inner=lambda o, x: o.inner(x, Y),
        outer=lambda o, x: o.outer(x, Y),
        vdot=lambda o, x: o.vdot(x, Y),
        kron=lambda o, x: o.kron(x, Y),
        tensordot=lambda o, x: o.tensordot(x, Y, axes=[[0], [0]]),
        cdist=lambda o, x: o.cdist(x, 2 * Y),
        einsum=lambda o, x: o.einsum("ij,kj->ik", x, Y),
        einsum__sum=lambda o, x: o.einsum("ij,ij->", x, Y),
        cross=lambda o, x: o.cross(x[:, :3], Y[:, :3]),
        corrcoef=lambda o, x: o.corrcoef(x),
    ),
    *(
        row
        for name, x in (("bytes", INTS.astype("int8")), ("booleans", BOOLS))
        for row in _rows(
            x,
            **{
                f"matmul__{name}": lambda o, x: o.matmul(x, x.T),
                f"dot__{name}": lambda o, x: o.dot(x, x.T),
                f"inner__{name}": lambda o, x: o.inner(x, x),
                f"vdot__{name}": lambda o, x: o.vdot(x, x),
                f"tensordot__{name}": lambda o, x: o.tensordot(x, x),
                f"einsum__{name}": lambda o, x: o.einsum("ij,kj->ik", x, x),
            },
        )
    ),
    *_rows(INTS, correlate__whole=lambda o, x: o.correlate(x[0], x[1, :2])),
    *_rows(
        CUBE,
        False,
        lu_factor=lambda o, x: o.lu_factor(x),
        vectorize=lambda o, x: o.vectorize(o.matmul, signature="(m,n),(n)->(m)")(x, x[0, 0]),
    ),
    *_rows(
        CUBE,
        matmul__batch=lambda o, x: o.matmul(x, numbers(2, 4, 5)),
        matmul__broadcast=lambda o, x: o.matmul(x, numbers(4, 5)),
        matmul__vector=lambda o, x: o.matmul(x, numbers(4)),
        einsum__batch=lambda o, x: o.einsum("bij,bjk->bki", x, numbers(2, 4, 5)),
        einsum__dots=lambda o, x: o.einsum("...j,jk->...k", x, numbers(4, 5)),
        einsum__diagonal=lambda o, x: o.einsum("bii->bi", x[:, :, :3]),
        rearrange=lambda o, x: o.rearrange(x, "b (h w) c -> b h (w c)", h=3),
    ),
    *_plain("cholesky cholesky_inverse inv det slogdet logdet", DEFINITE),
    *_plain("pinv", DEFINITE, False),
    *_plain("matrix_rank", CUBE, False),
    *_rows(
        DEFINITE,
        solve=lambda o, x: o.solve(x, numbers(4, 4)),
        solve_triangular=lambda o, x: o.solve_triangular(o.tril(x), numbers(4, 4), lower=True),
    ),
    *_rows(
        DEFINITE,
        False,
        lstsq=lambda o, x: o.lstsq(x, numbers(4, 2)),
        svd=lambda o, x: o.svd(x, compute_uv=False),
        eigh=lambda o, x: o.eigh(x)[0],
        eig=lambda o, x: np.sort(np.real(o.eig(x)[0])),
        qr=lambda o, x: [o.abs(part) for part in o.qr(x)],
    ),
    *_rows(
        SIGNAL,
        fft=lambda o, x: o.fft((x, x * x)),
        fft2=lambda o, x: o.fft2((x, x * x)),
        ifft2=lambda o, x: o.ifft2((x, x * x)),
        rfft=lambda o, x: o.rfft(x),
        irfft=lambda o, x: o.irfft((x, x * x)),
        stft=lambda o, x: o.stft(x, 4, 2, 6),
        stft__whole=lambda o, x: o.stft(x, 4, 2, 6, window=None),
        istft=lambda o, x: o.istft(o.stft(x, 4, 2, 6), 4, 2, 6),
    ),
]

NETWORKS = [
    *_rows(
        IMAGES,
        conv=lambda o, x: o.conv(x, numbers(3, 2, 3, 4)),
        conv__same=lambda o, x: o.conv(x, numbers(3, 2, 3, 4), strides=2, padding="same"),
        conv__dilated=lambda o, x: o.conv(x, numbers(2, 2, 3, 4), dilation_rate=2),
        conv__first=lambda o, x: o.conv(
            o.transpose(x, (0, 3, 1, 2)), numbers(3, 2, 3, 4), data_format="channels_first"
        ),
        depthwise_conv=lambda o, x: o.depthwise_conv(x, numbers(3, 3, 3, 2)),
        separable_conv=lambda o, x: o.separable_conv(x, numbers(3, 3, 3, 2), numbers(1, 1, 6, 4)),
        conv_transpose=lambda o, x: o.conv_transpose(x, numbers(3, 3, 4, 3), strides=2),
        conv_transpose__same=lambda o, x: o.conv_transpose(
            x, numbers(3, 2, 4, 3), strides=2, padding="same"
        ),
        max_pool=lambda o, x: o.max_pool(x, 2, strides=2),
        max_pool__same=lambda o, x: o.max_pool(x, 3, strides=2, padding="same"),
        average_pool=lambda o, x: o.average_pool(x, 2, strides=1),
        average_pool__same=lambda o, x: o.average_pool(x, 3, strides=2, padding="same"),
        batch_normalization=lambda o, x: o.batch_normalization(
            x, floats([0.1, 0, -0.1]), floats([1, 2, 0.5]), axis=-1
        ),
        layer_normalization=lambda o, x: o.layer_normalization(x, axis=-1, epsilon=1e-3),
        rms_normalization=lambda o, x: o.rms_normalization(x, axis=-1, epsilon=1e-3),
        adaptive_average_pool=lambda o, x: o.adaptive_average_pool(x, (3, 2)),
        adaptive_max_pool=lambda o, x: o.adaptive_max_pool(x, (3, 2)),
        space_to_depth=lambda o, x: o.space_to_depth(x[:, :, :4], 2),
        depth_to_space=lambda o, x: o.depth_to_space(o.tile(x, (1, 1, 1, 4)), 2),
        space_to_depth__first=lambda o, x: o.space_to_depth(x[:, :, :4, :2], 2, "channels_first"),
        depth_to_space__first=lambda o, x: o.depth_to_space(
            o.tile(x[:, :4], (1, 2, 1, 1)), 2, "channels_first"
        ),
        unfold=lambda o, x: o.unfold(x, (2, 3), padding=1, stride=2),
        fold=lambda o, x: o.fold(o.unfold(x, 2), (5, 3), 2),
    ),
    *_rows(
        SERIES,
        conv__series=lambda o, x: o.conv(x, numbers(3, 3, 2), padding="same"),
        max_pool__series=lambda o, x: o.max_pool(x, 2, strides=2),
        conv_transpose__series=lambda o, x: o.conv_transpose(x, numbers(3, 2, 3), strides=2),
        ctc_loss=lambda o, x: o.ctc_loss(
            np.array([[1, 2], [2, 0]]), x, np.array([2, 1]), np.array([7, 5])
        ),
        softmax__axis=lambda o, x: o.softmax(x, axis=1),
        log_softmax__axis=lambda o, x: o.log_softmax(x, axis=1),
        dot_product_attention=lambda o, x: o.dot_product_attention(
            o.reshape(x, (2, 7, 1, 3)), numbers(2, 7, 1, 3), numbers(2, 7, 1, 3), is_causal=True
        ),
    ),
    *_rows(
        np.abs(X) / np.abs(X).sum(-1, keepdims=True),
        categorical_crossentropy=lambda o, p: o.categorical_crossentropy(
            floats(np.eye(4)[[0, 3, 1]]), p
        ),
        sparse_categorical_crossentropy=lambda o, p: o.sparse_categorical_crossentropy(
            np.array([0, 3, 1]), p
        ),
        binary_crossentropy=lambda o, p: o.binary_crossentropy(floats(BOOLS), p),
        in_top_k=lambda o, p: o.in_top_k(np.array([0, 3, 1]), p, 2),
    ),
    *_rows(
        X,
        categorical_crossentropy__logits=lambda o, p: o.categorical_crossentropy(
            floats(np.eye(4)[[0, 3, 1]]), p, from_logits=True
        ),
        sparse_categorical_crossentropy__logits=lambda o, p: o.sparse_categorical_crossentropy(
            np.array([0, 3, 1]), p, from_logits=True
        ),
        binary_crossentropy__logits=lambda o, p: o.binary_crossentropy(
            floats(BOOLS), p, from_logits=True
        ),
        psnr=lambda o, p: o.psnr(p, numbers(3, 4, name="y"), 2.0),
    ),
]


def _reversed_gradient(o: Any) -> Callable[[Any], Any]:
    """Return a function that squares, and whose gradient has the other sign."""

    @o.custom_gradient
    def square(x: Any) -> Any:
        def gradient(*args: Any, upstream: Any = None) -> Any:
            return -2 * x * (args[0] if upstream is None else upstream)

        return x * x, gradient

    return square


CONTROL = [
    *_rows(
        X,
        False,
        while_loop=lambda o, x: o.while_loop(
            lambda i, c: i < 3, lambda i, c: (i + 1, c + 1.0), (np.int32(0), x)
        ),
        view=lambda o, x: o.view(x, "int32"),
        ctc_decode=lambda o, x: o.ctc_decode(o.expand_dims(x, 0), np.array([3])),
    ),
    *_rows(
        CUBE,
        scan=lambda o, x: o.scan(lambda c, t: (0.5 * c + t, c * t), x[0], x),
        scan__reverse=lambda o, x: o.scan(lambda c, t: (0.5 * c + t, c), x[0], x, reverse=True),
        map=lambda o, x: o.map(lambda row: o.sum(row * row), x),
        vectorized_map=lambda o, x: o.vectorized_map(lambda row: o.sum(row * row), x),
        cond=lambda o, x: o.cond(o.sum(x) > 0, lambda: 2 * x, lambda: x * x),
        associative_scan=lambda o, x: o.associative_scan(lambda a, b: a + b, x),
        fori_loop=lambda o, x: o.fori_loop(0, 3, lambda i, c: c * 1.5, x),
        switch=lambda o, x: o.switch(1, [lambda v: v, lambda v: 3 * v], x),
        jvp=lambda o, x: o.jvp(lambda v: v * o.sin(v), (x,), (numbers(2, 3, 4, name="y"),)),
        custom_gradient=lambda o, x: _reversed_gradient(o)(x),
        stop_gradient=lambda o, x: x * o.stop_gradient(x),
    ),
]

CORNERS = np.float32([[[0, 0], [4, 0], [0, 5], [4, 5]]] * 2)
MOVED = CORNERS + generator("moved").uniform(-0.5, 0.5, (2, 4, 2)).astype("float32")
PICTURES = [
    Operation("image.ssim", lambda o, x: o.image.ssim(x, x * 0.5, filter_size=3), IMAGES),
    Operation(
        "image.perspective_transform",
        lambda o, x: o.image.perspective_transform(x, CORNERS, MOVED, fill_value=0.5),
        IMAGES,
        smooth=False,  # Keras finds the places in float32, whatever is asked
    ),
]

OPERATIONS = [
    *ELEMENTWISE,
    *REDUCTIONS,
    *SHAPES,
    *EDGES,
    *ALGEBRA,
    *NETWORKS,
    *PICTURES,
    *CONTROL,
]
