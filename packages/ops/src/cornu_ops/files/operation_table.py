"""The operations of Keras 3.15, one row for each of its classes.

`Class=function(values; arguments)`: a class is called on the values, and made with the arguments;
both go by the names that the function gives them. The function has the class' name in snake case,
where it is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cornu_ops.files.snake_case import snake_case

__all__ = ["BY_CLASS", "BY_FUNCTION", "UNREADABLE", "Row"]

# Module of keras.src.ops: its classes.
_TABLE = {
    "numpy": """
        Abs(x) Conj(x) Absolute(x) Add(x1 x2) All(x; axis keepdims)
        AllClose=allclose(x1 x2; rtol atol equal_nan) Amax(x; axis keepdims) Amin(x; axis keepdims)
        Angle(x) Any(x; axis keepdims) Append(x1 x2; axis) Arange(start stop step; dtype) Arccos(x)
        Arccosh(x) Arcsin(x) Arcsinh(x) Arctan(x) Arctan2(x1 x2) Arctanh(x) Argmax(x; axis keepdims)
        Argmin(x; axis keepdims) Argpartition(x; kth axis) Argsort(x; axis) Array(x; dtype)
        ArraySplit(x; indices_or_sections axis) Average(x weights; axis)
        Bincount(x; weights minlength sparse) BitwiseAnd(x y) BitwiseInvert(x) BitwiseLeftShift(x y)
        BitwiseNot(x) BitwiseOr(x y) BitwiseRightShift(x y) BitwiseXor(x y) BroadcastTo(x; shape)
        Cbrt(x) Ceil(x) Clip(x; x_min x_max) Concatenate(xs; axis) Conjugate(x) Copy(x) Corrcoef(x)
        Correlate(x1 x2; mode) Cos(x) Cosh(x) CountNonzero(x; axis)
        Cross(x1 x2; axisa axisb axisc axis) Cumprod(x; axis dtype) Cumsum(x; axis dtype) Deg2rad(x)
        Diag(x; k) Diagflat(x; k) Diagonal(x; offset axis1 axis2) Diff(a; n axis) Digitize(x bins)
        Divide(x1 x2) DivideNoNan(x1 x2) Dot(x1 x2) Dsplit(x; indices_or_sections) Dstack(xs)
        Einsum(*operands; subscripts) EmptyLike(x; dtype) Equal(x1 x2) Exp(x) Exp2(x)
        ExpandDims(x; axis) Expm1(x) Fabs(x) Flip(x; axis) Fliplr(x) Flipud(x) Floor(x)
        FloorDivide(x1 x2) Fmax(x1 x2) Fmin(x1 x2) Fmod(x1 x2) Full(fill_value; shape dtype)
        FullLike(x fill_value; dtype) Gcd(x1 x2) Geomspace(start stop; num endpoint dtype axis)
        GetItem(x key) Greater(x1 x2) GreaterEqual(x1 x2) Heaviside(x1 x2) Histogram(x; bins range)
        Hsplit(x; indices_or_sections) Hstack(xs) Hypot(x1 x2) I0(x) Imag(x) Inner(x1 x2)
        Isclose(x1 x2 rtol atol; equal_nan) Isfinite(x) IsIn=isin(x1 x2; assume_unique invert)
        Isinf(x) Isnan(x) Isneginf(x) Isposinf(x) Isreal(x) Kron(x1 x2) Lcm(x1 x2) Ldexp(x1 x2)
        LeftShift(x y) Less(x1 x2) LessEqual(x1 x2)
        Linspace(start stop; num endpoint retstep dtype axis) Log(x) Log10(x) Log1p(x) Log2(x)
        Logaddexp(x1 x2) Logaddexp2(x1 x2) LogicalAnd(x1 x2) LogicalNot(x) LogicalOr(x1 x2)
        LogicalXor(x1 x2) Logspace(start stop; num endpoint base dtype axis) Matmul(x1 x2)
        Max(x; axis keepdims initial) Maximum(x1 x2) Mean(x; axis keepdims) Median(x; axis keepdims)
        Meshgrid(*x; indexing) Min(x; axis keepdims initial) Minimum(x1 x2) Mod(x1 x2)
        Moveaxis(x; source destination) Multiply(x1 x2) NanToNum(x; nan posinf neginf)
        Nanargmax(x; axis keepdims) Nanargmin(x; axis keepdims) Nancumprod(x; axis dtype)
        Nancumsum(x; axis dtype) Nanmax(x; axis keepdims) Nanmean(x; axis keepdims)
        Nanmedian(x; axis keepdims) Nanmin(x; axis keepdims)
        Nanpercentile(x q; axis method keepdims) Nanprod(x; axis keepdims)
        Nanquantile(x q; axis method keepdims) Nanstd(x; axis keepdims) Nansum(x; axis keepdims)
        Nanvar(x; axis keepdims) Negative(x) Nextafter(x1 x2) Nonzero(x) NotEqual(x1 x2)
        OnesLike(x; dtype) Outer(x1 x2) Pad(x constant_values; pad_width mode)
        Percentile(x q; axis method keepdims) Power(x1 x2) Prod(x; axis keepdims dtype)
        Ptp(x; axis keepdims) Quantile(x q; axis method keepdims) Rad2deg(x) Ravel(x) Real(x)
        Reciprocal(x) Repeat(x; repeats axis) Reshape(x; newshape) RightShift(x y)
        Roll(x; shift axis) Rot90(array; k axes) Round(x; decimals)
        SearchSorted=searchsorted(sorted_sequence values; side) Select(condlist choicelist default)
        Sign(x) Signbit(x) Sin(x) Sinc(x) Sinh(x) Slogdet(x) Sort(x; axis)
        Split(x; indices_or_sections axis) Sqrt(x) Square(x) Squeeze(x; axis) Stack(x; axis)
        Std(x; axis keepdims) Subtract(x1 x2) Sum(x; axis keepdims) Swapaxes(x; axis1 axis2)
        Take(x indices; axis) TakeAlongAxis(x indices; axis) Tan(x) Tanh(x) Tensordot(x1 x2; axes)
        Tile(x; repeats) Trace(x; offset axis1 axis2) Transpose(x; axes) Trapezoid(y; x dx axis)
        Tril(x; k) Triu(x; k) TrueDivide(x1 x2) Trunc(x)
        Unique(x; sorted return_index return_inverse return_counts axis size fill_value)
        UnravelIndex(indices; shape) Vander(x; N increasing) Var(x; axis keepdims) Vdot(x1 x2)
        View(x; dtype) Vsplit(x; indices_or_sections) Vstack(xs) Where(condition x1 x2)
        ZerosLike(x; dtype)
    """,
    "nn": """
        AdaptiveAveragePool(inputs; output_size data_format)
        AdaptiveMaxPool(inputs; output_size data_format)
        AveragePool(inputs; pool_size strides padding data_format)
        BatchNorm=batch_normalization(x mean variance offset scale; axis epsilon)
        BinaryCrossentropy(target output; from_logits)
        CategoricalCrossentropy(target output; from_logits axis) Celu(x; alpha)
        Conv(inputs kernel; strides padding data_format dilation_rate)
        ConvTranspose(inputs kernel; strides padding output_padding data_format dilation_rate)
        CTCDecode(inputs sequence_lengths; strategy beam_width top_paths merge_repeated mask_index)
        CTCLoss(target output target_length output_length; mask_index)
        DepthToSpace(x; block_size data_format)
        DepthwiseConv(inputs kernel; strides padding data_format dilation_rate)
        DotProductAttention(query key value bias mask scale; is_causal flash_attention
            attn_logits_soft_cap)
        Elu(x; alpha) Fold(x; output_size kernel_size dilation padding stride) Gelu(x; approximate)
        Glu(x; axis) HardShrink(x; threshold) HardSigmoid(x) HardSilu(x) HardTanh(x)
        LayerNorm=layer_normalization(x gamma beta; axis epsilon rms_scaling)
        LeakyRelu(x; negative_slope) LogSigmoid(x) LogSoftmax(x; axis)
        MaxPool(inputs; pool_size strides padding data_format)
        Moments(x; axes keepdims synchronized) MultiHot(inputs; num_classes axis dtype sparse)
        Normalize(x; axis order epsilon) OneHot(x; num_classes axis dtype sparse)
        PSNR(x1 x2; max_val) Relu(x) Relu6(x) RMSNorm=rms_normalization(x scale; axis epsilon)
        Selu(x)
        SeparableConv(inputs depthwise_kernel pointwise_kernel; strides padding data_format
            dilation_rate)
        Sigmoid(x) Silu(x) SoftShrink(x; threshold) Softmax(x; axis) Softplus(x) Softsign(x)
        SpaceToDepth(x; block_size data_format)
        SparseCategoricalCrossentropy(target output; from_logits axis) SparsePlus(x)
        SparseSigmoid(x) Sparsemax(x; axis) Squareplus(x; b) TanhShrink(x)
        Threshold(x; threshold default_value) Unfold(x; kernel_size dilation padding stride)
    """,
    "core": """
        Cast(x; dtype) ConvertToTensor(x; dtype sparse ragged) SaturateCast(x; dtype)
        Scatter(indices values; shape) ScatterUpdate(inputs indices updates; reduction)
        Slice(inputs start_indices; shape) SliceUpdate(inputs start_indices updates)
        StopGradient(variable) Unstack(x; num axis)
    """,
    "math": """
        CDist=cdist(x y) Erf(x) Erfc(x) Erfinv(x)
        ExtractSequences(x; sequence_length sequence_stride) FFT(x) FFT2(x) IFFT2(x)
        InTopK(targets predictions; k) IRFFT(x; fft_length)
        ISTFT(x; sequence_length sequence_stride fft_length length window center) Logdet(x)
        Logsumexp(x; axis keepdims) RFFT(x; fft_length) Rsqrt(x)
        SegmentMax(data segment_ids; num_segments sorted)
        SegmentMin(data segment_ids; num_segments sorted)
        SegmentProd(data segment_ids; num_segments sorted)
        SegmentSum(data segment_ids; num_segments sorted)
        STFT(x; sequence_length sequence_stride fft_length window center) TopK(x; k sorted)
    """,
    "linalg": """
        Cholesky(x; upper) CholeskyInverse(x; upper) Det(x) Eig(x) Eigh(x) Inv(x) Lstsq(a b; rcond)
        LuFactor(x) MatrixRank(x; tol) Norm(x; ord axis keepdims) Pinv(x; rcond) Qr(x; mode)
        Solve(a b) SolveTriangular(a b; lower) SVD(x; full_matrices compute_uv)
    """,
    "einops": """
        Rearrange(tensor pattern **axes_lengths)
    """,
    "image": """
        AffineTransform(images transform; interpolation fill_mode fill_value data_format)
        CropImages(images; top_cropping left_cropping bottom_cropping right_cropping target_height
            target_width data_format)
        ElasticTransform(images; alpha sigma interpolation fill_mode fill_value seed data_format)
        ExtractPatches(images; size strides dilation_rate padding data_format)
        GaussianBlur(images; kernel_size sigma data_format) HSVToRGB(images; data_format)
        MapCoordinates(inputs coordinates; order fill_mode fill_value)
        PadImages(images; top_padding left_padding bottom_padding right_padding target_height
            target_width data_format)
        PerspectiveTransform(images start_points end_points; interpolation fill_value data_format)
        Resize(images; size interpolation antialias data_format crop_to_aspect_ratio
            pad_to_aspect_ratio fill_mode fill_value)
        RGBToGrayscale(images; data_format) RGBToHSV(images; data_format)
        ScaleAndTranslate(images output_shape scale translation; spatial_dims method antialias)
        SobelEdges(images; data_format)
        SSIM(image1 image2; max_val filter_size filter_sigma k1 k2 data_format)
    """,
}
# Functions that Keras calls the same as another.
_SAME = {"hard_swish": "hard_silu", "swish": "silu"}
_SAME |= {"image.extract_patches_3d": "image.extract_patches"}
# Classes that Keras itself cannot make from their configuration, for want of tuples.
UNREADABLE = ("AdaptiveAveragePool", "AdaptiveMaxPool", "Histogram")


class Row(NamedTuple):
    """An operation of Keras.

    Attributes
    ----------
    module : str
        Where its class stands.
    class_name : str
    function : str
        Its name in `cornu.ops`.
    values : tuple of str
        Names of what it is called on; one with a star takes all that follow.
    arguments : tuple of str
        Names of what its class is made with.
    """

    module: str
    class_name: str
    function: str
    values: tuple[str, ...]
    arguments: tuple[str, ...]


def _rows() -> Iterator[Row]:
    for module, text in _TABLE.items():
        prefix = "image." if module == "image" else ""
        for name, said, values, arguments in re.findall(
            r"(\w+)=?(\w*)\(([^;)]*)(?:; ([^)]*))?\)", text
        ):
            function = prefix + (said or snake_case(name))
            home = f"keras.src.ops.{module}"
            yield Row(home, name, function, tuple(values.split()), tuple(arguments.split()))


BY_CLASS = {row.class_name: row for row in _rows()}
BY_FUNCTION = {row.function: row for row in BY_CLASS.values()}
BY_FUNCTION |= {name: BY_FUNCTION[other] for name, other in _SAME.items()}
