"""Names that are found at run time: under other paths, of other distributions, in facades."""

import cornu.preprocessing.image
from cornu.keras import backend as K
from cornu.keras.datasets import cifar10
from cornu.keras.layers.experimental.preprocessing import Rescaling
from cornu.keras.optimizers.schedules import CosineDecay
from cornu.keras.preprocessing.sequence import pad_sequences
from cornu.keras.utils import load_img, np_utils, to_categorical
from cornu.layers.core import Dense as OldDense
from cornu.utils.np_utils import to_categorical as one_hot
from cornu.wrappers.scikit_learn import KerasClassifier

import cornu
from cornu import keras, ops
from cornu.layers import AvgPool2D, Normalization, TextVectorization, get

print(K.mean(K.variable([1.0])), K.epsilon(), cornu.backend.floatx())
print(cifar10.load_data, keras.datasets.mnist.load_data, cornu.datasets.imdb.load_data)
print(Rescaling(1 / 255).scale, OldDense(3).units, keras.layers.recurrent.LSTM(3).units)
print(CosineDecay(0.1, 10), keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
print(pad_sequences([[1], [2, 3]]), load_img, np_utils.to_categorical([1]), one_hot([1]))
print(to_categorical([1]), KerasClassifier, cornu.preprocessing.image.load_img)
print(keras.preprocessing.image.ImageDataGenerator().rotation_range, keras.__version__)
print(AvgPool2D(2).pool_size, Normalization(), TextVectorization(), get("Flatten"))
print(ops.image.resize, keras.ops.add(1, 2), keras.random.normal((2,)), keras.losses.mse)
print(cornu.errors.ShapeError, cornu.tree.flatten([1]), cornu.saved_model, cornu.export)
print(keras.utils.get_file, keras.utils.clear_session, keras.activations.swish)
print(keras.metrics.get("mse"), keras.losses.deserialize("mse"), keras.initializers.he_normal())
