r"""The models of `keras.applications`: the same networks, called as Keras 2.3 called their layers.

A table says for each family what is not as in Keras 3. A row has the name of a layer, or of its
class where it has no name, and what stands there: another name, `"res\1_branch\2"`, or a function
that is given the class and the arguments, and returns what is called in its place.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from string import ascii_lowercase
from typing import Any

from cornu import config
from cornu.plugins import registry

__all__: list[str] = []

Step = Callable[[Any], Any]
Row = str | Callable[..., Step]


def _padded(edges: Callable[[Any], Any]) -> Row:
    """Return the row of a convolution whose padding is a layer before it."""

    def row(made: Callable[..., Step], **kwargs: Any) -> Step:
        inner = made(**{**kwargs, "padding": "valid"})

        def step(x: Any) -> Any:
            return inner(_layer("ZeroPadding2D")(edges(x), name=f"{kwargs['name']}_pad")(x))

        return step

    return row


def _even(x: Any) -> tuple[tuple[int, int], ...]:
    """Return the edges before strides of 2, of which an odd size has one more."""
    first = 2 if config.image_data_format() == "channels_first" else 1
    return tuple(((size or 0) % 2, 1) for size in x.shape[first : first + 2])


def _reshaped(made: Callable[..., Step], **kwargs: Any) -> Step:
    """A pool over the image that has lost rows and columns, and a layer that brings them back."""
    pool = made()

    def step(x: Any) -> Any:
        x = pool(x)
        first = config.image_data_format() == "channels_first"
        shape = (x.shape[-1], 1, 1) if first else (1, 1, x.shape[-1])
        return _layer("Reshape")(shape, name="reshape_1")(x)

    return step


def _as_the_one_before(made: Callable[..., Step], **kwargs: Any) -> Step:
    """A layer that is called as the convolution before it, without the end of that name."""
    return lambda inputs: made(name=inputs[1]._operation.name.removesuffix("_conv"), **kwargs)(
        inputs
    )


def _unnamed(made: Callable[..., Step], **kwargs: Any) -> Step:
    return made(**{**kwargs, "name": None})


def _sum(made: Callable[..., Step], **kwargs: Any) -> Step:
    """A sum without a name, to which the shortcut comes last."""
    add = made()
    return lambda parts: add(parts[::-1])


def _of_resnet50(made: Callable[..., Step], *, name: str, **kwargs: Any) -> Step:
    """A convolution or normalisation by its place: `conv2_block1_0_conv` is `res2a_branch1`."""
    normal = name.endswith("bn")
    kwargs.update({"epsilon": 1e-3} if normal else {"kernel_initializer": "he_normal"})
    if name.startswith("conv1_"):
        return made(**kwargs, name="bn_conv1" if normal else "conv1")
    stage, block, index = re.findall(r"\d+", name)
    branch = ("1", "2a", "2b", "2c")[int(index)]
    place = f"{stage}{ascii_lowercase[int(block) - 1]}_branch{branch}"
    return made(**kwargs, name=f"{'bn' if normal else 'res'}{place}")


ROWS: dict[str, dict[str, Row]] = {
    "densenet": {"conv1_(conv|bn|relu)": r"conv1/\1", "predictions": "fc1000"},
    "inception_resnet_v2": {"CustomScaleLayer": _as_the_one_before},
    "mobilenet": {
        "conv1": _padded(lambda x: ((0, 1), (0, 1))),
        "GlobalAveragePooling2D": _reshaped,
        "predictions": "act_softmax",
    },
    "mobilenet_v2": {"Conv1": _padded(_even), "predictions": "Logits"},
    "nasnet": {},
    "resnet": {"predictions": "probs"},
    "resnet50": {
        ".*_(conv|bn)": _of_resnet50,
        ".*_add": _sum,
        ".*_(relu|out)|pool1_pool": _unnamed,
        "predictions": "fc1000",
    },
    "resnet_v2": {"predictions": "probs"},
}

# The same, for the layers of a model without its top.
WITHOUT_TOP: dict[str, dict[str, Row]] = {
    "mobilenet": {"GlobalAveragePooling2D": _unnamed},
    "resnet50": {"(avg|max)_pool": _unnamed},
}

NAMES = {"nasnet": "NASNet"}  # of models

# Files of weights that are not those of Keras 3: folder, address, hashes with and without top.
FILES = {
    "resnet50": (
        "releases/download/v0.2",
        "https://github.com/fchollet/deep-learning-models/",
        ("a7b3fe01876f51b976af0dea6bc144eb", "a268eb855778b3df3c7506639542a6af"),
    )
}


@functools.cache
def __getattr__(name: str) -> Any:
    """Return the function of a family: `resnet50.ResNet50`."""
    family, _, model = name.partition(".")
    if family not in ROWS:
        raise AttributeError(name)
    function = getattr(import_module(f"cornu.applications.{family}"), model)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        top = signature.bind(*args, **kwargs).arguments.get("include_top", True)
        rows = {**ROWS[family], **({} if top else WITHOUT_TOP.get(family, {}))}
        if family in NAMES:
            kwargs.setdefault("name", NAMES[family])
        with registry.meaning(functools.partial(_means, family, rows)):
            return function(*args, **kwargs)

    return call


def _means(family: str, rows: Mapping[str, Row], kind: str, name: str, plain: Any) -> Any:
    if kind == "files":
        return _published(plain, *FILES[family]) if family in FILES else plain
    from cornu_keras.compat.keras2 import dialect

    found = dialect.of(kind, name, plain)
    return functools.partial(_made, rows, found) if kind == "layer" else found


def _made(rows: Mapping[str, Row], found: Any, *args: Any, **kwargs: Any) -> Any:
    known_as = kwargs.get("name") or found.__name__
    for pattern, row in rows.items():
        if not re.fullmatch(pattern, known_as):
            continue
        if isinstance(row, str):
            return found(*args, **{**kwargs, "name": re.sub(pattern, row, known_as)})
        return row(functools.partial(found, *args), **kwargs)
    return found(*args, **kwargs)


def _published(files: Any, folder: str, address: str, hashes: tuple[str, str]) -> Any:
    with_top, without_top = (
        dataclasses.replace(file, file_hash=file_hash)
        for file, file_hash in zip((files.with_top, files.without_top), hashes, strict=True)
    )
    return dataclasses.replace(
        files, folder=folder, address=address, with_top=with_top, without_top=without_top
    )


def _layer(name: str) -> Any:
    from cornu_keras.compat.keras2 import dialect

    return dialect.find("layers", name)
