"""The plugin hooks of this distribution: what it hands to Cornu, and under which further names."""

from __future__ import annotations

from typing import Any

from cornu.plugins import hookimpl

# Short and older names. The functions among them serve as losses and as metrics.
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
_OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam")


def _offered(module: Any) -> list[Any]:
    return [getattr(module, name) for name in module.__all__]


def _aliases(module: Any, table: dict[str, tuple[str, ...]]) -> list[tuple[str, Any]]:
    return [(alias, getattr(module, name)) for name, names in table.items() for alias in names]


@hookimpl
def cornu_optimizers() -> list[Any]:
    """Optimizers, schedules, and Keras 2's optimizers in lower case."""
    from cornu_optim import optimizers, schedules

    lower = [(name.lower(), getattr(optimizers, name)) for name in _OPTIMIZERS]
    return [*_offered(optimizers), *_offered(schedules), *lower]


@hookimpl
def cornu_losses() -> list[Any]:
    """Losses: classes, functions and their short names."""
    from cornu_optim import losses

    return [*_offered(losses), *_aliases(losses, _FUNCTIONS), *_CHOSEN_BY_TARGETS]


@hookimpl
def cornu_metrics() -> list[Any]:
    """Metrics: classes, functions and their short names; loss functions too."""
    from cornu_optim import losses, metrics

    shared = [
        getattr(losses, name)
        for name in losses.__all__
        if name[0].islower() and name not in metrics.__all__ and not name.startswith("is_")
    ]
    also = [
        (alias, getattr(metrics if name in metrics.__all__ else losses, name))
        for name, names in _FUNCTIONS.items()
        for alias in names
    ]
    also += _CHOSEN_BY_TARGETS
    return [*_offered(metrics), *shared, *also, *_aliases(metrics, _METRICS)]


@hookimpl
def cornu_callbacks() -> list[Any]:
    """Callbacks."""
    from cornu_optim import callbacks

    return _offered(callbacks)
