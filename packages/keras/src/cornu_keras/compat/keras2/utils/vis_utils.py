"""`keras.utils.vis_utils`: pictures of models."""

from __future__ import annotations

from typing import Any

from cornu.models import Model
from cornu_keras.showing import plotting

__all__ = ["add_edge", "is_model", "is_wrapped_model", "model_to_dot", "plot_model"]


def is_model(layer: Any) -> bool:
    """Tell a model from other layers.

    Examples
    --------
    >>> import cornu
    >>> is_model(cornu.Sequential()), is_model(cornu.layers.Dense(1))
    (True, False)
    """
    return isinstance(layer, Model)


def is_wrapped_model(layer: Any) -> bool:
    """Tell a layer around a model, such as `TimeDistributed(model)`."""
    return isinstance(getattr(layer, "layer", None), Model)


def add_edge(dot: Any, src: Any, dst: Any) -> None:
    """Draw an arrow between two boxes, once."""
    import pydot  # type: ignore[import-not-found,unused-ignore]

    if not dot.get_edge(src, dst):
        dot.add_edge(pydot.Edge(src, dst))


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    subgraph: bool = False,
) -> Any:
    """Return the graph of a model's layers as a `pydot.Dot`."""
    return plotting.model_to_dot(
        model,
        show_shapes=show_shapes,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        subgraph=subgraph,
    )


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
) -> Any:
    """Draw the graph of a model's layers into a file."""
    return plotting.plot_model(
        model,
        to_file=to_file,
        show_shapes=show_shapes,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
    )
