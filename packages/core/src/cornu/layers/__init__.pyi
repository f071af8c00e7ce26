"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_layers.core.activation import Activation as Activation
from cornu_layers.core.identity import ActivityRegularization as ActivityRegularization
from cornu_layers.pooling.adaptive_pooling import AdaptiveAveragePooling1D as AdaptiveAveragePooling1D
from cornu_layers.pooling.adaptive_pooling import AdaptiveAveragePooling2D as AdaptiveAveragePooling2D
from cornu_layers.pooling.adaptive_pooling import AdaptiveAveragePooling3D as AdaptiveAveragePooling3D
from cornu_layers.pooling.adaptive_pooling import AdaptiveMaxPooling1D as AdaptiveMaxPooling1D
from cornu_layers.pooling.adaptive_pooling import AdaptiveMaxPooling2D as AdaptiveMaxPooling2D
from cornu_layers.pooling.adaptive_pooling import AdaptiveMaxPooling3D as AdaptiveMaxPooling3D
from cornu_layers.merging.elementwise import Add as Add
from cornu_layers.attention.attention import AdditiveAttention as AdditiveAttention
from cornu_layers.regularization.noise import AlphaDropout as AlphaDropout
from cornu_layers.convolutional.older import AtrousConvolution1D as AtrousConvolution1D
from cornu_layers.convolutional.older import AtrousConvolution2D as AtrousConvolution2D
from cornu_layers.attention.attention import Attention as Attention
from cornu_preprocessing.image_layers.policies import AugMix as AugMix
from cornu_preprocessing.image_layers.levels import AutoContrast as AutoContrast
from cornu_layers.merging.elementwise import Average as Average
from cornu_layers.pooling.average_pooling import AveragePooling1D as AveragePooling1D
from cornu_layers.pooling.average_pooling import AveragePooling2D as AveragePooling2D
from cornu_layers.pooling.average_pooling import AveragePooling3D as AveragePooling3D
from cornu_layers.normalization.batch_normalization import BatchNormalization as BatchNormalization
from cornu_layers.wrappers.bidirectional import Bidirectional as Bidirectional
from cornu_preprocessing.feature_layers.category_encoding import CategoryEncoding as CategoryEncoding
from cornu_preprocessing.image_layers.cropping import CenterCrop as CenterCrop
from cornu_layers.merging.concatenate import Concatenate as Concatenate
from cornu_preprocessing.image_layers.clahe import ContrastLimitedAdaptiveHistogramEqualization as ContrastLimitedAdaptiveHistogramEqualization
from cornu_layers.convolutional.conv import Conv1D as Conv1D
from cornu_layers.convolutional.transpose import Conv1DTranspose as Conv1DTranspose
from cornu_layers.convolutional.conv import Conv2D as Conv2D
from cornu_layers.convolutional.transpose import Conv2DTranspose as Conv2DTranspose
from cornu_layers.convolutional.conv import Conv3D as Conv3D
from cornu_layers.convolutional.transpose import Conv3DTranspose as Conv3DTranspose
from cornu_layers.recurrent.conv_lstm import ConvLSTM1D as ConvLSTM1D
from cornu_layers.recurrent.conv_lstm import ConvLSTM2D as ConvLSTM2D
from cornu_layers.recurrent.conv_lstm_cell import ConvLSTM2DCell as ConvLSTM2DCell
from cornu_layers.recurrent.conv_lstm import ConvLSTM3D as ConvLSTM3D
from cornu_layers.recurrent.conv_lstm_cell import ConvLSTMCell as ConvLSTMCell
from cornu_layers.recurrent.older import ConvRecurrent2D as ConvRecurrent2D
from cornu_layers.reshaping.cropping import Cropping1D as Cropping1D
from cornu_layers.reshaping.cropping import Cropping2D as Cropping2D
from cornu_layers.reshaping.cropping import Cropping3D as Cropping3D
from cornu_layers.recurrent.older import CuDNNGRU as CuDNNGRU
from cornu_layers.recurrent.older import CuDNNLSTM as CuDNNLSTM
from cornu_preprocessing.image_layers.patches import CutMix as CutMix
from cornu_layers.core.dense import Dense as Dense
from cornu_layers.convolutional.depthwise import DepthwiseConv1D as DepthwiseConv1D
from cornu_layers.convolutional.depthwise import DepthwiseConv2D as DepthwiseConv2D
from cornu_preprocessing.feature_layers.discretization import Discretization as Discretization
from cornu_layers.merging.dot import Dot as Dot
from cornu_layers.regularization.dropout import Dropout as Dropout
from cornu_layers.advanced_activations.leaky import ELU as ELU
from cornu_layers.core.einsum_dense import EinsumDense as EinsumDense
from cornu_layers.core.embedding import Embedding as Embedding
from cornu_preprocessing.image_layers.levels import Equalization as Equalization
from cornu_preprocessing.feature_space import FeatureSpace as FeatureSpace
from cornu_layers.reshaping.flatten import Flatten as Flatten
from cornu_layers.recurrent.gru import GRU as GRU
from cornu_layers.recurrent.gru import GRUCell as GRUCell
from cornu_layers.regularization.noise import GaussianDropout as GaussianDropout
from cornu_layers.regularization.noise import GaussianNoise as GaussianNoise
from cornu_layers.pooling.global_average_pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from cornu_layers.pooling.global_average_pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from cornu_layers.pooling.global_average_pooling import GlobalAveragePooling3D as GlobalAveragePooling3D
from cornu_layers.pooling.global_max_pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
from cornu_layers.pooling.global_max_pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
from cornu_layers.pooling.global_max_pooling import GlobalMaxPooling3D as GlobalMaxPooling3D
from cornu_layers.normalization.group_normalization import GroupNormalization as GroupNormalization
from cornu_layers.attention.group_query_attention import GroupedQueryAttention as GroupedQueryAttention
from cornu_preprocessing.feature_layers.hashed_crossing import HashedCrossing as HashedCrossing
from cornu_preprocessing.feature_layers.hashing import Hashing as Hashing
from cornu_layers.core.older import Highway as Highway
from cornu_layers.core.identity import Identity as Identity
from cornu.models.input_layer import Input as Input
from cornu.models.input_layer import InputLayer as InputLayer
from cornu_data.input_spec import InputSpec as InputSpec
from cornu_preprocessing.feature_layers.integer_lookup import IntegerLookup as IntegerLookup
from cornu_layers.recurrent.lstm import LSTM as LSTM
from cornu_layers.recurrent.lstm import LSTMCell as LSTMCell
from cornu_layers.core.lambda_layer import Lambda as Lambda
from cornu.base.layer.layer import Layer as Layer
from cornu_layers.normalization.layer_normalization import LayerNormalization as LayerNormalization
from cornu_layers.advanced_activations.leaky import LeakyReLU as LeakyReLU
from cornu_layers.convolutional.locally_connected import LocallyConnected1D as LocallyConnected1D
from cornu_layers.convolutional.locally_connected import LocallyConnected2D as LocallyConnected2D
from cornu_layers.core.masking import Masking as Masking
from cornu_preprocessing.image_layers.box_count import MaxNumBoundingBoxes as MaxNumBoundingBoxes
from cornu_layers.pooling.max_pooling import MaxPooling1D as MaxPooling1D
from cornu_layers.pooling.max_pooling import MaxPooling2D as MaxPooling2D
from cornu_layers.pooling.max_pooling import MaxPooling3D as MaxPooling3D
from cornu_layers.merging.elementwise import Maximum as Maximum
from cornu_layers.core.older import MaxoutDense as MaxoutDense
from cornu_layers.signal.mel_spectrogram import MelSpectrogram as MelSpectrogram
from cornu_layers.merging.base import Merge as Merge
from cornu_layers.merging.elementwise import Minimum as Minimum
from cornu_preprocessing.image_layers.patches import MixUp as MixUp
from cornu_layers.attention.multi_head_attention import MultiHeadAttention as MultiHeadAttention
from cornu_layers.merging.elementwise import Multiply as Multiply
from cornu_preprocessing.feature_layers.normalization import Normalization as Normalization
from cornu_layers.advanced_activations.leaky import PReLU as PReLU
from cornu_layers.reshaping.permute import Permute as Permute
from cornu_layers.wrappers.pipeline import Pipeline as Pipeline
from cornu_layers.normalization.rms_normalization import RMSNormalization as RMSNormalization
from cornu_layers.recurrent.rnn import RNN as RNN
from cornu_preprocessing.image_layers.policies import RandAugment as RandAugment
from cornu_preprocessing.image_layers.light import RandomBrightness as RandomBrightness
from cornu_preprocessing.image_layers.colour import RandomColorDegeneration as RandomColorDegeneration
from cornu_preprocessing.image_layers.colour import RandomColorJitter as RandomColorJitter
from cornu_preprocessing.image_layers.light import RandomContrast as RandomContrast
from cornu_preprocessing.image_layers.cropping import RandomCrop as RandomCrop
from cornu_preprocessing.image_layers.elastic import RandomElasticTransform as RandomElasticTransform
from cornu_preprocessing.image_layers.patches import RandomErasing as RandomErasing
from cornu_preprocessing.image_layers.flipping import RandomFlip as RandomFlip
from cornu_preprocessing.image_layers.filters import RandomGaussianBlur as RandomGaussianBlur
from cornu_preprocessing.image_layers.colour import RandomGrayscale as RandomGrayscale
from cornu_preprocessing.image_layers.stretching import RandomHeight as RandomHeight
from cornu_preprocessing.image_layers.colour import RandomHue as RandomHue
from cornu_preprocessing.image_layers.levels import RandomInvert as RandomInvert
from cornu_preprocessing.image_layers.perspective import RandomPerspective as RandomPerspective
from cornu_preprocessing.image_layers.levels import RandomPosterization as RandomPosterization
from cornu_preprocessing.image_layers.moving import RandomRotation as RandomRotation
from cornu_preprocessing.image_layers.colour import RandomSaturation as RandomSaturation
from cornu_preprocessing.image_layers.filters import RandomSharpness as RandomSharpness
from cornu_preprocessing.image_layers.moving import RandomShear as RandomShear
from cornu_preprocessing.image_layers.moving import RandomTranslation as RandomTranslation
from cornu_preprocessing.image_layers.stretching import RandomWidth as RandomWidth
from cornu_preprocessing.image_layers.moving import RandomZoom as RandomZoom
from cornu_layers.advanced_activations.relu import ReLU as ReLU
from cornu_layers.recurrent.older import Recurrent as Recurrent
from cornu_layers.reshaping.repeat_vector import RepeatVector as RepeatVector
from cornu_layers.core.rescaling import Rescaling as Rescaling
from cornu_layers.reshaping.reshape import Reshape as Reshape
from cornu_preprocessing.image_layers.resizing import Resizing as Resizing
from cornu_layers.core.reversible_embedding import ReversibleEmbedding as ReversibleEmbedding
from cornu_layers.signal.stft_spectrogram import STFTSpectrogram as STFTSpectrogram
from cornu_layers.convolutional.separable import SeparableConv1D as SeparableConv1D
from cornu_layers.convolutional.separable import SeparableConv2D as SeparableConv2D
from cornu_layers.recurrent.simple_rnn import SimpleRNN as SimpleRNN
from cornu_layers.recurrent.simple_rnn import SimpleRNNCell as SimpleRNNCell
from cornu_layers.advanced_activations.softmax import Softmax as Softmax
from cornu_preprocessing.image_layers.levels import Solarization as Solarization
from cornu_layers.regularization.spatial_dropout import SpatialDropout1D as SpatialDropout1D
from cornu_layers.regularization.spatial_dropout import SpatialDropout2D as SpatialDropout2D
from cornu_layers.regularization.spatial_dropout import SpatialDropout3D as SpatialDropout3D
from cornu_layers.normalization.spectral_normalization import SpectralNormalization as SpectralNormalization
from cornu_layers.recurrent.stacked import StackedRNNCells as StackedRNNCells
from cornu_preprocessing.feature_layers.string_lookup import StringLookup as StringLookup
from cornu_layers.merging.elementwise import Subtract as Subtract
from cornu_preprocessing.feature_layers.text_vectorization import TextVectorization as TextVectorization
from cornu_layers.advanced_activations.leaky import ThresholdedReLU as ThresholdedReLU
from cornu_layers.wrappers.time_distributed import TimeDistributed as TimeDistributed
from cornu_layers.normalization.unit_normalization import UnitNormalization as UnitNormalization
from cornu_layers.reshaping.up_sampling import UpSampling1D as UpSampling1D
from cornu_layers.reshaping.up_sampling import UpSampling2D as UpSampling2D
from cornu_layers.reshaping.up_sampling import UpSampling3D as UpSampling3D
from cornu_layers.wrappers.wrapper import Wrapper as Wrapper
from cornu_layers.reshaping.zero_padding import ZeroPadding1D as ZeroPadding1D
from cornu_layers.reshaping.zero_padding import ZeroPadding2D as ZeroPadding2D
from cornu_layers.reshaping.zero_padding import ZeroPadding3D as ZeroPadding3D
from cornu_layers.merging.functional import add as add
from cornu_layers.merging.functional import average as average
from cornu_layers.merging.functional import concatenate as concatenate
from cornu_layers.merging.functional import dot as dot
from cornu_layers.merging.functional import maximum as maximum
from cornu_layers.merging.functional import minimum as minimum
from cornu_layers.merging.functional import multiply as multiply
from cornu_layers.merging.functional import subtract as subtract

AtrousConv1D = AtrousConvolution1D
AtrousConv2D = AtrousConvolution2D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
ConvRNN2D = RNN
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
Deconv2D = Conv2DTranspose
Deconv3D = Conv3DTranspose
Deconvolution2D = Conv2DTranspose
Deconvolution3D = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GroupQueryAttention = GroupedQueryAttention
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
from cornu.layers import advanced_activations as advanced_activations
from cornu.layers import convolutional as convolutional
from cornu.layers import convolutional_recurrent as convolutional_recurrent
from cornu.layers import core as core
from cornu.layers import cudnn_recurrent as cudnn_recurrent
from cornu.layers import embeddings as embeddings
from cornu.layers import experimental as experimental
from cornu.layers import local as local
from cornu.layers import merge as merge
from cornu.layers import noise as noise
from cornu.layers import normalization as normalization
from cornu.layers import pooling as pooling
from cornu.layers import recurrent as recurrent
from cornu.layers import wrappers as wrappers

def get(identifier: Any) -> Any: ...
def serialize(layer: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
