"""A layer tried in the ways a model uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu.base.layer import KerasTensor
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace, current_trace
from cornu_ops.testing.gradients import check_grads

_BATCH = 3


def check_layer(
    cls: type,
    kwargs: Mapping[str, Any] | None = None,
    input_shape: Sequence[Any] = (4,),
    input_data: Any = None,
    output_shape: Sequence[int] | None = None,
    differentiable: bool = True,
    seed: int = 0,
    dtypes: Sequence[str] = ("float64", "float16", "mixed_float16"),
) -> np.ndarray:
    """Build, call, trace, differentiate and rebuild a layer, and compute it in other dtypes.

    Parameters
    ----------
    cls : type
        The layer.
    kwargs : dict, optional
        For its constructor.
    input_shape : sequence of int
        Without the batch axis; a list of such shapes for a layer of several inputs.
    input_data : array or list of arrays, optional
        Used instead of random numbers, batch axis included.
    output_shape : sequence of int, optional
        Expected, without the batch axis.
    differentiable : bool
        Compare derivatives with finite differences.
    seed : int
        Of the random inputs.
    dtypes : sequence of str
        Dtype policies in which the layer has to compute the same, as far as they are exact, and
        return the dtype that it describes.

    Returns
    -------
    numpy.ndarray or list of numpy.ndarray
        The output, for further checks.

    Raises
    ------
    AssertionError
        Naming what the layer got wrong.

    Examples
    --------
    >>> from cornu.layers import Dense
    >>> check_layer(Dense, {"units": 2}, input_shape=(4,), output_shape=(2,)).shape
    (3, 2)
    """
    kwargs = dict(kwargs or {})
    data = _inputs(input_shape, seed) if input_data is None else input_data
    layer = cls(**kwargs)
    output = layer(data)
    _check_shapes(layer, data, output, output_shape)
    _check_traced(layer, data, output)
    _check_config(cls, layer, data, output)
    for dtype in dtypes:
        _check_dtype(cls, {**kwargs, "dtype": dtype}, layer, data, output)
    if differentiable:
        _check_derivatives(cls, {**kwargs, "dtype": "float64"}, data)
    return output


def check_layer_properties(
    cls: type,
    arguments: Mapping[str, Any] | None = None,
    input_shape: Sequence[int | tuple[int, int]] = ((1, 5),),
    valid: Callable[[dict[str, Any], tuple[int, ...]], bool] | None = None,
    examples: int = 10,
    **checks: Any,
) -> None:
    """Check a layer for many arguments and input shapes, which Hypothesis chooses.

    Parameters
    ----------
    cls : type
        The layer.
    arguments : dict, optional
        For each argument a list of values to choose from, a strategy of Hypothesis, or one value.
    input_shape : sequence of int or (int, int)
        Without the batch axis: for each axis its size, or the least and the largest one.
    valid : callable, optional
        `valid(arguments, shape)` tells which choices go together; the others are passed over.
    examples : int
        How many are tried.
    **checks
        For `check_layer`.

    Raises
    ------
    AssertionError
        Naming what the layer got wrong, for the simplest choice that shows it.

    Examples
    --------
    >>> from cornu.layers import Dense
    >>> check_layer_properties(Dense, {"units": [1, 3], "use_bias": [True, False]}, examples=2)
    """
    from hypothesis import assume, given, settings
    from hypothesis import strategies as st

    def strategy(choice: Any) -> Any:
        if isinstance(choice, st.SearchStrategy):
            return choice
        return st.sampled_from(choice) if isinstance(choice, list) else st.just(choice)

    named = st.fixed_dictionaries({name: strategy(c) for name, c in (arguments or {}).items()})
    sizes = st.tuples(*(st.integers(*((n, n) if isinstance(n, int) else n)) for n in input_shape))

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(named, sizes)
    def holds(kwargs: dict[str, Any], shape: tuple[int, ...]) -> None:
        assume(valid is None or valid(kwargs, shape))
        check_layer(cls, kwargs, shape, **checks)

    holds()


def _inputs(shape: Sequence[Any], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    if isinstance(shape, list):
        return [rng.normal(size=(_BATCH, *s)).astype("float32") for s in shape]
    return rng.normal(size=(_BATCH, *shape)).astype("float32")


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _check_shapes(layer: Any, data: Any, output: Any, expected: Sequence[int] | None) -> None:
    shapes = [tuple(x.shape) for x in data] if isinstance(data, list) else tuple(data.shape)
    computed = layer.compute_output_shape(shapes)
    outputs = _flat(output)
    if len(outputs) == 1:
        assert tuple(computed) == outputs[0].shape, (
            f"{layer.name}: compute_output_shape says {computed}, the output is {outputs[0].shape}"
        )
    if expected is not None:
        assert outputs[0].shape[1:] == tuple(expected), (
            f"{layer.name}: output shape {outputs[0].shape[1:]}, expected {tuple(expected)}"
        )


def _check_traced(layer: Any, data: Any, output: Any) -> None:
    arrays = [np.asarray(a) for a in _flat(data)]
    with Trace("predict") as trace:
        nodes = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        results = _flat(layer(nodes if isinstance(data, list) else nodes[0]))
        program = build_program("predict", trace, results)
    for got, expected in zip(ReferenceExecutable(program)(*arrays), _flat(output), strict=True):
        np.testing.assert_allclose(
            got,
            expected,
            rtol=1e-5,
            atol=1e-6,
            err_msg=f"{layer.name}: traced and direct calls differ",
        )


def _check_config(cls: type, layer: Any, data: Any, output: Any) -> None:
    config = layer.get_config()
    twin = cls.from_config(config)  # type: ignore[attr-defined]
    same = _description(twin.get_config()) == _description(config)
    assert same, f"{layer.name}: get_config changes on a round trip"
    twin(data)
    twin.set_weights(layer.get_weights())
    for got, expected in zip(_flat(twin(data)), _flat(output), strict=True):
        np.testing.assert_allclose(
            got,
            expected,
            rtol=1e-6,
            atol=1e-7,
            err_msg=f"{layer.name}: a rebuilt layer computes otherwise",
        )


def _description(config: Any) -> Any:
    """A configuration without the shapes that layers inside were built for."""
    if isinstance(config, dict):
        return {k: _description(v) for k, v in config.items() if k != "build_config"}
    return [_description(v) for v in config] if isinstance(config, (list, tuple)) else config


_TOLERANCES = {"float64": 1e-4, "float32": 1e-4, "float16": 3e-2, "mixed_float16": 3e-2}


def _check_dtype(cls: type, kwargs: dict[str, Any], layer: Any, data: Any, output: Any) -> None:
    twin = cls(**kwargs)
    arrays = _flat(data)
    symbols = [KerasTensor((None, *np.shape(a)[1:]), np.asarray(a).dtype) for a in arrays]
    described = _flat(twin(symbols if isinstance(data, list) else symbols[0]))
    twin.set_weights(layer.get_weights())
    tolerance = _TOLERANCES[kwargs["dtype"]]
    for got, said, expected in zip(_flat(twin(data)), described, _flat(output), strict=True):
        assert got.dtype == said.dtype, (
            f"{layer.name}: with dtype={kwargs['dtype']!r} it describes {said.dtype}, the output "
            f"is {got.dtype}"
        )
        np.testing.assert_allclose(
            got.astype("float64"),
            expected,
            rtol=tolerance,
            atol=tolerance * max(1.0, float(np.abs(expected).max(initial=0.0))),
            err_msg=f"{layer.name}: with dtype={kwargs['dtype']!r} it computes otherwise",
        )


def _check_derivatives(cls: type, kwargs: dict[str, Any], data: Any) -> None:
    layer = cls(**kwargs)
    arrays = [
        np.asarray(a, "float64") if np.asarray(a).dtype.kind == "f" else np.asarray(a)
        for a in _flat(data)
    ]
    layer(arrays if isinstance(data, list) else arrays[0])
    weights = list(layer.trainable_weights)

    def function(*values: Any) -> Any:
        trace = current_trace()
        assert trace is not None  # check_grads calls this within one
        for weight, value in zip(weights, values[len(arrays) :], strict=True):
            trace.assign(weight, value)
        inputs = list(values[: len(arrays)])
        return tuple(_flat(layer(inputs if isinstance(data, list) else inputs[0])))

    check_grads(function, [*arrays, *(w.numpy() for w in weights)], rtol=1e-4, atol=1e-5)
