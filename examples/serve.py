"""A saved model over HTTP, with FastAPI, and a route of one's own beside what `cornu serve` has.

    pip install fastapi uvicorn
    python examples/serve.py model.keras --port 8000
    curl -d '{"inputs": [[0.1, 0.2]]}' -H 'Content-Type: application/json' localhost:8000/predict
    curl localhost:8000/health

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

import cornu
from cornu import layers
from cornu_keras.commands.serve import app_of


def app_with_health(model: cornu.Model) -> Any:
    """Return what `cornu serve` runs, a FastAPI application, and one route more."""
    app = app_of(model)
    started = time.monotonic()

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"seconds": time.monotonic() - started, "parameters": model.count_params()}

    return app


def ask(url: str, value: Any = None) -> Any:
    """Send JSON, or nothing; return what comes back."""
    data = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
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
    config = uvicorn.Config(app_with_health(model), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    answer = ask(f"http://127.0.0.1:{port}/predict", {"inputs": x.tolist()})
    health = ask(f"http://127.0.0.1:{port}/health")
    server.should_exit = True
    thread.join()
    near = np.allclose(answer["outputs"], model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    print(f"same {int(near and health['parameters'] == 33)}")


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
        uvicorn.run(app_with_health(model), host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
