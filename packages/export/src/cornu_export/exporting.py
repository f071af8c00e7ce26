"""The formats that a function of arrays is written in, each an entry point of `cornu_exporters`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.dtypes import canonical
from cornu_engine.errors import SavingError
from cornu_export.describe import InputSpec, describe, of_count
from cornu_export.file import FIRST, Endpoint, write_programs


def export_model(
    model: Any,
    filepath: Any,
    format: str | None = None,
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write the forward program of a model, to be run without its source.

    Parameters
    ----------
    model : Model
    filepath, format, verbose, input_signature, **kwargs
        Of `model.export`.
    """
    model.export(filepath, format, verbose, input_signature, **kwargs)


def write_cornu(
    filepath: Any,
    function: Callable[..., Any],
    inputs: Sequence[Any],
    output_names: Sequence[str] = (),
    name: str = "program",
    **options: Any,
) -> None:
    """Write what a function computes as a file that `load` reads.

    Parameters
    ----------
    filepath : path
    function : callable
        Of one value for each input; returns a structure of values.
    inputs : sequence
        Each with a shape, a dtype and perhaps a name.
    output_names : sequence of str
        Made up if they are not as many as there are outputs.
    name : str
    **options
        There are none.

    Raises
    ------
    SavingError
        If the function computes differently for different sizes of a free axis.

    Examples
    --------
    >>> import os, tempfile
    >>> import cornu_ops as ops
    >>> from cornu_export import load
    >>> path = os.path.join(tempfile.mkdtemp(), "norm.cornu")
    >>> write_cornu(path, lambda x: ops.sum(x * x), [InputSpec("x", (None,), "float32")])
    >>> load(path).serve([3.0, 4.0])
    array(25., dtype=float32)
    """
    if options:
        raise TypeError(f"export() does not take {next(iter(options))!r} for format 'cornu'.")
    description = describe(function, specs_of(inputs))
    count = len(tree.flatten(description.structure))
    write_programs(filepath, name, [Endpoint(FIRST, description, of_count(output_names, count))])


def write_onnx(
    filepath: Any,
    function: Callable[..., Any],
    inputs: Sequence[Any],
    output_names: Sequence[str] = (),
    name: str = "program",
    **options: Any,
) -> None:
    """Write what a function computes in ONNX; for the parameters see `write_cornu`.

    Parameters
    ----------
    **options
        `opset_version`.

    Raises
    ------
    SavingError
        If ONNX has no word for what it computes; the message names the layer.
    """
    from cornu_export.onnx import write_onnx

    write_onnx(filepath, name, function, specs_of(inputs), list(output_names), **options)


def write_c(
    filepath: Any,
    function: Callable[..., Any],
    inputs: Sequence[Any],
    output_names: Sequence[str] = (),
    name: str = "program",
    **options: Any,
) -> None:
    """Write what a function computes in C99; for the parameters see `write_cornu`.

    Parameters
    ----------
    **options
        `batch`, `weights`, `step`.

    Raises
    ------
    SavingError
        If C has no word for what it computes; the message names the layer.
    """
    from cornu_export.c import write_c

    write_c(filepath, name, function, specs_of(inputs), list(output_names), **options)


def write_python(
    filepath: Any,
    function: Callable[..., Any],
    inputs: Sequence[Any],
    output_names: Sequence[str] = (),
    name: str = "program",
    **options: Any,
) -> None:
    """Write what a function computes in plain NumPy; for the parameters see `write_cornu`.

    Parameters
    ----------
    **options
        `weights`.

    Raises
    ------
    SavingError
        If plain NumPy has no word for what it computes; the message names the layer.
    """
    from cornu_export.python import write_python

    write_python(filepath, name, function, specs_of(inputs), list(output_names), **options)


def specs_of(structure: Any) -> list[InputSpec]:
    """Return the description of each input in a structure of them."""
    specs = [_spec(leaf, i) for i, leaf in enumerate(tree.flatten(structure))]
    if len({s.name for s in specs}) < len(specs):
        raise ValueError(f"Two inputs have one name: {[s.name for s in specs]}.")
    return specs


def _spec(leaf: Any, place: int) -> InputSpec:
    shape = getattr(leaf, "shape", None)
    if shape is None:
        raise SavingError(f"Input {place} of the signature says no shape: {leaf!r}.")
    node = getattr(leaf, "node", None)  # of a symbolic tensor, which is called as its layer is
    name = getattr(leaf, "name", None) if node is None else node.operation.name
    dtype = getattr(leaf, "dtype", None)
    return InputSpec(name or f"input_{place}", tuple(shape), np.dtype(canonical(dtype)).name)
