"""The plugin hooks of this distribution: what it hands to Cornu, and under which further names."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer
from cornu.plugins.stubs import offers_of_stub

IN_KERAS = ANNOTATED = True  # what it brings goes by Keras' names, and takes what it says

_OPTIMIZERS = {
    "SGD": ("sgd",),
    "RMSprop": ("rmsprop",),
    "Adagrad": ("adagrad",),
    "Adadelta": ("adadelta",),
    "Adam": ("adam",),
    "Adamax": ("adamax",),
    "Nadam": ("nadam",),
    "LossScaleOptimizer": ("(float16)",),
}
# Short and older names of losses, which serve as metrics too.
_FUNCTIONS = {
    "mean_squared_error": ("mse", "MSE"),
    "mean_absolute_error": ("mae", "MAE"),
    "mean_absolute_percentage_error": ("mape", "MAPE"),
    "mean_squared_logarithmic_error": ("msle", "MSLE"),
    "kl_divergence": ("kld", "KLD", "kullback_leibler_divergence"),
    "binary_crossentropy": ("bce", "BCE"),
    "log_cosh": ("logcosh",),
    "huber": ("huber_loss",),
    "cosine_similarity": ("cosine", "cosine_proximity"),
}
_METRICS = {
    "MeanSquaredError": ("mse", "MSE"),
    "MeanAbsoluteError": ("mae", "MAE"),
    "MeanAbsolutePercentageError": ("mape", "MAPE"),
    "MeanSquaredLogarithmicError": ("msle", "MSLE"),
    "RootMeanSquaredError": ("rmse", "RMSE"),
    "BinaryCrossentropy": ("bce", "BCE"),
    "KLDivergence": ("kld", "KLD", "kullback_leibler_divergence"),
    "LogCoshError": ("log_cosh", "logcosh"),
    "Accuracy": ("acc",),
}
_FITTING = "cornu_optim.losses.crossentropy:fitting_crossentropy"
_CHOSEN_BY_TARGETS = [("crossentropy", _FITTING), ("ce", _FITTING)]


_DISTILLATION = ("DistillationLoss", "Distiller", "FeatureDistillation", "LogitsDistillation")


@hookimpl
def cornu_optimizers() -> list[Offer]:
    """Optimizers, schedules, and Keras 2's optimizers in lower case."""
    optimizers = offers_of_stub("cornu_optim.optimizers", _OPTIMIZERS)
    return [*optimizers, *offers_of_stub("cornu_optim.schedules")]


@hookimpl
def cornu_losses() -> list[Offer]:
    """Losses: classes, functions and their short names."""
    return [*offers_of_stub("cornu_optim.losses", _FUNCTIONS), *_CHOSEN_BY_TARGETS]


@hookimpl
def cornu_metrics() -> list[Offer]:
    """Metrics: classes, functions and their short names; loss functions too."""
    metrics = offers_of_stub("cornu_optim.metrics", {**_FUNCTIONS, **_METRICS})
    return [*metrics, *_CHOSEN_BY_TARGETS]


@hookimpl
def cornu_callbacks() -> list[Offer]:
    """Callbacks; one of them shows progress."""
    return [*offers_of_stub("cornu_optim.callbacks", {"ProgbarLogger": ("(progress)",)})]


@hookimpl
def cornu_utilities() -> list[Offer]:
    """The bar that shows it, and checkpoints by hand."""
    return [
        "cornu_optim.callbacks.progbar:Progbar",
        "cornu_optim.callbacks.step_folders:CheckpointManager",
    ]


@hookimpl
def cornu_objects() -> list[Offer]:
    """What files of distilled models name."""
    return [f"cornu_optim.distillation:{name}" for name in _DISTILLATION]
