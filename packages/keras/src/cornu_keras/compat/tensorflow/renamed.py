"""Names that TensorFlow 1 had elsewhere: where each is now, in `tf` itself."""

from __future__ import annotations

__all__ = ["RENAMED"]

_LINALG = {
    "cholesky": "cholesky",
    "matrix_band_part": "band_part",
    "matrix_determinant": "det",
    "matrix_diag": "diag",
    "matrix_diag_part": "diag_part",
    "matrix_inverse": "inv",
    "matrix_solve": "solve",
    "matrix_transpose": "matrix_transpose",
    "matrix_triangular_solve": "triangular_solve",
    "qr": "qr",
    "self_adjoint_eig": "eigh",
    "svd": "svd",
    "trace": "trace",
}
_MATH = (
    "angle bincount confusion_matrix cumprod digamma erf erfc imag "
    "invert_permutation is_finite is_inf is_nan lbeta lgamma log1p log_sigmoid polyval real "
    "segment_max segment_mean segment_min segment_prod segment_sum unsorted_segment_max "
    "unsorted_segment_mean unsorted_segment_min unsorted_segment_prod unsorted_segment_sum "
    "xdivy zeta"
).split()
RENAMED: dict[str, str] = {
    **{old: f"linalg.{new}" for old, new in _LINALG.items()},
    **{name: f"math.{name}" for name in _MATH},
    "check_numerics": "debugging.check_numerics",
    "decode_base64": "io.decode_base64",
    "depth_to_space": "nn.depth_to_space",
    "encode_base64": "io.encode_base64",
    "fft": "signal.fft",
    "gfile": "io.gfile",
    "global_norm": "linalg.global_norm",
    "ifft": "signal.ifft",
    "lin_space": "linspace",
    "matching_files": "io.matching_files",
    "multinomial": "random.categorical",
    "nn.sampled_softmax_loss_v2": "nn.sampled_softmax_loss",
    "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits",
    "random_crop": "image.random_crop",
    "random_gamma": "random.gamma",
    "random_poisson": "random.poisson",
    "random_shuffle": "random.shuffle",
    "read_file": "io.read_file",
    "space_to_depth": "nn.space_to_depth",
    "sparse_concat": "sparse.concat",
    "sparse_reorder": "sparse.reorder",
    "sparse_reshape": "sparse.reshape",
    "sparse_tensor_dense_matmul": "sparse.sparse_dense_matmul",
    "sparse_tensor_to_dense": "sparse.to_dense",
    "sparse_transpose": "sparse.transpose",
    "string_join": "strings.join",
    "string_split": "strings.split",
    "string_strip": "strings.strip",
    "string_to_number": "strings.to_number",
    "substr": "strings.substr",
    "write_file": "io.write_file",
}
