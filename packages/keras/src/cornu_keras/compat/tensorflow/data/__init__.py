"""`tf.data`: pipelines over arrays, generators and files."""

from __future__ import annotations

from cornu_keras.compat.tensorflow.data import experimental
from cornu_keras.compat.tensorflow.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
    Elements,
    Options,
)
from cornu_keras.compat.tensorflow.data.files import TextLineDataset, TFRecordDataset

Iterator = NumpyIterator = Elements
__all__ = [
    "AUTOTUNE", "Dataset", "INFINITE_CARDINALITY", "Iterator", "NumpyIterator", "Options",
    "TFRecordDataset", "TextLineDataset", "UNKNOWN_CARDINALITY", "experimental",
]  # fmt: skip
