"""Pictures of a model's layers: as SVG by ourselves, in all other formats by Graphviz."""

from __future__ import annotations

import os
import re
from typing import Any

from cornu_engine.errors import quoted as shortened
from cornu_engine.sourcetext import quoted
from cornu_keras.showing.diagram import model_to_svg
from cornu_keras.utilities.boxes import edges_of, fields, operations_of

__all__ = ["model_to_dot", "plot_model"]


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Return the graph of a model's layers as a `pydot.Dot`.

    Parameters
    ----------
    model : Model
        Built.
    show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable : bool
        What to write into the boxes.
    rankdir : {"TB", "LR"}
        From top to bottom, or from left to right.
    expand_nested : bool
        Whether to draw the layers of models inside, in a frame.
    dpi : int
        Dots per inch of a picture.
    subgraph : bool
        Whether to return a `pydot.Cluster`, to be put into another graph.
    splines : str
        How Graphviz draws edges.

    Raises
    ------
    ImportError
        Without pydot.
    ValueError
        For a model that is not built.
    """
    pydot = _pydot()
    _check_built(model)
    options = {
        "show_shapes": show_shapes,
        "show_dtype": show_dtype,
        "show_layer_names": show_layer_names,
        "show_layer_activations": show_layer_activations,
        "show_trainable": show_trainable,
    }
    if subgraph:
        dot = _frame(pydot, model.name, model.name)
    else:
        dot = pydot.Dot(
            graph_type="digraph", rankdir=rankdir, dpi=dpi, splines=splines, concentrate=True
        )
        dot.set_node_defaults(shape="record", fontname="Helvetica")
    _draw(pydot, dot, model, options, expand_nested, prefix="")
    return dot


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw the graph of a model's layers into a file; the other arguments are those of
    `model_to_dot`.

    Parameters
    ----------
    model : Model
    to_file : path
        Its extension decides the format: `.svg`, which needs neither pydot nor Graphviz; `.png`,
        `.pdf`, …; or `.dot` for Graphviz' own text.

    Returns
    -------
    IPython.display.SVG, IPython.display.Image or None
        For a notebook, where IPython is there and the file is a picture.
    """
    shown: dict[str, Any] = {
        "show_shapes": show_shapes,
        "show_dtype": show_dtype,
        "show_layer_names": show_layer_names,
        "show_layer_activations": show_layer_activations,
        "show_trainable": show_trainable,
    }
    drawn: dict[str, Any] = {
        "rankdir": rankdir,
        "expand_nested": expand_nested,
        "dpi": dpi,
        "splines": splines,
    }
    path = os.fspath(to_file)
    extension = os.path.splitext(path)[1].lstrip(".") or "png"
    if extension == "svg":
        _check_built(model)
        picture = model_to_svg(model, shown, **drawn)
        with open(path, "w", encoding="utf-8") as file:
            file.write(picture)
        return _in_notebook("SVG", path)
    dot = model_to_dot(model, **shown, **drawn)
    if extension in ("dot", "gv"):
        dot.write(path, format="raw")
        return None
    try:
        dot.write(path, format=extension)
    except (FileNotFoundError, OSError) as error:
        raise ImportError(
            f"plot_model() needs the program 'dot' of Graphviz to write {extension!r}: write a "
            ".svg file, which needs nothing, or install graphviz (https://graphviz.org/download/)."
        ) from error
    return _in_notebook("Image", path) if extension in ("png", "jpg", "jpeg") else None


def _check_built(model: Any) -> None:
    if not hasattr(model, "built"):
        raise TypeError(f"A plot is made of a model, not of {shortened(model)}.")
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} is not built, so its layers are not connected yet: call it on "
            "data, or build(input_shape), first."
        )


def _pydot() -> Any:
    try:
        import pydot  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise ImportError(
            "Drawing a model needs pydot, which is not installed here: pip install pydot. A .svg "
            "file of plot_model needs nothing."
        ) from None
    return pydot


def _in_notebook(kind: str, path: str) -> Any:
    try:
        from IPython import display  # type: ignore[import-not-found]
    except ImportError:
        return None
    return getattr(display, kind)(filename=path)


def _draw(
    pydot: Any, dot: Any, model: Any, options: dict[str, bool], expand: bool, prefix: str
) -> dict[str, Any]:
    """Add boxes and arrows; return the first and last box of the model by "first" and "last"."""
    operations = operations_of(model)
    ends: dict[int, tuple[str, str]] = {}
    for operation in operations:
        name = f"{prefix}{operation.name}"
        inner = getattr(operation, "layers", None)
        if expand and inner:
            cluster = _frame(pydot, name, operation.name)
            drawn = _draw(pydot, cluster, operation, options, expand, prefix=f"{name}/")
            dot.add_subgraph(cluster)
            ends[id(operation)] = (drawn["first"], drawn["last"])
        else:
            dot.add_node(pydot.Node(quoted(name), label=_label(operation, options)))
            ends[id(operation)] = (name, name)
    for source, target in edges_of(model):
        dot.add_edge(pydot.Edge(quoted(ends[id(source)][1]), quoted(ends[id(target)][0])))
    return {"first": ends[id(operations[0])][0], "last": ends[id(operations[-1])][1]}


def _frame(pydot: Any, name: str, label: str) -> Any:
    # pydot writes "cluster_" before the name, and quotes what needs it but for quotes themselves
    name = re.sub(r"[^\w/. -]", lambda c: f"U{ord(c[0]):04X}", name, flags=re.ASCII)
    return pydot.Cluster(graph_name=name, style="dashed", label=quoted(label), labeljust="l")


def _label(operation: Any, options: dict[str, bool]) -> str:
    rows = [[_escaped(cell) for cell in row] for row in fields(operation, options)]
    cells = [row[0] if len(row) == 1 else f"{{{' | '.join(row)}}}" for row in rows]
    return "{" + " | ".join(cells) + "}"


def _escaped(text: str) -> str:
    for character in "\\{}|<>":
        text = text.replace(character, f"\\{character}")
    return text
