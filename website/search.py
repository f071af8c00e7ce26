"""What the search finds first: the page of a name, by any name it has, before longer ones.

The theme's search looks for all words that begin with what was typed, and counts rare ones more:
by itself, `Dense` finds DenseNet121. So objects carry their names as tags, which count most, and
a name with which others begin weighs as much more than they do as it is less rare.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cornu
from website.names import GROUPS, Entry, entries

Row = dict[str, Any]

# What people look for that is no name of ours, and where it is said.
WORDS = {
    "api/activations/": ["activation"],
    "api/callbacks/": ["callback"],
    "api/initializers/": ["initializer"],
    "api/losses/": ["loss"],
    "api/metrics/": ["metric"],
    "api/models/Model/#fit": (
        "batch_size initial_epoch validation_split steps_per_epoch class_weight sample_weight"
    ).split(),
    "api/models/load_model/": ["custom_objects"],
    "api/optimizers/": ["optimizer"],
    "api/optimizers/Optimizer/": ["learning_rate", "clipnorm", "weight_decay"],
    "distributed/": ["MPI", "Horovod"],
    "errors/": ["error"],
    "export/": ["deploy", "TFLite"],
    "getting-started/#install": ["install", "pip"],
    "opencl/": ["GPU", "CUDA"],
    "plugins/": ["plugin"],
    "quantization/": ["int8", "quantize"],
    "recipes/#draw-how-the-training-went": ["confusion matrix"],
    "recipes/#keep-a-record-mlflow-weights-biases": ["MLflow", "wandb"],
    "scikit-learn/": ["GridSearchCV", "RandomizedSearchCV", "cross_val_score"],
    "training/#data-of-other-libraries": ["DataLoader", "tf.data"],
    "training/#numbers-that-are-not-finite": ["NaN"],
    "training/#the-same-numbers-again": ["seed", "reproducible"],
    "tutorials/gan/": ["GAN"],
    "tutorials/programs/": ["program"],
    "tutorials/time_series/": ["time series"],
    "tutorials/transfer/": ["transfer learning", "fine-tuning"],
    "tutorials/vae/": ["VAE"],
}
MARGIN = 1.5  # by which a name comes before the longer ones
SECTION = 2.5  # what the theme's search counts a page more than one of its sections


def weigh(site: Path) -> None:
    """Write tags and weights into the index of a site."""
    path = site / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    separator = re.compile(index["config"]["separator"])
    index["docs"] = weighed(index["docs"], separator)
    path.write_text(json.dumps(index, separators=(",", ":")), encoding="utf-8")


def weighed(rows: Iterable[Row], separator: re.Pattern[str]) -> list[Row]:
    """Return the rows of the index with tags, and with weights."""
    tagged = [_tagged(row) for row in rows]
    rarity = _rarity(tagged, separator)
    weights = _weights({key for row in tagged for key in _keys(row)}, rarity)
    groups = list(GROUPS)
    for row in tagged:
        if "tags" in row:
            group = row["location"].removeprefix("api/").partition("/")[0]
            rank = groups.index(group) if group in groups else 0  # the usual ones come first
            most = max(map(weights.__getitem__, _keys(row)))
            most *= SECTION if "#" in row["location"] else 1.0
            row["boost"] = round(most * (1 - rank / len(groups) / 4), 3)
    return tagged


def _tagged(row: Row) -> Row:
    place = row["location"]
    page, _, _ = place.partition("#")
    tags: list[str] = []
    if page in _pages():
        entry = _pages()[page]
        title = _plain(row["title"])
        if place == page:
            tags += _names(entry)
        elif entry.object in (cornu.Model, cornu.Layer) and hasattr(entry.object, title):
            tags.append(f"{entry.name}.{title}")
    tags += WORDS.get(place, ())
    return row | {"tags": tags} if tags else row


@functools.cache
def _pages() -> Mapping[str, Entry]:
    return {f"{entry.path.removesuffix('.md')}/": entry for entry in entries().values()}


def _names(entry: Entry) -> list[str]:
    stem = Path(entry.path).stem
    others = [stem] if "." in stem else []  # mnist.load_data
    others += [f"K.{name}" for name in entry.short_names if f"cornu.backend.{name}" in entry.names]
    return entry.short_names + others


def _keys(row: Row) -> set[str]:
    """What a row is to be found by: the last part of each tag."""
    return {tag.lower().rpartition(".")[2] for tag in row.get("tags", ())}


def _plain(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text).strip()


def _rarity(rows: list[Row], separator: re.Pattern[str]) -> Mapping[str, float]:
    """How much the search counts each word, by how many rows have it."""
    counts: Counter[str] = Counter()
    for row in rows:
        said = " ".join([row["title"], row["text"], *row.get("tags", ())])
        counts.update(set(separator.split(_plain(said).lower())))
    size = len(rows)
    return {word: math.log(1 + abs(size - n + 0.5) / (n + 0.5)) for word, n in counts.items()}


def _weights(keys: set[str], rarity: Mapping[str, float]) -> Mapping[str, float]:
    most = max(rarity.values())
    counted: dict[str, float] = {}  # what the search makes of a key, with its weight
    order = sorted(keys)
    for n in reversed(range(len(order))):
        key = order[n]
        longer = itertools.takewhile(lambda k: k.startswith(key), order[n + 1 :])  # noqa: B023
        least = MARGIN * max(map(counted.__getitem__, longer), default=0.0)
        counted[key] = max(rarity.get(key, most), least)
    return {key: value / rarity.get(key, most) for key, value in counted.items()}
