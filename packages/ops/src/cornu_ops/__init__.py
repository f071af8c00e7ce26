"""The operations of ``keras.ops``, on arrays, traced values and symbolic tensors alike.

On arrays an operation computes at once; inside a trace it becomes part of the program. Each is
loaded when it is first used.

>>> from cornu import ops
>>> ops.add([1.0, 2.0], 3)
array([4., 5.], dtype=float32)
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import cornu_engine.trace  # noqa: F401  gives operators the meaning that ends here
from cornu_engine import operators
from cornu_engine.errors import near_matches

if TYPE_CHECKING:  # for editors and type checkers
    from cornu_ops import image
    from cornu_ops.alignment import *  # noqa: F403
    from cornu_ops.arithmetic import *  # noqa: F403
    from cornu_ops.attention import *  # noqa: F403
    from cornu_ops.comparison import *  # noqa: F403
    from cornu_ops.contraction import *  # noqa: F403
    from cornu_ops.control import *  # noqa: F403
    from cornu_ops.core import *  # noqa: F403
    from cornu_ops.creation import *  # noqa: F403
    from cornu_ops.crossentropy import *  # noqa: F403
    from cornu_ops.diagonals import *  # noqa: F403
    from cornu_ops.distance import *  # noqa: F403
    from cornu_ops.eager import *  # noqa: F403
    from cornu_ops.einstein import *  # noqa: F403
    from cornu_ops.elementwise import *  # noqa: F403
    from cornu_ops.fourier import *  # noqa: F403
    from cornu_ops.gradient import *  # noqa: F403
    from cornu_ops.indexing import *  # noqa: F403
    from cornu_ops.integers import *  # noqa: F403
    from cornu_ops.joining import *  # noqa: F403
    from cornu_ops.linalg import *  # noqa: F403
    from cornu_ops.movement import *  # noqa: F403
    from cornu_ops.nanreduction import *  # noqa: F403
    from cornu_ops.nn import *  # noqa: F403
    from cornu_ops.normalization import *  # noqa: F403
    from cornu_ops.patches import *  # noqa: F403
    from cornu_ops.reduction import *  # noqa: F403
    from cornu_ops.repetition import *  # noqa: F403
    from cornu_ops.scattering import *  # noqa: F403
    from cornu_ops.segment import *  # noqa: F403
    from cornu_ops.sorting import *  # noqa: F403
    from cornu_ops.statistics import *  # noqa: F403
    from cornu_ops.vectorized import *  # noqa: F403
    from cornu_ops.windowed import *  # noqa: F403

# Which module holds which operations.
_HOMES = {
    "alignment": "ctc_decode ctc_loss",
    "arithmetic": """
        add arctan2 clip divide divide_no_nan floor_divide fmax fmin fmod heaviside hypot ldexp
        logaddexp logaddexp2 maximum minimum mod multiply nan_to_num power round subtract
        true_divide
    """,
    "attention": "dot_product_attention",
    "comparison": """
        allclose bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or
        bitwise_right_shift bitwise_xor equal greater greater_equal isclose isfinite isin isinf
        isnan isneginf isposinf isreal left_shift less less_equal logical_and logical_not logical_or
        logical_xor not_equal right_shift select signbit where
    """,
    "contraction": "cross dot inner kron matmul outer tensordot vdot",
    "control": "associative_scan cond fori_loop map scan switch vectorized_map while_loop",
    "core": """
        array cast convert_to_numpy convert_to_tensor copy dtype is_tensor ndim saturate_cast shape
        size stop_gradient view
    """,
    "creation": """
        arange bartlett blackman empty empty_like eye full full_like geomspace hamming hanning
        identity kaiser linspace logspace ones ones_like tri tril triu vander zeros zeros_like
    """,
    "crossentropy": "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy",
    "diagonals": "diag diagflat diagonal trace",
    "distance": "cdist psnr",
    "eager": "nextafter nonzero unique",
    "einstein": "einsum rearrange",
    "elementwise": """
        abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj conjugate cos
        cosh deg2rad erf erfc erfinv exp exp2 expm1 fabs floor i0 imag log log10 log1p log2 negative
        rad2deg real reciprocal rsqrt sign sin sinc sinh sqrt square tan tanh trunc
    """,
    "fourier": "fft fft2 ifft2 irfft istft rfft stft",
    "gradient": "custom_gradient jvp",
    "indexing": "get_item multi_hot one_hot slice take take_along_axis unravel_index",
    "integers": "gcd lcm",
    "joining": """
        append array_split concatenate dsplit dstack hsplit hstack split stack unstack vsplit vstack
    """,
    "linalg": """
        cholesky cholesky_inverse det eig eigh inv logdet lstsq lu_factor matrix_rank norm pinv qr
        slogdet solve solve_triangular svd
    """,
    "movement": """
        broadcast_to expand_dims flip fliplr flipud moveaxis ravel reshape roll rot90 squeeze
        swapaxes transpose
    """,
    "nanreduction": """
        nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmin nanprod nanstd nansum nanvar
    """,
    "nn": """
        celu elu gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu
        log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
        softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh_shrink threshold
    """,
    "normalization": """
        batch_normalization l2_normalize layer_normalization moments normalize normalize_batch
        rms_normalization
    """,
    "patches": "depth_to_space extract_sequences fold space_to_depth unfold",
    "reduction": """
        all amax amin any argmax argmin average count_nonzero cumprod cumsum logsumexp max mean min
        prod ptp std sum var
    """,
    "repetition": "meshgrid pad repeat tile",
    "scattering": "scatter scatter_update slice_update",
    "segment": "segment_max segment_min segment_prod segment_sum",
    "sorting": """
        argpartition argsort bincount digitize histogram in_top_k searchsorted sort top_k
    """,
    "statistics": """
        corrcoef correlate diff median nanmedian nanpercentile nanquantile percentile quantile
        trapezoid
    """,
    "vectorized": "vectorize",
    "windowed": """
        adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose depthwise_conv
        max_pool separable_conv
    """,
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["image", *sorted(_HOME_OF)]


def __getattr__(name: str) -> Any:
    if name == "image":
        return import_module("cornu_ops.image")
    if name not in _HOME_OF:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"cornu.ops has no {name!r}. {near_matches(name, __all__)}".rstrip())
    found = getattr(import_module(f"cornu_ops.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__


operators.spoken_in(sys.modules[__name__])
