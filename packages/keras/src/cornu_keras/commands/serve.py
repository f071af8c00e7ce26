"""Serve a model over HTTP, with FastAPI and uvicorn: rows as JSON in, predictions as JSON out.

Examples:
  cornu serve model.keras --port 8000
  curl -d '{"inputs": [[0.1, 0.2]]}' -H 'Content-Type: application/json' localhost:8000/predict
"""

from __future__ import annotations

import argparse
import importlib.util
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "app_of", "run", "size_of"]

LARGEST = 256  # rows of a program


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for the whole network")
    parser.add_argument("--port", type=int, default=8000)


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Read the model, and answer until the process is ended."""
    _check_installed()
    import uvicorn

    app = app_of(read(arguments.file))
    uvicorn.run(app, host=arguments.host, port=arguments.port)
    return 0


def _check_installed() -> None:
    missing = [name for name in ("fastapi", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"serve needs {' and '.join(missing)}: pip install fastapi uvicorn")


def size_of(rows: int) -> int:
    """Return the rows of the program that so many are computed by: a power of two, up to 256.

    A program is compiled for each size of a batch; so there are nine at most.

    Examples
    --------
    >>> [size_of(rows) for rows in (1, 2, 3, 33, 1000)]
    [1, 2, 4, 64, 256]
    """
    return min(1 << max(rows - 1, 0).bit_length(), LARGEST)


def app_of(model: Any) -> Any:
    """Return a FastAPI application that answers with what a model predicts.

    FastAPI calls `predict` in threads, which is safe: each has buffers of its own.

    Parameters
    ----------
    model : Model
        Whose inputs are known.

    Raises
    ------
    ImportError
        Without FastAPI.
    """
    _check_installed()
    from fastapi import Body, FastAPI, HTTPException

    app = FastAPI(title=model.name)
    inputs = dict(zip(model.input_names, model.inputs, strict=True))

    def describe() -> dict[str, Any]:
        shapes = {name: [*x.shape] for name, x in inputs.items()}
        return {"model": model.name, "inputs": shapes}

    def predict(rows: Any) -> dict[str, Any]:
        try:
            x = tree.map_structure_up_to(_shallow(rows), np.asarray, rows)
            outputs = _predicted(model, x)
        except (ValueError, TypeError, KeyError) as error:  # the client's, and it says what to do
            raise HTTPException(422, str(error)) from error
        if not all(np.isfinite(part).all() for part in tree.flatten(outputs)):
            raise HTTPException(422, "The model makes NaN or infinity of these inputs.")
        return {"outputs": tree.map_structure(np.ndarray.tolist, outputs)}

    predict.__annotations__["rows"] = list[Any] | dict[str, list[Any]]
    predict.__defaults__ = (Body(embed=True, alias="inputs"),)
    app.get("/")(describe)
    app.post("/predict")(predict)
    return app


def _predicted(model: Any, x: Any) -> Any:
    """Predict in programs of few sizes; what fills a batch up is the last row again."""
    counts = {len(part) for part in tree.flatten(x) if part.ndim}
    if len(counts) != 1 or 0 in counts:
        return model.predict(x, verbose=0)  # says what is wrong
    (rows,) = counts
    size = size_of(rows)
    which = np.minimum(np.arange(-(-rows // size) * size), rows - 1)
    filled = tree.map_structure(lambda part: part[which] if part.ndim else part, x)
    outputs = model.predict(filled, batch_size=size, verbose=0)
    return tree.map_structure(lambda part: part[:rows], outputs)


def _shallow(inputs: Any) -> Any:
    """Return the inputs with nothing in the place of each list of rows."""
    return dict.fromkeys(inputs) if isinstance(inputs, dict) else None
