"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu.base.loss import Loss as Loss
from cornu.base.loss import LossFunctionWrapper as LossFunctionWrapper
from cornu_optim.losses.crossentropy import BinaryCrossentropy as BinaryCrossentropy
from cornu_optim.losses.crossentropy import CategoricalCrossentropy as CategoricalCrossentropy
from cornu_optim.losses.crossentropy import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from cornu_optim.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu_optim.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu_optim.losses.crossentropy import (
    is_categorical_crossentropy as is_categorical_crossentropy,
)
from cornu_optim.losses.crossentropy import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu_optim.losses.divergence import KLDivergence as KLDivergence
from cornu_optim.losses.divergence import Poisson as Poisson
from cornu_optim.losses.divergence import kl_divergence as kl_divergence
from cornu_optim.losses.divergence import poisson as poisson
from cornu_optim.losses.errors import MeanAbsoluteError as MeanAbsoluteError
from cornu_optim.losses.errors import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from cornu_optim.losses.errors import MeanSquaredError as MeanSquaredError
from cornu_optim.losses.errors import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from cornu_optim.losses.errors import mean_absolute_error as mean_absolute_error
from cornu_optim.losses.errors import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from cornu_optim.losses.errors import mean_squared_error as mean_squared_error
from cornu_optim.losses.errors import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from cornu_optim.losses.focal import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from cornu_optim.losses.focal import CategoricalFocalCrossentropy as CategoricalFocalCrossentropy
from cornu_optim.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu_optim.losses.focal import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from cornu_optim.losses.generalized import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
)
from cornu_optim.losses.generalized import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from cornu_optim.losses.margin import CategoricalHinge as CategoricalHinge
from cornu_optim.losses.margin import Hinge as Hinge
from cornu_optim.losses.margin import SquaredHinge as SquaredHinge
from cornu_optim.losses.margin import categorical_hinge as categorical_hinge
from cornu_optim.losses.margin import hinge as hinge
from cornu_optim.losses.margin import squared_hinge as squared_hinge
from cornu_optim.losses.overlap import Dice as Dice
from cornu_optim.losses.overlap import Tversky as Tversky
from cornu_optim.losses.overlap import dice as dice
from cornu_optim.losses.overlap import tversky as tversky
from cornu_optim.losses.pairs import Circle as Circle
from cornu_optim.losses.pairs import circle as circle
from cornu_optim.losses.reduction import Reduction as Reduction
from cornu_optim.losses.robust import Huber as Huber
from cornu_optim.losses.robust import LogCosh as LogCosh
from cornu_optim.losses.robust import huber as huber
from cornu_optim.losses.robust import log_cosh as log_cosh
from cornu_optim.losses.similarity import CosineSimilarity as CosineSimilarity
from cornu_optim.losses.similarity import cosine_similarity as cosine_similarity
from cornu_optim.losses.temporal import CTC as CTC
from cornu_optim.losses.temporal import ctc as ctc
