"""Sequences of numbers: padding, skip-grams, and windows over time series.

>>> from cornu.preprocessing.sequence import pad_sequences
>>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
array([[0, 1],
       [3, 4]], dtype=int32)
"""

from cornu_preprocessing.sequence.padding import pad_sequences
from cornu_preprocessing.sequence.timeseries import timeseries_dataset_from_array
from cornu_preprocessing.sequence.timeseries_generator import (
    TimeseriesGenerator,
    timeseries_generator_from_json,
)
from cornu_preprocessing.sequence.word_pairs import make_sampling_table, skipgrams

__all__ = [
    "TimeseriesGenerator",
    "make_sampling_table",
    "pad_sequences",
    "skipgrams",
    "timeseries_dataset_from_array",
    "timeseries_generator_from_json",
]
