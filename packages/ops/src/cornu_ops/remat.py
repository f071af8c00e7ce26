"""Memory for time: `keras.remat` and `keras.RematScope`.

What is computed on the way to a loss is kept until its derivative is taken, or computed once more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from cornu_engine import tree
from cornu_engine.again import compute_again
from cornu_engine.errors import near_matches
from cornu_engine.graph import Node, moment
from cornu_engine.trace import find_symbolic

_MODES = ("full", "activations", "larger_than", "list_of_layers")
_scopes: ContextVar[tuple[RematScope, ...]] = ContextVar("cornu_remat", default=())


class RematScope:
    """Layers made in a `with` block are computed again in the backward pass.

    What they compute on the way need not be kept, so that training takes less memory and more
    time; the numbers are the same. A model that is made in a scope `"full"`, with its layers, is
    computed again in parts of about the square root of their number.

    Parameters
    ----------
    mode : {"full", "activations", "larger_than", "list_of_layers"} or None
        All layers; only their `activation`; those with more output values than
        `output_size_threshold`; those whose names are in `layer_names`; none.
    output_size_threshold : int
        Values of all outputs, of the whole batch.
    layer_names : sequence of str, optional

    Raises
    ------
    ValueError
        For another mode.

    References
    ----------
    Chen et al., *Training deep nets with sublinear memory cost*, 2016,
    https://arxiv.org/abs/1604.06174

    Examples
    --------
    >>> with RematScope("larger_than", output_size_threshold=2048):
    ...     current_remat().output_size_threshold
    2048
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ) -> None:
        if mode is not None and mode not in _MODES:
            raise ValueError(
                f"There is no mode {mode!r} of RematScope: it is {', '.join(map(repr, _MODES))} or "
                f"None. {near_matches(str(mode), _MODES)}".rstrip()
            )
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self) -> RematScope:
        _scopes.set((*_scopes.get(), self))
        return self

    def __exit__(self, *error: object) -> None:
        _scopes.set(_scopes.get()[:-1])


def current_remat() -> RematScope | None:
    """Return the innermost scope, None outside of any and in one that says None."""
    scopes = _scopes.get()
    return scopes[-1] if scopes and scopes[-1].mode is not None else None


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function or layer that is computed again in the backward pass.

    Nothing that it computes on the way is kept until then, its arguments only. Random numbers, as
    those of dropout, are drawn the same way again.

    Parameters
    ----------
    f
        Called on values, as in the `call` of a layer.

    Raises
    ------
    TypeError
        Where the result is called on a symbolic tensor, as `cornu.Input` makes them: make layers
        in a `RematScope`, or call it in a layer's `call`.

    Examples
    --------
    >>> from cornu_ops.functional import grad
    >>> float(grad(remat(lambda x: ops.sin(x) ** 2))(0.0))
    0.0
    """
    name = getattr(f, "__name__", None) or getattr(f, "name", type(f).__name__)

    @functools.wraps(f, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        if find_symbolic(args) or find_symbolic(kwargs.values()):
            raise TypeError(
                f"remat({name}) was called on a symbolic tensor. Call it in the `call` of a layer, "
                "or make the layers of the model in `with RematScope():`."
            )
        start = moment()
        result = f(*args, **kwargs)
        compute_again(start)
        return result

    return call


def rematerialized(
    layer: Any, call: Callable[..., Any], scope: RematScope | None, entry: Any
) -> Callable[..., Any]:
    """Return the `call` of a layer as the scope says in which it was made.

    Parameters
    ----------
    entry : Layer
        The outermost layer that is being called. It is computed again in parts: at once, all that
        it makes would have to be kept as before.
    """
    if scope is None:
        return call

    def marked(*args: Any, **kwargs: Any) -> Any:
        start = moment()
        result = call(*args, **kwargs)
        if scope.mode != "larger_than" or _values(result) > scope.output_size_threshold:
            compute_again(start, in_parts=layer is entry)
        return result

    def with_activation(*args: Any, **kwargs: Any) -> Any:
        activation = layer.activation
        vars(layer)["activation"] = remat(activation)  # nothing has changed: not noticed as such
        try:
            return call(*args, **kwargs)
        finally:
            vars(layer)["activation"] = activation

    if scope.mode == "activations":
        return call if vars(layer).get("activation") is None else with_activation
    if scope.mode == "list_of_layers" and layer.name not in scope.layer_names:
        return call
    return marked


def _values(result: Any) -> int:
    return sum(x.size for x in tree.flatten(result) if isinstance(x, Node))
