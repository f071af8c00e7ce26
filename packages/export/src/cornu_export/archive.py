"""Several endpoints in one exported file."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from typing import Any

from cornu_engine import tree
from cornu_engine.errors import NotBuiltError
from cornu_engine.variable import Variable
from cornu_export.describe import describe, of_count
from cornu_export.exporting import specs_of
from cornu_export.file import Endpoint, is_endpoint, write_programs


class ExportArchive:
    """Functions of models, each under a name, to be written to one file and served elsewhere.

    Parameters
    ----------
    format : "cornu"
        What `cornu.saved_model.load` reads.
    name : str
        Of the archive.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> from cornu.layers import Dense, Dropout
    >>> model = cornu.Sequential([cornu.Input((3,)), Dense(2), Dropout(0.5)])
    >>> archive = ExportArchive()
    >>> archive.track(model)
    >>> for name, training in (("serve", False), ("sample", True)):
    ...     _ = archive.add_endpoint(
    ...         name,
    ...         lambda x, training=training: model(x, training=training),
    ...         [cornu.InputSpec(shape=(None, 3), dtype="float32")],
    ...     )
    >>> path = os.path.join(tempfile.mkdtemp(), "model.cornu")
    >>> archive.write_out(path, verbose=False)
    >>> served = cornu.saved_model.load(path)
    >>> served.serve([[1.0, 2.0, 3.0]]).shape, served.sample([[1.0, 2.0, 3.0]]).shape
    ((1, 2), (1, 2))
    """

    def __init__(self, format: str = "cornu", name: str = "archive") -> None:
        if format != "cornu":
            raise ValueError(
                f"format={format!r}: archives of several endpoints are written as 'cornu'. For one "
                "endpoint in ONNX, use model.export('model.onnx')."
            )
        self.name = name
        self._endpoints: dict[str, Endpoint] = {}
        self._tracked: dict[Variable, None] = {}
        self._collections: dict[str, list[Variable]] = {}

    @property
    def variables(self) -> list[Variable]:
        """Those of everything that is tracked."""
        return list(self._tracked)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The trainable ones among `variables`."""
        return [v for v in self._tracked if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The others among `variables`."""
        return [v for v in self._tracked if not v.trainable]

    def track(self, resource: Any) -> None:
        """Keep all variables of a layer or model, whether an endpoint uses them or not.

        Parameters
        ----------
        resource : Layer or Model
            Built.
        """
        if not hasattr(resource, "variables"):
            raise ValueError(f"A layer or model is tracked; got {resource!r}.")
        if not getattr(resource, "built", True):
            raise NotBuiltError(
                f"{resource.name!r} has no weights yet: call it on data, or build(input_shape), "
                "before it is tracked."
            )
        self._tracked.update(dict.fromkeys(resource.variables))

    def add_endpoint(
        self, name: str, fn: Callable[..., Any], input_signature: Any = None
    ) -> Callable[..., Any]:
        """Trace a function, to be served under a name.

        Parameters
        ----------
        name : str
            An identifier; what is loaded has an attribute of that name.
        fn : callable
            Of values, computing with models, layers and `cornu.ops`.
        input_signature : list of structures of InputSpec or KerasTensor
            One for each positional argument of `fn`. May be left out where `fn` is a functional or
            Sequential model.

        Returns
        -------
        callable
            `fn`, to be used in other endpoints.

        Raises
        ------
        ValueError
            For a name that cannot be, or that is taken.
        SavingError
            If the function computes differently for different sizes of a free axis.
        """
        self._check_name(name)
        if input_signature is None:
            input_signature = [_inputs_of(fn, name)]
        structure = list(input_signature)
        specs = specs_of(structure)

        def flat(*values: Any) -> Any:
            return fn(*tree.pack_sequence_as(structure, list(values)))

        description = describe(flat, specs)
        count = len(tree.flatten(description.structure))
        self._endpoints[name] = Endpoint(name, description, of_count([], count))
        return fn

    def track_and_add_endpoint(
        self, name: str, resource: Any, input_signature: Any = None
    ) -> Callable[..., Any]:
        """Track a layer or model and serve what it computes in inference.

        Parameters
        ----------
        name : str
        resource : Layer or Model
        input_signature : list of structures of InputSpec or KerasTensor
            As in `add_endpoint`.
        """
        if input_signature is None:
            input_signature = [_inputs_of(resource, name)]
        self.track(resource)

        def infer(*args: Any) -> Any:
            return resource(*args, training=False) if _trains(resource) else resource(*args)

        return self.add_endpoint(name, infer, input_signature)

    def add_variable_collection(self, name: str, variables: Iterable[Variable]) -> None:
        """Give variables a name by which they are found in what is loaded.

        Parameters
        ----------
        name : str
        variables : list, tuple or set of Variable
        """
        if not isinstance(variables, (list, tuple, set)):
            raise ValueError(f"variables must be a list, tuple or set; got {variables!r}.")
        wrong = [v for v in variables if not isinstance(v, Variable)]
        if wrong:
            raise ValueError(f"A collection holds variables; got {wrong[0]!r}.")
        self._check_name(name)
        self._collections[name] = list(variables)

    def _check_name(self, name: Any) -> None:
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise ValueError(f"It becomes the name of an attribute, which {name!r} cannot be.")
        if name in {*self._endpoints, *self._collections} or not is_endpoint(name):
            raise ValueError(f"{name!r} is taken already: what is loaded has one {name!r}.")

    def write_out(self, filepath: Any, options: Any = None, verbose: bool = True) -> None:
        """Write everything to one file, atomically.

        Parameters
        ----------
        filepath : path
        options
            Must be None: they belong to TensorFlow's format.
        verbose : bool
            Whether to print what was written.

        Raises
        ------
        ValueError
            If there is no endpoint.
        """
        if options is not None:
            raise ValueError("options belong to TensorFlow's format; leave them out.")
        if not self._endpoints:
            raise ValueError("There is no endpoint yet: call add_endpoint() first.")
        endpoints = list(self._endpoints.values())
        write_programs(filepath, self.name, endpoints, self._tracked, self._collections)
        if verbose:
            print(f"Exported {', '.join(self._endpoints)} to {os.fspath(filepath)!r}.")


def _inputs_of(resource: Any, name: str) -> Any:
    if not hasattr(resource, "inputs"):  # those of a model that is described by symbolic tensors
        raise ValueError(
            f"What the endpoint {name!r} takes is not known. Pass "
            "input_signature=[cornu.InputSpec(shape=(None, 20), dtype='float32')], one for each "
            "argument."
        )
    return resource.input


def _trains(resource: Any) -> bool:
    """Tell whether a call of a layer takes `training`."""
    parameters = inspect.signature(resource.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)
