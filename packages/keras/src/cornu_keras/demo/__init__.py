"""Train a small convolutional network on real handwritten digits, and show what it learned.

The first run trains, reports, draws and saves; `--load` evaluates the saved model again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from cornu_keras.demo import digits, drawings

_SHOWN_LINES = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--epochs", type=int, default=20, help="passes over the training images")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same numbers")
    parser.add_argument("--folder", type=Path, default=Path("cornu-demo"), help="where files go")
    parser.add_argument(
        "--load", action="store_true", help="evaluate the saved model, do not train"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    arguments.folder.mkdir(parents=True, exist_ok=True)
    data = digits.load(arguments.seed)
    return _evaluate(arguments, data) if arguments.load else _train(arguments, data)


def _train(arguments: argparse.Namespace, data: digits.Digits) -> int:
    import cornu

    cornu.utils.set_random_seed(arguments.seed)
    model = digits.model()
    model.summary()
    started = time.perf_counter()
    history = model.fit(
        data.x_train,
        data.y_train,
        batch_size=32,
        epochs=arguments.epochs,
        validation_data=(data.x_test, data.y_test),
    )
    seconds = time.perf_counter() - started
    guesses = _report(model, data)
    print(f"trained {arguments.epochs} epochs in {seconds:.1f} s")

    folder: Path = arguments.folder
    files = drawings.draw(history.history, data.x_test, data.y_test, guesses, folder)
    model.save(folder / "digits.keras")
    program = model.program("train")
    path = folder / f"train{program.executable.suffix}"
    path.write_text(program.source, encoding="utf-8")
    for what, name in {**files, "model": "digits.keras", "program": path.name}.items():
        print(f"{what}: {folder / name}")
    print(f"\nThe first lines of the program that trained it ({path}):\n")
    print("\n".join(_first_steps(program.source)))
    return 0


def _evaluate(arguments: argparse.Namespace, data: digits.Digits) -> int:
    import cornu

    path = arguments.folder / "digits.keras"
    if not path.exists():
        print(f"There is no {path} yet; run `python -m cornu demo` first.")
        return 1
    model = cornu.models.load_model(path)
    print(f"loaded {path}")
    _report(model, data)
    return 0


def _report(model: Any, data: digits.Digits) -> Any:
    guesses = model.predict(data.x_test, verbose=0).argmax(axis=1)
    right = guesses == data.y_test
    wrong = int((~right).sum())
    for digit in range(10):
        of_it = right[data.y_test == digit]
        print(f"  {digit}: {of_it.sum():3} of {len(of_it):3} read right")
    accuracy = 1 - wrong / len(guesses)
    print(f"held-out accuracy {accuracy:.2%}: {wrong} of {len(guesses)} digits misread")
    return guesses


def _first_steps(source: str) -> list[str]:
    """Return the beginning of what each run does, past the buffers and views."""
    lines = source.splitlines()
    start = next((i for i, line in enumerate(lines) if "What each run does" in line), 0)
    return lines[start : start + _SHOWN_LINES]
