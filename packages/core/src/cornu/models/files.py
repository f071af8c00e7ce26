"""How a model is written to files and read."""

from __future__ import annotations

from typing import Any

from cornu.training.trainable import Trainable


def save(
    self: Trainable, filepath: Any, overwrite: bool = True, zipped: Any = None, **kwargs: Any
) -> None:
    """Write architecture, weights, compile arguments and training state to one file.

    Parameters
    ----------
    filepath : path
        Ending in `.keras` for Keras 3's zip, in `.h5` for Keras 2's HDF5; of any other name it
        is the zip.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    zipped : bool, optional
        Accepted for Keras' sake.
    **kwargs
        `include_optimizer=False` leaves out what `compile` was told, and the optimizer's state;
        `save_format="h5"` of tf.keras.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,))
    >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
    >>> cornu.Model(x, x + 1.0, name="m").save(path)
    >>> cornu.models.load_model(path).name
    'm'
    """
    from cornu.saving.model_file import save_model

    save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)


def save_weights(
    self: Trainable,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: Any = None,
    **kwargs: Any,
) -> None:
    """Write the weights to an HDF5 file; missing folders are made.

    Parameters
    ----------
    filepath : path
        Ending in `.h5` for the layout of Keras 2, in `.weights.h5` or anything else for that of
        Keras 3.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    max_shard_size : float, optional
        GB that a file may take: the weights are written to as many as that needs, beside an
        index at `filepath`, which ends in `.weights.json`.
    **kwargs
        `save_format` of tf.keras; `objects_to_skip`, layers to leave out.
    """
    from cornu.saving.weights import save_weights

    save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size, **kwargs)


def load_weights(
    self: Trainable,
    filepath: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    reshape: bool = False,
    **kwargs: Any,
) -> None:
    """Read weights from a file.

    Parameters
    ----------
    filepath : path
    skip_mismatch : bool
        Leave weights of another shape as they are, with a warning, in place of raising.
    by_name : bool
        Load into layers of the same name, whatever the order; else the architecture must be
        the same.
    reshape : bool
        Take weights of another shape but the same size in the shape that fits.
    **kwargs
        `max_bytes`: bytes that the arrays of the file may take, 8 times its size if not given.
        `objects_to_skip`: layers that keep the weights they have.

    Raises
    ------
    BadFileError
        If the file is of another kind, damaged, or of another architecture; nothing is changed.
    """
    from cornu.saving.weights import load_weights

    load_weights(
        self, filepath, skip_mismatch=skip_mismatch, by_name=by_name, reshape=reshape, **kwargs
    )


def to_json(self: Trainable, **kwargs: Any) -> str:
    """Return the architecture as JSON; `cornu.models.model_from_json` reads it.

    Parameters
    ----------
    **kwargs
        For `json.dumps`.
    """
    from cornu.saving.text import to_json

    return to_json(self, **kwargs)


def to_yaml(self: Trainable, **kwargs: Any) -> str:
    """Return the architecture as YAML; `cornu.models.model_from_yaml` reads it.

    Parameters
    ----------
    **kwargs
        For `yaml.safe_dump`.
    """
    from cornu.saving.text import to_yaml

    return to_yaml(self, **kwargs)


def export(
    self: Trainable,
    filepath: Any,
    format: str | None = None,
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write the traced forward program and the weights, to be run without the model's source.

    Parameters
    ----------
    filepath : path
    format : {"cornu", "onnx", "py", "c"}, optional
        `"cornu"` is read by `cornu.saved_model.load` on any backend, `"onnx"` by ONNX runtimes;
        `"py"` is a Python file that needs NumPy alone, `"c"` a C99 file; plugins may bring more. By
        default what the name ends in says: `.onnx`, `.py`, `.c`, or anything else for Cornu's own.
    verbose : bool, optional
        Whether to print what was written.
    input_signature : structure of InputSpec or KerasTensor, optional
        What the inputs are; of a subclassed model, if not given, what it was first called on.
    **kwargs
        `opset_version` of ONNX, `weights` of Python and C ("file" or "inline"), `batch` and `step`
        of C.

    Raises
    ------
    NotBuiltError
        If the inputs of the model are not known.
    SavingError
        If the program cannot be written in this format; the message names the layer.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,), name="x")
    >>> path = os.path.join(tempfile.mkdtemp(), "model.cornu")
    >>> cornu.Model(x, x + 1.0).export(path)
    >>> cornu.saved_model.load(path).serve([[1.0, 2.0]])
    array([[2., 3.]], dtype=float32)
    """
    from cornu.models.exporting import export_model

    export_model(self, filepath, format, verbose, input_signature, **kwargs)
