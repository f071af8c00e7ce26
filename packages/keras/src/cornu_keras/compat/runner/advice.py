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
_DATA = "go over a `tf.data.Dataset`, and feed what it yields"
_GRAPHS = "make the graph in Python; `model.save` and `tf.train.Saver` keep its weights"
_SIZES = "use `tf.image.resize`, where pixels have their centres in the middle"
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
    "tensorflow.GraphDef": _GRAPHS,
    "tensorflow.TFRecordReader": _DATA,
    "tensorflow.TextLineReader": _DATA,
    "tensorflow.WholeFileReader": _DATA,
    "tensorflow.contrib": "see whether `keras.layers` or `cornu.ops` has what is needed",
    "tensorflow.contrib.layers": "use `keras.layers`",
    "tensorflow.contrib.rnn": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.data.make_initializable_iterator": _DATA,
    "tensorflow.data.make_one_shot_iterator": _DATA,
    "tensorflow.estimator": "use a `keras.Model`, or `cornu.wrappers` for scikit-learn",
    "tensorflow.examples": "use `keras.datasets`",
    "tensorflow.extract_image_patches": "use `tf.image.extract_patches`",
    "tensorflow.feature_column": _FEATURES,
    "tensorflow.graph_util": _GRAPHS,
    "tensorflow.image.resize_area": _SIZES,
    "tensorflow.image.resize_bicubic": _SIZES,
    "tensorflow.image.resize_bilinear": _SIZES,
    "tensorflow.image.resize_images": _SIZES,
    "tensorflow.image.resize_nearest_neighbor": _SIZES,
    "tensorflow.import_graph_def": _GRAPHS,
    "tensorflow.io.parse_sequence_example": _RECORDS,
    "tensorflow.io.parse_single_sequence_example": _RECORDS,
    "tensorflow.layers": "use `keras.layers`",
    "tensorflow.lite": _OTHER,
    "tensorflow.metrics": "use the classes of `keras.metrics`: `metrics=[keras.metrics.AUC()]`",
    "tensorflow.nn.bidirectional_dynamic_rnn": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.nn.dynamic_rnn": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.nn.rnn_cell": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.nn.static_rnn": "use `keras.layers.LSTM`, `GRU` or `RNN`",
    "tensorflow.profiler": "use `keras.callbacks.TensorBoard`, or `python -m cornu bench`",
    "tensorflow.python": "import the name from `tensorflow` itself",
    "tensorflow.saved_model.simple_save": _GRAPHS,
    "tensorflow.sparse_placeholder": "feed dense values to `tf.placeholder`",
    "tensorflow.tpu": _DEVICES,
    "tensorflow.train.AdagradDAOptimizer": "use `tf.train.AdagradOptimizer`",
    "tensorflow.train.Coordinator": _DATA,
    "tensorflow.train.MonitoredTrainingSession": "use `tf.Session`, and `tf.train.Saver`",
    "tensorflow.train.SequenceExample": _RECORDS,
    "tensorflow.train.batch": _DATA,
    "tensorflow.train.export_meta_graph": _GRAPHS,
    "tensorflow.train.import_meta_graph": _GRAPHS,
    "tensorflow.train.shuffle_batch": _DATA,
    "tensorflow.train.start_queue_runners": _DATA,
    "tensorflow.train.string_input_producer": _DATA,
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
