"""One batch at a time: `train_on_batch`, `test_on_batch`, `predict_on_batch`."""

from __future__ import annotations

from typing import Any

from cornu.training.programs import ends_of, has_host_stage, step_finder
from cornu.training.trainable import Trainable
from cornu_data import as_batch
from cornu_data.host import load_on_host
from cornu_data.logs import in_order
from cornu_data.streams import load_batch
from cornu_data.tracebacks import shows_users_lines
from cornu_engine import tree
from cornu_engine.interrupt import StepGuard

__all__ = ["predict_on_batch", "test_on_batch", "train_on_batch"]


@shows_users_lines
def train_on_batch(
    self: Trainable,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    return_dict: bool = False,
    reset_metrics: bool = True,
) -> Any:
    """Do one step of training on all samples given.

    Parameters
    ----------
    x, y, sample_weight, class_weight
        As in `fit`, arrays only.
    return_dict : bool
        Whether to return a dict by name.
    reset_metrics : bool
        Whether metrics start anew; if not, they go on from the batches before.

    Returns
    -------
    float, list of float or dict
        Loss (before the update) and metrics.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.train_on_batch(np.zeros((4, 2)), np.ones(4))
    1.0
    """
    logs = _on_batch(self, "train", x, y, sample_weight, class_weight, reset_metrics)
    return logs if return_dict else in_order(logs, self.metrics_names)


@shows_users_lines
def test_on_batch(  # a step, not a test of pytest
    self: Trainable,
    x: Any,
    y: Any = None,  # noqa: PT028
    sample_weight: Any = None,  # noqa: PT028
    return_dict: bool = False,  # noqa: PT028
    reset_metrics: bool = True,  # noqa: PT028
) -> Any:
    """Return loss and metrics on all samples given.

    Parameters
    ----------
    x, y, sample_weight
        As in `evaluate`, arrays only.
    return_dict, reset_metrics : bool
        As in `train_on_batch`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.test_on_batch(np.zeros((4, 2)), np.ones(4), return_dict=True)
    {'loss': 1.0}
    """
    logs = _on_batch(self, "test", x, y, sample_weight, None, reset_metrics)
    return logs if return_dict else in_order(logs, self.metrics_names)


@shows_users_lines
def predict_on_batch(self: Trainable, x: Any) -> Any:
    """Return the outputs for all samples given, as one batch.

    Parameters
    ----------
    x : array, list or dict of arrays

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(2)])
    >>> model.predict_on_batch(np.zeros((1, 3)))
    array([[0., 0.]], dtype=float32)
    """
    bound, outputs = _run_batch(self, "predict", x)
    return tree.pack_sequence_as(bound.step.result, outputs)


def _on_batch(
    model: Trainable,
    mode: str,
    x: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    reset_metrics: bool,
) -> dict[str, Any]:
    model._must_be_compiled(f"{mode}_on_batch")
    if reset_metrics:
        model.reset_metrics()
    bound, outputs = _run_batch(model, mode, x, y, sample_weight, class_weight)
    return model._read_logs(bound.step.logs, outputs)


def _run_batch(
    model: Trainable,
    mode: str,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> tuple[Any, list[Any]]:
    inputs, outputs = ends_of(model)
    host = has_host_stage(model)
    batch = as_batch(
        x,
        y,
        sample_weight,
        inputs=inputs,
        model_name=model.name,
        outputs=outputs,
        class_weight=class_weight,
        host=host,
    )
    bound = (load_on_host if host else load_batch)(batch, step_finder(model, mode))
    with StepGuard() as guard:
        guard.inside = True
        made = bound.run()
        guard.inside = False
        if guard.pending:
            guard.deliver()
    return bound, made
