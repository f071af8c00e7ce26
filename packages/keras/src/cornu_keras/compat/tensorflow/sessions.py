"""TensorFlow 1's sessions: what computes symbolic tensors, by `K.function`.

Values that are known already, such as variables, are read; nothing has to be configured.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np

from cornu.base import KerasTensor
from cornu_engine import tree
from cornu_engine.settings import limits
from cornu_engine.variable import Variable as State
from cornu_keras.backend.functions import Function, _inputs_of
from cornu_keras.backend.phases import LearningPhase
from cornu_keras.compat.tensorflow.checks import InvalidArgumentError
from cornu_keras.compat.tensorflow.graphs import (
    Operation,
    default_graph,
    open_session,
    session_for,
)

__all__ = [
    "ConfigProto", "GPUOptions", "InteractiveSession", "OptimizerOptions", "RunMetadata",
    "RunOptions", "Session", "evaluated", "get_default_session", "keras_session",
    "set_keras_session",
]  # fmt: skip


class ConfigProto:
    """Settings of a session, of any names and depth: they change no result.

    Examples
    --------
    >>> config = ConfigProto(allow_soft_placement=True)
    >>> config.gpu_options.allow_growth = True
    >>> config.gpu_options.allow_growth, config.allow_soft_placement
    (True, True)
    """

    def __init__(self, **settings: Any) -> None:
        self.__dict__.update(settings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = self.__dict__[name] = ConfigProto()
        return made


GPUOptions = OptimizerOptions = RunOptions = RunMetadata = ConfigProto


class Session:
    """Computes symbolic tensors from the values of placeholders.

    Parameters
    ----------
    target : str
    graph : Graph, optional
        The one that is made now by default.
    config : ConfigProto, optional
        Changes no result.

    Examples
    --------
    >>> from cornu_keras.compat.tensorflow.graphs import Graph, placeholder
    >>> with Graph().as_default(), Session() as session:
    ...     x = placeholder("float32", [None])
    ...     session.run([x * 2, x + 1], {x: [1.0, 2.0]})
    [array([2., 4.], dtype=float32), array([2., 3.], dtype=float32)]
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        self.graph = default_graph() if graph is None else graph
        self._functions: OrderedDict[Any, tuple[Any, Any]] = OrderedDict()
        self._outer: list[Any] = []

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """Return the values of tensors, in the structure in which they were given.

        Parameters
        ----------
        fetches : tensor, variable, operation, or list, tuple or dict of such
        feed_dict : dict, optional
            Placeholder -> value.

        Raises
        ------
        InvalidArgumentError
            For a placeholder that is needed and was not told.
        """
        if isinstance(fetches, dict):
            found = self.run(list(fetches.values()), feed_dict)
            return dict(zip(fetches, found, strict=True))
        if isinstance(fetches, list) or (isinstance(fetches, tuple) and not _is_update(fetches)):
            flat = [x for part in fetches for x in _leaves(part)]
            values = iter(self._run(flat, dict(feed_dict or {})))
            made = [_filled(part, values) for part in fetches]
            if isinstance(fetches, list):
                return made
            named = hasattr(fetches, "_fields")
            return type(fetches)(*made) if named else tuple(made)
        return self._run([fetches], dict(feed_dict or {}))[0]

    def _run(self, fetches: list[Any], feeds: dict[Any, Any]) -> list[Any]:
        tensors = [x for x in fetches if isinstance(x, KerasTensor)]
        operations = [x for x in fetches if isinstance(x, Operation)]
        updates = [u for x in fetches for u in _updates(x)]
        before = {id(x): np.array(x)[()] for x in fetches if isinstance(x, State)}
        wanted = [*tensors, *(w for x in operations for w in x.wanted)]
        computed = iter(self._compute(wanted, updates, feeds) if wanted or updates else ())
        values = {id(x): next(computed) for x in tensors}
        done = {id(x): x.then([next(computed) for _ in x.wanted]) for x in operations}
        known = {**values, **before, **done}
        return [known[id(x)] if id(x) in known else _value(x) for x in fetches]

    def _compute(self, tensors: list[Any], updates: list[Any], feeds: dict[Any, Any]) -> Any:
        key = (*map(id, tensors), "|", *(id(u) for u in updates), "|", *map(id, feeds))
        if key not in self._functions:
            losses = [u.loss for u in updates if hasattr(u, "loss")]
            new = [u[1] for u in updates if isinstance(u, tuple)]
            _check_fed([*tensors, *losses, *new], feeds)
            function = Function(list(feeds), tensors, updates)
            self._functions[key] = function, (tensors, updates, list(feeds))  # keeps the ids
            if len(self._functions) > limits.kept:
                self._functions.popitem(last=False)
        return self._functions[key][0](list(feeds.values()))

    def __enter__(self) -> Session:
        self._outer.append((open_session.set(self), self.graph.as_default()))
        self._outer[-1][1].__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        token, graph = self._outer.pop()
        graph.__exit__(*error)
        open_session.reset(token)

    def as_default(self) -> Session:
        """Return itself, for a `with` block."""
        return self

    def list_devices(self) -> list[Any]:
        """Return the devices that compute."""
        from cornu_keras.compat.tensorflow.odds import list_physical_devices

        return list(list_physical_devices())

    def close(self) -> None:
        """Forget the programs."""
        self._functions.clear()


class InteractiveSession(Session):
    """A session that is the one meant where none is told."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        open_session.set(self)


_of_keras: list[Session] = []


def get_default_session() -> Session | None:
    """Return the session whose `with` block this is, None outside."""
    return open_session.get()


def keras_session() -> Any:
    """Return the session that `K.set_session` was given, the open one, or one that is made."""
    if not _of_keras:
        _of_keras.append(open_session.get() or Session())
    return _of_keras[0]


def set_keras_session(session: Any) -> None:
    """Keep a session for `K.get_session`."""
    _of_keras[:] = [session]


def evaluated(self: Any, feed_dict: Any = None, session: Any = None) -> Any:
    """Return the value of a symbolic tensor, as TensorFlow 1 did in a session."""
    return session_for(session).run(self, feed_dict)


# Tensors of a graph have it in TensorFlow 1, and only there.
KerasTensor.eval = evaluated  # type: ignore[attr-defined]


def _is_update(x: Any) -> bool:
    """Tell what `K.update` returned from a tuple of tensors."""
    return (
        isinstance(x, tuple)
        and len(x) == 2
        and isinstance(x[0], State)
        and x[0].tracked
        and isinstance(x[1], KerasTensor)
    )


def _leaves(part: Any) -> list[Any]:
    return [part] if _is_update(part) else tree.flatten(part)


def _filled(part: Any, values: Any) -> Any:
    if _is_update(part):
        return next(values)
    return tree.map_structure(lambda _: next(values), part)


def _updates(x: Any) -> list[Any]:
    return x.updates if isinstance(x, Operation) else [x] if _is_update(x) else []


def _value(x: Any) -> Any:
    if x is None or isinstance(x, tuple):
        return None
    if isinstance(x, str):
        raise TypeError(f"run() takes tensors, not their names: pass the tensor in place of {x!r}.")
    if hasattr(x, "numpy") or isinstance(x, (np.ndarray, np.generic, int, float)):
        return np.asarray(x)[()]
    raise TypeError(
        f"run() takes tensors, variables and operations, not a {type(x).__name__}: {x!r}."
    )


def _check_fed(tensors: list[Any], feeds: dict[Any, Any]) -> None:
    for x in feeds:
        if not isinstance(x, (KerasTensor, LearningPhase)):
            raise TypeError(f"feed_dict has symbolic tensors as keys, not {x!r}.")
    fed = {id(x) for x in feeds}
    for tensor in tensors:
        for root in _inputs_of(tensor):
            if id(root) not in fed and not hasattr(root._operation, "fixed_value"):
                raise InvalidArgumentError(
                    f"You must feed a value for placeholder tensor {root.name!r} with dtype "
                    f"{root.dtype} and shape {tuple(root.shape)}: "
                    "session.run(fetches, feed_dict={tensor: value})."
                )
