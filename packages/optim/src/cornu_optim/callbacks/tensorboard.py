"""Logs for TensorBoard."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from cornu.base import Callback
from cornu_optim.callbacks.event_files import EventFile, has_tensorboard, weight_images
from cornu_optim.callbacks.rates import rates_in_logs

if TYPE_CHECKING:
    from typing_extensions import Unpack

    class OlderOptions(TypedDict, total=False):
        """What TensorBoard 1 took."""

        batch_size: int | None
        write_grads: bool
        embeddings_layer_names: Any
        embeddings_data: Any


# Arguments of Keras 2 that have no effect here; other values than these are refused.
_OLDER = {"batch_size": 32, "write_grads": False, "embeddings_layer_names": None}


class TensorBoard(Callback):
    """Writes event files that TensorBoard shows: `tensorboard --logdir logs`.

    Needs the package `tensorboard`. Metrics of training lie in the run `train`, those of
    validation in `validation`, as `epoch_loss` and so on.

    Parameters
    ----------
    log_dir : str or path
    histogram_freq : int
        Every how many epochs to write distributions of the weights; 0 for never.
    write_graph : bool
        Whether to write the training program as a graph, and the layers as another.
    write_images : bool
        Whether weights are also written as pictures, at the epochs of the histograms.
    write_steps_per_second : bool
        Whether to write how fast training is, per epoch and, with `update_freq`, per batch.
    update_freq : {"epoch", "batch"} or int
        When to write metrics: after each epoch, or also, as `batch_loss` and so on, every so many
        batches.
    profile_batch : int
        Only 0: `python -X importtime` and `cProfile` see programs as they are, plain NumPy.
    embeddings_freq : int
        Every how many epochs to write the vectors of `Embedding` layers for the projector.
    embeddings_metadata : str or dict, optional
        File that names the rows of the vectors; for several layers, a dict by name of layer.
    **kwargs
        Keras 2's `embeddings_data`, `batch_size`, `write_grads` and `embeddings_layer_names`, at
        their defaults.

    Raises
    ------
    ImportError
        If `tensorboard` is not installed.
    ValueError
        For arguments that cannot be.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, cornu
    >>> from cornu.layers import Dense
    >>> model = cornu.Sequential([cornu.Input((3,)), Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> board = TensorBoard(tempfile.mkdtemp())
    >>> _ = model.fit(np.ones((8, 3)), np.ones(8), verbose=0, callbacks=[board])
    """

    writes = True

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        **kwargs: Unpack[OlderOptions],
    ) -> None:
        super().__init__()
        has_tensorboard()
        _check_older(kwargs)
        if profile_batch not in (0, "0"):
            warnings.warn(
                f"profile_batch={profile_batch!r}: there is no profiler to ask. The training "
                "program is plain NumPy: run the script under cProfile or py-spy.",
                stacklevel=2,
            )
        if update_freq not in ("epoch", "batch") and not (
            isinstance(update_freq, int) and update_freq > 0
        ):
            raise ValueError(
                f"`update_freq` must be 'epoch', 'batch' or a number of batches, not "
                f"{update_freq!r}."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._files: dict[str, EventFile] = {}
        self._graph_is_due = write_graph
        self._steps_before = 0  # this epoch
        self._last_batch = -1  # of this epoch
        self._epoch_began = self._last_time = 0.0

    def overrides(self, hook: str) -> bool:
        """Tell whether anything is done in a hook: per batch only where `update_freq` says so."""
        if hook == "on_train_batch_end" and self.update_freq == "epoch":
            return False
        return super().overrides(hook)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Check the options."""
        self._steps_before, self._last_batch = 0, -1
        self._graph_is_due = self.write_graph
        if self.embeddings_metadata is not None and self.embeddings_freq:
            self._check_metadata()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the files."""
        self._write_graph()
        for file in self._files.values():
            file.close()
        self._files = {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self._last_batch = -1
        self._epoch_began = self._last_time = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the metrics of a batch, if it is time."""
        steps, self._last_batch = batch - self._last_batch, batch
        step = self._steps_before + batch + 1
        now = time.perf_counter()
        if step // self.update_freq != (step - steps) // self.update_freq:
            for name, value in (logs or {}).items():
                self._scalar("train", f"batch_{name}", value, step)
            if self.write_steps_per_second:
                rate = steps / max(now - self._last_time, 1e-9)
                self._scalar("train", "batch_steps_per_second", rate, step)
        self._last_time = now

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the metrics of an evaluation by the number of updates before it."""
        optimizer = self.model.optimizer
        if optimizer is not None:
            for name, value in (logs or {}).items():
                tag = f"evaluation_{name}_vs_iterations"
                self._scalar("validation", tag, value, int(optimizer.iterations))
        if self.model.training_run is None:  # evaluate() alone
            self.on_train_end()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write metrics, and distributions and vectors if it is time; the graph once."""
        self._write_graph()
        steps = self._steps()
        rates = {} if self.model.optimizer is None else rates_in_logs(self.model.optimizer)
        for name, value in {**(logs or {}), **rates}.items():
            run = "validation" if name.startswith("val_") else "train"
            self._scalar(run, f"epoch_{name.removeprefix('val_')}", value, epoch)
        if self.write_steps_per_second:
            rate = steps / max(time.perf_counter() - self._epoch_began, 1e-9)
            self._scalar("train", "epoch_steps_per_second", rate, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings()
        self._steps_before += steps
        for file in self._files.values():
            file.flush()

    def _file(self, run: str) -> EventFile:
        if run not in self._files:
            self._files[run] = EventFile(os.path.join(self.log_dir, run))
        return self._files[run]

    def _scalar(self, run: str, tag: str, value: Any, step: int) -> None:
        if np.ndim(value) == 0:  # a metric may be an array, as F1 without an average
            self._file(run).scalar(tag, value, step)

    def _steps(self) -> int:
        """Return the number of steps of this epoch."""
        return (self.params or {}).get("steps") or self._last_batch + 1

    def _write_graph(self) -> None:
        """Write the program, which is there once a step has run."""
        if not self._graph_is_due:
            return
        self._graph_is_due = False
        from cornu_optim.callbacks.program_graph import graph_of

        steps = getattr(self.model, "_steps", None)
        step = None if steps is None else steps.last.get("train")
        if step is not None:  # none where steps run eagerly
            self._file("train").graph(graph_of(step.compiled.program))
        if getattr(self.model, "_graph", None) is not None:
            self._file("train").text("keras", self.model.to_json(), "graph_keras_model", 0)

    def _write_weights(self, epoch: int) -> None:
        file = self._file("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                value = weight.numpy()
                file.histogram(f"{weight.path}/histogram", value, epoch)
                if self.write_images and (images := weight_images(value)) is not None:
                    file.images(f"{weight.path}/image", images, epoch)

    def _embedding_layers(self) -> list[Any]:
        return [x for x in self.model._flatten_layers() if hasattr(x, "embeddings")]

    def _check_metadata(self) -> None:
        if isinstance(self.embeddings_metadata, dict):
            known = [layer.name for layer in self._embedding_layers()]
            for name in self.embeddings_metadata:
                if name not in known:
                    raise ValueError(
                        f"embeddings_metadata names the layer {name!r}; those with vectors are "
                        f"{', '.join(map(repr, known)) or 'none'}."
                    )

    def _metadata(self, name: Any) -> Path:
        inside = Path(self.log_dir) / name  # as in Keras, a path may start at log_dir
        return inside if inside.exists() else Path(name)

    def _write_embeddings(self) -> None:
        from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

        from cornu_engine.files.atomic import atomically

        folder = Path(self.log_dir) / "train"
        config = ProjectorConfig()
        for layer in self._embedding_layers():
            table = folder / f"{layer.name}.tsv"
            with atomically(table) as temporary:
                np.savetxt(temporary, layer.embeddings.numpy(), delimiter="\t", fmt="%.6g")
            given = self.embeddings_metadata
            names = given.get(layer.name) if isinstance(given, dict) else given
            described = config.embeddings.add(tensor_name=layer.name, tensor_path=table.name)
            if names is not None:  # TensorBoard reads files of this folder only
                described.metadata_path = f"{layer.name}_metadata.tsv"
                shutil.copyfile(self._metadata(names), folder / described.metadata_path)
        with atomically(folder / "projector_config.pbtxt") as temporary:
            temporary.write_text(str(config))

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_files": {}}


def _check_older(older: OlderOptions) -> None:
    given = dict(older)
    if given.pop("embeddings_data", None) is not None:
        raise ValueError(
            "embeddings_data asked for the outputs of embeddings, which TensorBoard 2 does not "
            "show: leave it out."
        )
    for name, value in given.items():
        if name not in _OLDER:
            raise TypeError(f"TensorBoard takes no argument {name!r}.")
        if name != "batch_size" and value not in (_OLDER[name], []):
            raise ValueError(f"{name}={value!r} is an option of TensorBoard 1: leave it out.")
