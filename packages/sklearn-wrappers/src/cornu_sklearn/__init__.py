"""Cornu models as scikit-learn estimators.

`KerasClassifier` and `KerasRegressor` have the names and arguments of Keras 2's
`keras.wrappers.scikit_learn` and of SciKeras, `SKLearnClassifier`, `SKLearnRegressor` and
`SKLearnTransformer` those of Keras 3's `keras.wrappers`.
"""

import sys

from cornu_sklearn.classifier import KerasClassifier
from cornu_sklearn.keras2 import BaseWrapper
from cornu_sklearn.keras3 import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from cornu_sklearn.regressor import KerasRegressor

__all__ = [
    "BaseWrapper",
    "KerasClassifier",
    "KerasRegressor",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]

#: `keras.wrappers.scikit_learn` of Keras 2 is this module too.
scikit_learn = sys.modules[__name__]
