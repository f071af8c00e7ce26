"""An exported model, loaded: a callable that needs nothing of the source it came from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import backends, tree
from cornu_engine.budget import Budget, budgeted
from cornu_engine.errors import BadFileError, CornuError, DataError, ShapeError, near_matches
from cornu_engine.files.rules import reading
from cornu_engine.graph import Node, constant
from cornu_engine.interrupt import let_signals_through
from cornu_engine.program import Program
from cornu_engine.settings import limits
from cornu_engine.variable import Variable
from cornu_export.budgets import Allowance
from cornu_export.describe import InputSpec, free_axes
from cornu_export.file import FIRST, Stored, StoredFile
from cornu_export.reading import read_programs
from cornu_export.revive import revive
from cornu_export.sizes import probes


class ServedModel:
    """A forward program for inputs of any free size, compiled for each that comes.

    Attributes
    ----------
    name : str
    inputs : list of InputSpec
        Name, shape (None where any size will do) and dtype of each.
    output_names : list of str
    variables : list of Variable
        The weights, and the state that calls change (of stateful layers).

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,), name="x")
    >>> path = os.path.join(tempfile.mkdtemp(), "model.cornu")
    >>> cornu.Model(x, x * 2.0, name="twice").export(path, verbose=False)
    >>> served = cornu.saved_model.load(path)
    >>> served.serve([[1.0, 3.0]])
    array([[2., 6.]], dtype=float32)
    """

    def __init__(
        self, stored: Stored, name: str, variables: Sequence[Variable], allowance: Allowance
    ) -> None:
        self._stored, self._allowance = stored, allowance
        self.name, self.inputs = name, list(stored.inputs)
        self.output_names = stored.output_names
        self.variables = [variables[place] for place in stored.variables]
        self._free = free_axes(self.inputs)
        self._programs: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._arrays_made: dict[str, Node] = {}
        self._lock = threading.Lock()

    @property
    def signatures(self) -> dict[str, Callable[..., dict[str, np.ndarray]]]:
        """Functions that return outputs by name, as TensorFlow's loaded models have them."""
        return {"serving_default": self._by_name}

    def serve(self, *args: Any, **kwargs: Any) -> Any:
        """Return the outputs, in the structure that the model returned.

        Parameters
        ----------
        *args, **kwargs
            Arrays in the order of the inputs, one list or dict of them, or arrays by name.

        Raises
        ------
        ShapeError, DataError
            If an array does not fit its input, or is missing.
        BadFileError
            If the program cannot run for these sizes, or takes more than its budget.
        """
        arrays = self._arrays(args, kwargs)
        executable = self._executable(self._sizes(arrays))
        try:
            outputs = executable(*arrays)
        except IndexError as error:  # a word that is none
            raise DataError(f"{self.name!r} cannot compute with these arrays: {error}") from error
        except (ArithmeticError, TypeError, ValueError) as error:
            raise BadFileError(f"The program of {self.name!r} fails: {error}", "program") from error
        return tree.map_structure(lambda i: outputs[i], self._stored.structure)

    __call__ = serve

    def predict(self, x: Any, batch_size: int = 32, verbose: Any = None) -> Any:
        """Return the outputs for many samples, computed in batches.

        Parameters
        ----------
        x : array, or list or dict of arrays
        batch_size : int
        verbose
            Accepted for Keras' sake; nothing is printed.
        """
        arrays = self._arrays((x,), {})
        parts = [
            tree.flatten(self.serve(*(a[i : i + batch_size] for a in arrays)))
            for i in range(0, len(arrays[0]), batch_size)
        ]
        joined = [np.concatenate(each) for each in zip(*parts, strict=True)]
        return tree.map_structure(lambda i: joined[i], self._stored.structure)

    def program(self, *args: Any, **kwargs: Any) -> Any:
        """Return the executable for arrays of these sizes: its `source` is what runs."""
        return self._executable(self._sizes(self._arrays(args, kwargs)))

    def check(self) -> None:
        """Make the program for some sizes, so that whatever is wrong with it is known."""
        free = max(self._free.values(), default=-1) + 1
        sizes = probes(free)[0] if free else ()
        # nobody asked for so many rows: what they need is the budget of each
        budget = self._allowance.at(self.inputs, sizes, times=max(sizes, default=1))
        program = self._revived(sizes, budget)
        if len(program.outputs) != len(self.output_names):
            raise BadFileError("The program has other outputs than are named.", "program")

    def _revived(self, sizes: tuple[int, ...], budget: Budget) -> Program:
        stored = self._stored
        graph, inputs = stored.graph, stored.inputs
        return revive(graph, inputs, sizes, self._array, self.variables, budget)

    def _array(self, name: Any) -> Node:
        if not isinstance(name, str) or name not in self._stored.arrays:
            raise BadFileError("The program speaks of an array that is not there.", "program")
        if name not in self._arrays_made:
            self._arrays_made[name] = constant(self._stored.arrays[name])
        return self._arrays_made[name]

    def _by_name(self, *args: Any, **kwargs: Any) -> dict[str, np.ndarray]:
        return dict(zip(self.output_names, tree.flatten(self.serve(*args, **kwargs)), strict=True))

    def _arrays(self, given: tuple[Any, ...], kwargs: dict[str, Any]) -> list[np.ndarray]:
        names = [spec.name for spec in self.inputs]
        only = given[0] if len(given) == 1 else None
        args: Sequence[Any] = given
        if isinstance(only, dict):
            args, kwargs = [], {**only, **kwargs}
        elif isinstance(only, (list, tuple)) and len(names) > 1:
            args = only
        if len(args) > len(names):
            raise DataError(f"{self.name!r} takes {len(names)} inputs, {names}; got {len(args)}.")
        found = {**dict(zip(names, args, strict=False)), **kwargs}
        for name in found:
            if name not in names:
                raise DataError(
                    f"{self.name!r} has no input {name!r}, but {names}. "
                    f"{near_matches(name, names)}".rstrip()
                )
        missing = [name for name in names if name not in found]
        if missing:
            raise DataError(f"{self.name!r} needs the inputs {names}; {missing} missing.")
        return [_fitting(found[spec.name], spec, self.name) for spec in self.inputs]

    def _sizes(self, arrays: list[np.ndarray]) -> tuple[int, ...]:
        sizes: dict[int, int] = {}
        for (i, axis), number in self._free.items():
            length = arrays[i].shape[axis]
            if sizes.setdefault(number, length) != length:
                lengths = {s.name: len(a) for s, a in zip(self.inputs, arrays, strict=True)}
                raise ShapeError(f"The inputs of {self.name!r} have different lengths: {lengths}.")
        # where only later axes are free, the batch has a number but no size of its own
        return tuple(sizes.get(number, 1) for number in range(max(sizes, default=-1) + 1))

    def _executable(self, sizes: tuple[int, ...]) -> Any:
        backend = backends.resolve(None)
        key = (backend.name, sizes)
        with self._lock:
            executable = self._programs.get(key)
            if executable is None:
                executable = self._programs[key] = self._compiled(backend, sizes)
                if len(self._programs) > limits.kept:
                    self._programs.popitem(last=False)
            self._programs.move_to_end(key)
        return executable

    def _compiled(self, backend: Any, sizes: tuple[int, ...]) -> Any:
        budget = self._allowance.at(self.inputs, sizes)
        try:
            with budgeted(budget):
                return backend.compile(self._revived(sizes, budget))
        except CornuError:
            raise
        except Exception as error:
            let_signals_through(error)
            raise BadFileError(
                f"The program of {self.name!r} cannot be made for these sizes: {error}", "program"
            ) from error

    def __repr__(self) -> str:
        inputs = ", ".join(f"{s.name}: {s.dtype}{list(s.shape)}" for s in self.inputs)
        return f"<served model {self.name!r}({inputs})>"


def _fitting(value: Any, spec: InputSpec, model: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype == object:
        raise DataError(f"The input {spec.name!r} of {model!r} is no array of numbers.")
    fits = len(array.shape) == len(spec.shape) and all(
        wanted in (None, got) for got, wanted in zip(array.shape, spec.shape, strict=True)
    )
    if not fits:
        hint = ""
        if array.ndim == len(spec.shape) - 1:
            hint = " The batch axis is missing: pass x[None] for one sample."
        raise ShapeError(
            f"The input {spec.name!r} of {model!r} is described as {spec.shape}, but got shape "
            f"{array.shape}.{hint}"
        )
    return np.asarray(array, spec.dtype, order="C")  # a scalar stays one


class ServedArchive:
    """Several programs over one set of variables, each a `ServedModel` under its endpoint's name.

    Attributes
    ----------
    name : str
    endpoints : dict of str to ServedModel
        An attribute each, too, as are the collections of variables.
    variables, trainable_variables, non_trainable_variables : list of Variable

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,), name="x")
    >>> archive = cornu.export.ExportArchive()
    >>> _ = archive.track_and_add_endpoint("twice", cornu.Model(x, x * 2.0), [x])
    >>> _ = archive.track_and_add_endpoint("half", cornu.Model(x, x * 0.5), [x])
    >>> path = os.path.join(tempfile.mkdtemp(), "both.cornu")
    >>> archive.write_out(path, verbose=False)
    >>> served = cornu.saved_model.load(path)
    >>> served
    <served archive 'archive' of twice, half>
    >>> served.half([[1.0, 3.0]])
    array([[0.5, 1.5]], dtype=float32)
    """

    def __init__(
        self, stored: StoredFile, max_memory: int | None = None, max_work: int | None = None
    ) -> None:
        allowance = Allowance(stored.size, max_memory, max_work)
        self.name = stored.name
        self.variables = [
            Variable(value, trainable=trainable, name=path)
            for path, value, trainable in stored.variables
        ]
        self.endpoints = {
            program.endpoint: ServedModel(program, stored.name, self.variables, allowance)
            for program in stored.programs
        }
        self._collections = {
            name: [self.variables[place] for place in places]
            for name, places in (stored.collections or {}).items()
        }

    @property
    def trainable_variables(self) -> list[Variable]:
        """Variables that were trainable."""
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """Variables that were not."""
        return [v for v in self.variables if not v.trainable]

    @property
    def signatures(self) -> dict[str, Callable[..., dict[str, np.ndarray]]]:
        """Functions that return outputs by name, one for each endpoint."""
        return {name: each.signatures["serving_default"] for name, each in self.endpoints.items()}

    def __getattr__(self, name: str) -> Any:
        known = {**vars(self).get("_collections", {}), **vars(self).get("endpoints", {})}
        if name not in known:
            hint = near_matches(name, known) if not name.startswith("_") else ""
            raise AttributeError(f"The archive has no endpoint {name!r}. {hint}".rstrip())
        return known[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.endpoints, *self._collections]

    def __repr__(self) -> str:
        return f"<served archive {self.name!r} of {', '.join(self.endpoints)}>"


def load(
    filepath: Any,
    max_bytes: int | None = None,
    max_memory: int | None = None,
    max_work: int | None = None,
) -> ServedModel | ServedArchive:
    """Read what `model.export` or an `ExportArchive` wrote.

    Parameters
    ----------
    filepath : path
    max_bytes : int, optional
        Bytes that the arrays of the file may take; by default 8 times its size.
    max_memory : int, optional
        Bytes that one call may take for temporaries; by default 512 MiB, or 256 times what the file
        and the inputs take, if that is more.
    max_work : int, optional
        Operations on single numbers that one call may take; by default 20 billion, or 4 for each
        byte of the file, or number of the inputs, and each number of the inputs.

    Returns
    -------
    ServedModel or ServedArchive
        The one of a model, the other of an `ExportArchive`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadFileError
        If the file breaks one of the rules of `cornu_engine.files.rules`; `.rule` names it.
    """
    with reading(filepath):
        stored = read_programs(filepath, max_bytes)
        archive = ServedArchive(stored, max_memory, max_work)
        for endpoint in archive.endpoints.values():
            endpoint.check()
        return archive if stored.collections is not None else archive.endpoints[FIRST]
