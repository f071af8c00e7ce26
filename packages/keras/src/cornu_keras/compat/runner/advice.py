"""What to do about a name that is not there: messages, and the table of what stands instead."""

from __future__ import annotations

from collections.abc import Iterable

from cornu_engine.errors import near_matches
from cornu_keras.compat.runner.known import LIBRARIES, exists, library_of

__all__ = ["INSTEAD", "instead", "why_not"]

_EAGER = "Cornu computes at once: call the function on arrays, or make a model of it"
_DEVICES = 'choose where programs run by `cornu.set_backend("opencl")`, or train on one device'
_LOOPS = "call `model.fit` or `train_on_batch`, or override `model.train_step`"
_TEXT = "use `keras.layers.TextVectorization`, or `keras.preprocessing.text.Tokenizer`"
_FEATURES = "use `cornu.utils.FeatureSpace`, or the preprocessing layers"
_RECORDS = "write the sequences as features of a `tf.train.Example`"
_OTHER = "`model.export` writes a model as ONNX, NumPy source or C"

# The nearest way for a name, or for all below it; the longest that fits counts.
INSTEAD = {
    "keras.backend.manual_variable_initialization": _EAGER,
    "keras.distribution": _DEVICES,
    "keras.engine.training_arrays": _LOOPS,
    "keras.engine.training_generator": _LOOPS,
    "keras.utils.multi_gpu_model": _DEVICES,
    "keras.utils.multi_gpu_utils": _DEVICES,
    "keras.utils.vis_utils.pydot": "`import pydot`",
    "tensorflow.contrib": "see whether `keras.layers` or `cornu.ops` has what is needed",
    "tensorflow.contrib.layers": "use `keras.layers`",
    "tensorflow.contrib.rnn": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.estimator": "use a `keras.Model`, or `cornu.wrappers` for scikit-learn",
    "tensorflow.feature_column": _FEATURES,
    "tensorflow.io.parse_sequence_example": _RECORDS,
    "tensorflow.io.parse_single_sequence_example": _RECORDS,
    "tensorflow.layers": "use `keras.layers`",
    "tensorflow.lite": _OTHER,
    "tensorflow.python": "import the name from `tensorflow` itself",
    "tensorflow.train.SequenceExample": _RECORDS,
    "tensorflow.tpu": _DEVICES,
    "tensorflow_text": _TEXT,
}


def instead(path: str) -> str:
    """Return the nearest way for a dotted path, as a sentence, or "".

    Examples
    --------
    >>> instead("tensorflow.estimator.DNNClassifier")
    'Use a `keras.Model`, or `cornu.wrappers` for scikit-learn.'
    """
    path = path.replace("tensorflow.keras", "keras", 1)
    while path and path not in INSTEAD:
        path = path.rpartition(".")[0]
    text = INSTEAD.get(path, "")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def why_not(path: str, dialect: str, words: str = "", names: Iterable[str] = ()) -> str:
    """Return how the message of an error goes on that says that something is not there.

    Parameters
    ----------
    path : str
        As scripts know it.
    dialect : str
    words : str
        What the module that stands there says itself.
    names : iterable of str
        What that module has.

    Examples
    --------
    >>> why_not("keras.layers.Dens", "keras2", names=["Dense", "Dropout"])
    ". Did you mean 'Dense'?"
    >>> why_not("keras.utils.multi_gpu_model", "keras2")[:45]
    ': Keras 2.3.1 has it, and Cornu has not. Choo'
    >>> why_not("keras.spam", "keras2")
    ''
    """
    near = near_matches(path.rpartition(".")[2], names)
    library = exists(path, dialect)
    if library is None:
        return f". {near}" if near else ""
    if library not in (dialect, library_of(path, dialect)[0]):
        return f": it is of {LIBRARIES[library]}, and this is {dialect}; --dialect can say another."
    own_words = not any(plain in words for plain in _PLAIN)
    advice = instead(path) or (words if own_words else "") or near
    return f": {LIBRARIES[library]} has it, and Cornu has not. {advice}".rstrip()


# Messages that name nothing to do.
_PLAIN = ("has no attribute", "does not have", "No module named")
