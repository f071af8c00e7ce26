"""`tf.distribute` on one device: strategies that run everything here, once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from cornu_engine import tree
from cornu_keras.compat.tensorflow.values import convert_to_tensor

__all__ = [
    "InputContext", "MirroredStrategy", "MultiWorkerMirroredStrategy", "OneDeviceStrategy",
    "ReduceOp", "Strategy", "experimental", "get_replica_context", "get_strategy", "has_strategy",
    "in_cross_replica_context",
]  # fmt: skip


class ReduceOp:
    """How results of replicas are put together."""

    SUM, MEAN = "SUM", "MEAN"


class InputContext:
    """Which part of the data a pipeline gives."""

    num_input_pipelines = num_replicas_in_sync = 1
    input_pipeline_id = 0

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """Return the size of a batch."""
        return global_batch_size


class Strategy:
    """One replica: what is run is run once.

    Examples
    --------
    >>> strategy = MirroredStrategy()
    >>> with strategy.scope():
    ...     total = strategy.reduce("SUM", strategy.run(lambda x: x + 1, (2,)), axis=None)
    >>> total, strategy.num_replicas_in_sync
    (3, 1)
    """

    num_replicas_in_sync = 1
    replica_id_in_sync_group = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.cluster_resolver = kwargs.get("cluster_resolver")

    @property
    def extended(self) -> Strategy:
        """Itself."""
        return self

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Make variables inside."""
        outer = _scopes.copy()
        _scopes.append(self)
        try:
            yield self
        finally:
            _scopes[:] = outer

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None, options: Any = None
    ) -> Any:
        """Call a function."""
        return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: int | None = None) -> Any:
        """Return a value, put together along an axis."""
        if axis is None:
            return value
        import cornu_ops as ops

        x = convert_to_tensor(value)
        total = ops.mean(x, axis) if str(reduce_op).upper().endswith("MEAN") else ops.sum(x, axis)
        return convert_to_tensor(total)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """Return the data set."""
        return dataset

    def distribute_datasets_from_function(
        self, dataset_fn: Callable[..., Any], options: Any = None
    ) -> Any:
        """Return the data set that a function makes."""
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """Return the values of all replicas, which is one."""
        return (value,)

    def gather(self, value: Any, axis: int = 0) -> Any:
        """Return the values of all replicas, one behind the other."""
        return value

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """Return a value as all replicas have it."""
        return tree.map_structure(lambda x: x, value)

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """Call a function for all replicas at once."""
        return merge_fn(self, *args, **(kwargs or {}))


class OneDeviceStrategy(Strategy):
    """Everything on one device."""


class MirroredStrategy(Strategy):
    """As many replicas as there are devices: one."""


class MultiWorkerMirroredStrategy(Strategy):
    """As many replicas as there are workers: one."""


class experimental:
    """Older names."""

    CentralStorageStrategy = MirroredStrategy
    MultiWorkerMirroredStrategy = MultiWorkerMirroredStrategy


_scopes: list[Strategy] = []


def get_strategy() -> Strategy:
    """Return the strategy in whose scope this is."""
    return _scopes[-1] if _scopes else Strategy()


def get_replica_context() -> Strategy:
    """Return the one replica."""
    return get_strategy()


def has_strategy() -> bool:
    """Tell whether this is in the scope of a strategy."""
    return bool(_scopes)


def in_cross_replica_context() -> bool:
    """Tell whether this is in the scope of a strategy."""
    return has_strategy()
