"""Every layer of this distribution, and the older names they are known by."""

from __future__ import annotations

from collections.abc import Callable

from cornu_layers.advanced_activations.leaky import ELU, LeakyReLU, PReLU, ThresholdedReLU
from cornu_layers.advanced_activations.relu import ReLU
from cornu_layers.advanced_activations.softmax import Softmax
from cornu_layers.attention.attention import AdditiveAttention, Attention
from cornu_layers.attention.group_query_attention import GroupedQueryAttention
from cornu_layers.attention.multi_head_attention import MultiHeadAttention
from cornu_layers.convolutional.conv import Conv1D, Conv2D, Conv3D
from cornu_layers.convolutional.depthwise import DepthwiseConv1D, DepthwiseConv2D
from cornu_layers.convolutional.locally_connected import LocallyConnected1D, LocallyConnected2D
from cornu_layers.convolutional.separable import SeparableConv1D, SeparableConv2D
from cornu_layers.convolutional.transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from cornu_layers.core.activation import Activation
from cornu_layers.core.dense import Dense
from cornu_layers.core.einsum_dense import EinsumDense
from cornu_layers.core.embedding import Embedding
from cornu_layers.core.identity import ActivityRegularization, Identity
from cornu_layers.core.lambda_layer import Lambda
from cornu_layers.core.masking import Masking
from cornu_layers.core.older import (
    AtrousConvolution1D,
    AtrousConvolution2D,
    Highway,
    MaxoutDense,
)
from cornu_layers.core.rescaling import Rescaling
from cornu_layers.merging.base import Merge
from cornu_layers.merging.concatenate import Concatenate
from cornu_layers.merging.dot import Dot
from cornu_layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract
from cornu_layers.merging.functional import FUNCTIONS
from cornu_layers.normalization.batch_normalization import BatchNormalization
from cornu_layers.normalization.layer_normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from cornu_layers.normalization.spectral_normalization import SpectralNormalization
from cornu_layers.pooling.adaptive_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
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
from cornu_layers.recurrent.conv_lstm import (
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM2DCell,
    ConvLSTM3D,
    ConvLSTMCell,
)
from cornu_layers.recurrent.gru import GRU, GRUCell
from cornu_layers.recurrent.lstm import LSTM, LSTMCell
from cornu_layers.recurrent.older import ConvRecurrent2D, CuDNNGRU, CuDNNLSTM, Recurrent
from cornu_layers.recurrent.rnn import RNN
from cornu_layers.recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from cornu_layers.recurrent.stacked import StackedRNNCells
from cornu_layers.regularization.dropout import Dropout
from cornu_layers.regularization.noise import AlphaDropout, GaussianDropout, GaussianNoise
from cornu_layers.regularization.spatial_dropout import (
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from cornu_layers.reshaping.cropping import Cropping1D, Cropping2D, Cropping3D
from cornu_layers.reshaping.flatten import Flatten
from cornu_layers.reshaping.permute import Permute
from cornu_layers.reshaping.repeat_vector import RepeatVector
from cornu_layers.reshaping.reshape import Reshape
from cornu_layers.reshaping.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from cornu_layers.reshaping.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from cornu_layers.wrappers.bidirectional import Bidirectional
from cornu_layers.wrappers.time_distributed import TimeDistributed
from cornu_layers.wrappers.wrapper import Wrapper

LAYERS: tuple[Callable, ...] = (
    Activation,
    ActivityRegularization,
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
    Add,
    AdditiveAttention,
    AlphaDropout,
    AtrousConvolution1D,
    AtrousConvolution2D,
    Attention,
    Average,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM2DCell,
    ConvLSTM3D,
    ConvLSTMCell,
    ConvRecurrent2D,
    Cropping1D,
    Cropping2D,
    Cropping3D,
    CuDNNGRU,
    CuDNNLSTM,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Dot,
    Dropout,
    ELU,
    EinsumDense,
    Embedding,
    Flatten,
    GRU,
    GRUCell,
    GaussianDropout,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    GroupNormalization,
    GroupedQueryAttention,
    Highway,
    Identity,
    LSTM,
    LSTMCell,
    Lambda,
    LayerNormalization,
    LeakyReLU,
    LocallyConnected1D,
    LocallyConnected2D,
    Masking,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    Maximum,
    MaxoutDense,
    Merge,
    Minimum,
    MultiHeadAttention,
    Multiply,
    PReLU,
    Permute,
    RMSNormalization,
    RNN,
    ReLU,
    Recurrent,
    RepeatVector,
    Rescaling,
    Reshape,
    SeparableConv1D,
    SeparableConv2D,
    SimpleRNN,
    SimpleRNNCell,
    Softmax,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    SpectralNormalization,
    StackedRNNCells,
    Subtract,
    ThresholdedReLU,
    TimeDistributed,
    UnitNormalization,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    Wrapper,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
    *FUNCTIONS,
)
ALIASES: tuple[tuple[str, Callable], ...] = (
    ("AtrousConv1D", AtrousConvolution1D),
    ("AtrousConv2D", AtrousConvolution2D),
    ("AvgPool1D", AveragePooling1D),
    ("AvgPool2D", AveragePooling2D),
    ("AvgPool3D", AveragePooling3D),
    ("ConvRNN2D", RNN),
    ("Convolution1D", Conv1D),
    ("Convolution1DTranspose", Conv1DTranspose),
    ("Convolution2D", Conv2D),
    ("Convolution2DTranspose", Conv2DTranspose),
    ("Convolution3D", Conv3D),
    ("Convolution3DTranspose", Conv3DTranspose),
    ("Deconv2D", Conv2DTranspose),
    ("Deconv3D", Conv3DTranspose),
    ("Deconvolution2D", Conv2DTranspose),
    ("Deconvolution3D", Conv3DTranspose),
    ("GlobalAvgPool1D", GlobalAveragePooling1D),
    ("GlobalAvgPool2D", GlobalAveragePooling2D),
    ("GlobalAvgPool3D", GlobalAveragePooling3D),
    ("GlobalMaxPool1D", GlobalMaxPooling1D),
    ("GlobalMaxPool2D", GlobalMaxPooling2D),
    ("GlobalMaxPool3D", GlobalMaxPooling3D),
    ("GroupQueryAttention", GroupedQueryAttention),
    ("MaxPool1D", MaxPooling1D),
    ("MaxPool2D", MaxPooling2D),
    ("MaxPool3D", MaxPooling3D),
    ("SeparableConvolution1D", SeparableConv1D),
    ("SeparableConvolution2D", SeparableConv2D),
)
