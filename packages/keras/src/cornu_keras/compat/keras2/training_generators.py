"""`fit_generator` and its kin with the arguments of Keras 1."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

__all__ = ["OldGenerators"]

if TYPE_CHECKING:
    Beside = Any  # it stands before a model among the bases
else:
    Beside = object

_RENAMED = {
    "samples_per_epoch": "steps_per_epoch",
    "val_samples": "steps",
    "nb_epoch": "epochs",
    "nb_val_samples": "validation_steps",
    "nb_worker": "workers",
    "pickle_safe": "use_multiprocessing",
    "max_q_size": "max_queue_size",
}


class OldGenerators(Beside):
    """A model that counts samples of generators where Keras 1 did."""

    def fit_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """Train on the batches of a generator: `fit`."""
        if not args:
            kwargs = _in_steps(generator, kwargs)
        return super().fit_generator(generator, *args, **_renamed("fit_generator", kwargs))

    def evaluate_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """Evaluate on the batches of a generator: `evaluate`."""
        kwargs = _renamed("evaluate_generator", kwargs)
        return super().evaluate_generator(generator, *args, **kwargs)

    def predict_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """Predict the batches of a generator: `predict`."""
        kwargs = _renamed("predict_generator", kwargs)
        return super().predict_generator(generator, *args, **kwargs)


def _in_steps(generator: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments that count batches; how many samples one has, not every generator says."""
    if "samples_per_epoch" not in kwargs:
        return kwargs
    kwargs = dict(kwargs)
    steps = kwargs.pop("samples_per_epoch")
    if hasattr(generator, "batch_size"):
        steps //= generator.batch_size
    else:
        warnings.warn(
            "The semantics of the Keras 2 argument `steps_per_epoch` is not the same as the Keras "
            "1 argument `samples_per_epoch`. `steps_per_epoch` is the number of batches to draw "
            "from the generator at each epoch. Basically steps_per_epoch = samples_per_epoch/"
            "batch_size. Similarly `nb_val_samples`->`validation_steps` and `val_samples`->`steps` "
            "arguments have changed. Update your method calls accordingly.",
            stacklevel=3,
        )
    return {**kwargs, "steps_per_epoch": steps}


def _renamed(method: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    old = [name for name in kwargs if name in _RENAMED]
    if old:
        said = ", ".join(f"`{name}` is now `{_RENAMED[name]}`" for name in old)
        warnings.warn(f"Update your `{method}` call to the Keras 2 API: {said}.", stacklevel=3)
    return {_RENAMED.get(name, name): value for name, value in kwargs.items()}
