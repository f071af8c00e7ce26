"""Serve a saved model over HTTP, with FastAPI: rows as JSON in, predictions as JSON out.

    pip install fastapi uvicorn
    python examples/serve.py model.keras --port 8000
    curl -d '{"inputs": [[0.1, 0.2]]}' -H 'Content-Type: application/json' localhost:8000/predict

Without a model it serves a small one to itself, and compares what comes back with `predict`.
"""

from __future__ import annotations

import argparse
import json
import socket
import threading
import time
import urllib.request
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

import cornu
from cornu import layers, tree


class Rows(BaseModel):
    """One list of rows, or one for each input by its name."""

    inputs: list[Any] | dict[str, list[Any]]


class Predictions(BaseModel):
    """One list of rows, or the structure of them that the model returns."""

    outputs: Any


def app_of(model: cornu.Model) -> FastAPI:
    """Return an application that answers with what a model predicts.

    FastAPI calls `predict` in threads, which is safe: each has buffers of its own.
    """
    app = FastAPI(title=model.name)
    inputs = dict(zip(model.input_names, model.inputs, strict=True))

    @app.get("/")
    def describe() -> dict[str, Any]:
        shapes = {name: [*x.shape] for name, x in inputs.items()}
        return {"model": model.name, "inputs": shapes}

    @app.post("/predict")
    def predict(rows: Rows) -> Predictions:
        try:
            x = tree.map_structure_up_to(_shallow(rows.inputs), np.asarray, rows.inputs)
            outputs = model.predict(x, verbose=0)
        except (ValueError, TypeError, KeyError) as error:  # the client's, and it says what to do
            raise HTTPException(422, str(error)) from error
        if not all(np.isfinite(part).all() for part in tree.flatten(outputs)):
            raise HTTPException(422, "The model makes NaN or infinity of these inputs.")
        return Predictions(outputs=tree.map_structure(np.ndarray.tolist, outputs))

    return app


def _shallow(inputs: Any) -> Any:
    """Return the inputs with nothing in the place of each list of rows."""
    return dict.fromkeys(inputs) if isinstance(inputs, dict) else None


def post(url: str, value: Any) -> Any:
    """Send JSON, return what comes back."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(value).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def try_out() -> None:
    """Serve a small model in a thread, and ask it."""
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    model = cornu.Sequential([cornu.Input((2,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, x.sum(axis=1), epochs=5, verbose=0)

    with socket.socket() as free:  # a port that nobody uses
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app_of(model), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    answer = post(f"http://127.0.0.1:{port}/predict", {"inputs": x.tolist()})
    server.should_exit = True
    thread.join()
    same = np.array_equal(np.float32(answer["outputs"]), model.predict(x, verbose=0))
    print(f"same {int(same)}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a saved model over HTTP.")
    parser.add_argument("model", nargs="?", help="a file that model.save wrote")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for the whole network")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    if arguments.model is None:
        try_out()
    else:
        model = cornu.models.load_model(arguments.model)
        uvicorn.run(app_of(model), host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
