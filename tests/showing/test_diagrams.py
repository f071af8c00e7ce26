"""`plot_model` draws SVG by itself: boxes apart, edges around them, all text escaped."""

from __future__ import annotations

import itertools
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cornu
from cornu import layers
from cornu_keras.showing.layered import layered

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def graphs(draw: Any) -> tuple[dict[int, tuple[float, float]], list[tuple[int, int]]]:
    """Return boxes and arrows, each from a box to a later one."""
    count = draw(st.integers(1, 12))
    side = st.floats(5, 200)
    sizes = {key: (draw(side), draw(side)) for key in range(count)}
    pairs = list(itertools.combinations(range(count), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    return sizes, sorted(chosen)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_boxes_stand_apart_and_no_way_goes_through_one(graph: Any) -> None:
    sizes, edges = graph
    drawn = layered(sizes, edges)
    frames = {k: (x, y, x + sizes[k][0], y + sizes[k][1]) for k, (x, y) in drawn.places.items()}
    for a, b in itertools.combinations(frames.values(), 2):
        assert a[2] <= b[0] + 1e-6 or b[2] <= a[0] + 1e-6 or a[3] <= b[1] or b[3] <= a[1]
    width, height = drawn.size
    for left, top, right, bottom in frames.values():
        assert min(left, top) >= -1e-6
        assert right <= width + 1e-6
        assert bottom <= height + 1e-6
    for (source, target), points in drawn.ways.items():
        assert points[0][1] == pytest.approx(frames[source][3])
        assert points[-1][1] == pytest.approx(frames[target][1])
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            assert to_y >= y - 1e-6
            if x == to_x:  # straight down: not through a box
                for left, top, right, bottom in frames.values():
                    assert not (left < x < right and max(y, top) + 1e-6 < min(to_y, bottom))


def branched() -> cornu.Model:
    """Return a model with a shared tower inside, a way around it, and names that want escaping."""
    left, right = cornu.Input((8,), name="left"), cornu.Input((6,), name="right")
    tower = cornu.Sequential(
        [cornu.Input((5,)), layers.Dense(4, activation="relu"), layers.Dense(3)],
        name="<tower & co>",
    )
    ends = [tower(layers.Dense(5)(side)) for side in (left, right)]
    return cornu.Model([left, right], layers.Concatenate()([*ends, left]) + 1.0, name="net")


def picture(model: cornu.Model, folder: Any, **options: Any) -> Any:
    path = folder / "model.svg"
    cornu.utils.plot_model(model, path, **options)
    return ElementTree.parse(path).getroot()


def texts(root: Any) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


OPTIONS = ["show_shapes", "show_dtype", "show_layer_names", "show_layer_activations"]
SAID = ["output: (None, 5)", "input: float32", "<tower & co>: Sequential", "Dense (linear)"]


@pytest.mark.parametrize(("option", "said"), zip(OPTIONS, SAID, strict=True))
def test_each_option_adds_what_it_says(tmp_path: Any, option: str, said: str) -> None:
    model = branched()
    silent = dict.fromkeys(OPTIONS, False)
    assert said not in texts(picture(model, tmp_path, **silent))
    assert said in texts(picture(model, tmp_path, **{**silent, option: True}))


def test_what_is_trainable(tmp_path: Any) -> None:
    model = branched()
    model.layers[2].trainable = False
    said = texts(picture(model, tmp_path, show_trainable=True))
    assert {"trainable", "frozen"} <= set(said)


def test_every_arrow_is_drawn(tmp_path: Any) -> None:
    arrows = [p for p in picture(branched(), tmp_path).iter(f"{SVG}path") if p.get("marker-end")]
    assert len(arrows) == 2 + 2 + 1 + 1 + 1  # to the Dense, the tower, its output, the input, + 1


def test_models_inside_are_unfolded(tmp_path: Any) -> None:
    folded = texts(picture(branched(), tmp_path, expand_nested=False))
    unfolded = texts(picture(branched(), tmp_path, expand_nested=True))
    assert unfolded.count("Dense") == folded.count("Dense") + 2
    assert "<tower & co>" in unfolded


@pytest.mark.parametrize("splines", ["ortho", "curved", "line"])
@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_directions(tmp_path: Any, rankdir: str, splines: str) -> None:
    model = cornu.Sequential([cornu.Input((3,)), *[layers.Dense(2) for _ in range(5)]])
    root = picture(model, tmp_path, rankdir=rankdir, splines=splines)
    is_wide = float(root.get("width")) > float(root.get("height"))
    assert is_wide == (rankdir in ("LR", "RL"))
    tall = picture(model, tmp_path, dpi=100, rankdir=rankdir)
    assert float(tall.get("height")) == pytest.approx(float(root.get("height")) / 2, abs=1)


def test_an_unknown_direction(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="rankdir must be 'TB'"):
        picture(branched(), tmp_path, rankdir="down")


def test_neither_pydot_nor_graphviz_is_needed(tmp_path: Any) -> None:
    code = (
        "import sys; sys.modules['pydot'] = None\n"
        "import cornu\n"
        "model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])\n"
        f"cornu.utils.plot_model(model, {str(tmp_path / 'model.svg')!r})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": ""}, timeout=120)
    assert (tmp_path / "model.svg").stat().st_size > 500
