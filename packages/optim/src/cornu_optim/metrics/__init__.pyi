"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu.base.metric import Mean as Mean
from cornu.base.metric import MeanMetricWrapper as MeanMetricWrapper
from cornu.base.metric import Metric as Metric

# losses, which are metrics too
from cornu_optim.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu_optim.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu_optim.losses.crossentropy import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from cornu_optim.losses.divergence import kl_divergence as kl_divergence
from cornu_optim.losses.divergence import poisson as poisson
from cornu_optim.losses.errors import mean_absolute_error as mean_absolute_error
from cornu_optim.losses.errors import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from cornu_optim.losses.errors import mean_squared_error as mean_squared_error
from cornu_optim.losses.errors import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from cornu_optim.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu_optim.losses.focal import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from cornu_optim.losses.generalized import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from cornu_optim.losses.margin import categorical_hinge as categorical_hinge
from cornu_optim.losses.margin import hinge as hinge
from cornu_optim.losses.margin import squared_hinge as squared_hinge
from cornu_optim.losses.overlap import dice as dice
from cornu_optim.losses.overlap import tversky as tversky
from cornu_optim.losses.pairs import circle as circle
from cornu_optim.losses.robust import huber as huber
from cornu_optim.losses.robust import log_cosh as log_cosh
from cornu_optim.losses.temporal import ctc as ctc
from cornu_optim.metrics.accuracies import Accuracy as Accuracy
from cornu_optim.metrics.accuracies import BinaryAccuracy as BinaryAccuracy
from cornu_optim.metrics.accuracies import CategoricalAccuracy as CategoricalAccuracy
from cornu_optim.metrics.accuracies import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from cornu_optim.metrics.accuracies import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
)
from cornu_optim.metrics.accuracies import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from cornu_optim.metrics.accuracies import accuracy as accuracy
from cornu_optim.metrics.accuracies import binary_accuracy as binary_accuracy
from cornu_optim.metrics.accuracies import categorical_accuracy as categorical_accuracy
from cornu_optim.metrics.accuracies import (
    sparse_categorical_accuracy as sparse_categorical_accuracy,
)
from cornu_optim.metrics.accuracies import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from cornu_optim.metrics.accuracies import top_k_categorical_accuracy as top_k_categorical_accuracy
from cornu_optim.metrics.auc import AUC as AUC
from cornu_optim.metrics.correlation import ConcordanceCorrelation as ConcordanceCorrelation
from cornu_optim.metrics.correlation import PearsonCorrelation as PearsonCorrelation
from cornu_optim.metrics.correlation import concordance_correlation as concordance_correlation
from cornu_optim.metrics.correlation import pearson_correlation as pearson_correlation
from cornu_optim.metrics.fscore import F1Score as F1Score
from cornu_optim.metrics.fscore import FBetaScore as FBetaScore
from cornu_optim.metrics.iou import BinaryIoU as BinaryIoU
from cornu_optim.metrics.iou import IoU as IoU
from cornu_optim.metrics.iou import MeanIoU as MeanIoU
from cornu_optim.metrics.iou import OneHotIoU as OneHotIoU
from cornu_optim.metrics.iou import OneHotMeanIoU as OneHotMeanIoU
from cornu_optim.metrics.margin import CategoricalHinge as CategoricalHinge
from cornu_optim.metrics.margin import Hinge as Hinge
from cornu_optim.metrics.margin import SquaredHinge as SquaredHinge
from cornu_optim.metrics.operating_point import PrecisionAtRecall as PrecisionAtRecall
from cornu_optim.metrics.operating_point import RecallAtPrecision as RecallAtPrecision
from cornu_optim.metrics.operating_point import SensitivityAtSpecificity as SensitivityAtSpecificity
from cornu_optim.metrics.operating_point import (
    SensitivitySpecificityBase as SensitivitySpecificityBase,
)
from cornu_optim.metrics.operating_point import SpecificityAtSensitivity as SpecificityAtSensitivity
from cornu_optim.metrics.precision_recall import FalseNegatives as FalseNegatives
from cornu_optim.metrics.precision_recall import FalsePositives as FalsePositives
from cornu_optim.metrics.precision_recall import Precision as Precision
from cornu_optim.metrics.precision_recall import Recall as Recall
from cornu_optim.metrics.precision_recall import TrueNegatives as TrueNegatives
from cornu_optim.metrics.precision_recall import TruePositives as TruePositives
from cornu_optim.metrics.probabilistic import BinaryCrossentropy as BinaryCrossentropy
from cornu_optim.metrics.probabilistic import CategoricalCrossentropy as CategoricalCrossentropy
from cornu_optim.metrics.probabilistic import KLDivergence as KLDivergence
from cornu_optim.metrics.probabilistic import Poisson as Poisson
from cornu_optim.metrics.probabilistic import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from cornu_optim.metrics.r2 import R2Score as R2Score
from cornu_optim.metrics.reductions import Reduce as Reduce
from cornu_optim.metrics.reductions import Sum as Sum
from cornu_optim.metrics.reductions import clone_metric as clone_metric
from cornu_optim.metrics.reductions import clone_metrics as clone_metrics
from cornu_optim.metrics.regression import CosineSimilarity as CosineSimilarity
from cornu_optim.metrics.regression import LogCoshError as LogCoshError
from cornu_optim.metrics.regression import MeanAbsoluteError as MeanAbsoluteError
from cornu_optim.metrics.regression import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from cornu_optim.metrics.regression import MeanSquaredError as MeanSquaredError
from cornu_optim.metrics.regression import (
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
)
from cornu_optim.metrics.regression import RootMeanSquaredError as RootMeanSquaredError
from cornu_optim.metrics.regression import cosine_similarity as cosine_similarity
