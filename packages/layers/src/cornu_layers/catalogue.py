"""Every layer of this distribution, and the older names they are known by."""

from __future__ import annotations

from collections.abc import Callable

from cornu_layers.advanced_activations.relu import ReLU
from cornu_layers.advanced_activations.softmax import Softmax
from cornu_layers.convolutional.conv import Conv1D, Conv2D, Conv3D
from cornu_layers.core.activation import Activation
from cornu_layers.core.dense import Dense
from cornu_layers.core.embedding import Embedding
from cornu_layers.core.identity import ActivityRegularization, Identity
from cornu_layers.core.lambda_layer import Lambda
from cornu_layers.core.masking import Masking
from cornu_layers.merging.base import Merge
from cornu_layers.merging.concatenate import Concatenate
from cornu_layers.merging.dot import Dot
from cornu_layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract
from cornu_layers.merging.functional import FUNCTIONS
from cornu_layers.normalization.batch_normalization import BatchNormalization
from cornu_layers.pooling.average_pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
)
from cornu_layers.pooling.global_average_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
from cornu_layers.pooling.global_max_pooling import (
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from cornu_layers.pooling.max_pooling import MaxPooling1D, MaxPooling2D, MaxPooling3D
from cornu_layers.recurrent.gru import GRU, GRUCell
from cornu_layers.recurrent.lstm import LSTM, LSTMCell
from cornu_layers.recurrent.rnn import RNN
from cornu_layers.recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from cornu_layers.recurrent.stacked import StackedRNNCells
from cornu_layers.regularization.dropout import Dropout
from cornu_layers.reshaping.flatten import Flatten
from cornu_layers.reshaping.permute import Permute
from cornu_layers.reshaping.repeat_vector import RepeatVector
from cornu_layers.reshaping.reshape import Reshape

LAYERS: tuple[Callable, ...] = (
    Activation,
    ActivityRegularization,
    Add,
    Average,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Conv3D,
    Dense,
    Dot,
    Dropout,
    Embedding,
    Flatten,
    GRU,
    GRUCell,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    Identity,
    LSTM,
    LSTMCell,
    Lambda,
    Masking,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    Maximum,
    Merge,
    Minimum,
    Multiply,
    Permute,
    RNN,
    ReLU,
    RepeatVector,
    Reshape,
    SimpleRNN,
    SimpleRNNCell,
    Softmax,
    StackedRNNCells,
    Subtract,
    *FUNCTIONS,
)
ALIASES: tuple[tuple[str, type], ...] = (
    ("AvgPool1D", AveragePooling1D),
    ("AvgPool2D", AveragePooling2D),
    ("AvgPool3D", AveragePooling3D),
    ("Convolution1D", Conv1D),
    ("Convolution2D", Conv2D),
    ("Convolution3D", Conv3D),
    ("GlobalAvgPool1D", GlobalAveragePooling1D),
    ("GlobalAvgPool2D", GlobalAveragePooling2D),
    ("GlobalAvgPool3D", GlobalAveragePooling3D),
    ("GlobalMaxPool1D", GlobalMaxPooling1D),
    ("GlobalMaxPool2D", GlobalMaxPooling2D),
    ("GlobalMaxPool3D", GlobalMaxPooling3D),
    ("MaxPool1D", MaxPooling1D),
    ("MaxPool2D", MaxPooling2D),
    ("MaxPool3D", MaxPooling3D),
)
