"""The pages of `docs/layers`: one per family of layers, written from their docstrings.

python -m tests.layer_pages             # say which pages are out of date
python -m tests.layer_pages --update    # write them
"""

from __future__ import annotations

import argparse
import contextlib
import doctest
import inspect
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cornu
from cornu.base.naming import reset_names
from cornu.plugins import registry

FOLDER = Path(__file__).parents[1] / "docs" / "layers"
NOTE = "Written by `python -m tests.layer_pages --update` from the docstrings; do not edit by hand."

# The package below cornu_layers: title and introduction of its page.
FAMILIES = {
    "core": ("Core layers", "Products with weights, lookups, and functions of your own."),
    "convolutional": ("Convolution", "Kernels that slide over sequences, images and volumes."),
    "pooling": ("Pooling", "Windows, or whole axes, reduced to one number."),
    "recurrent": ("Recurrent layers", "A state carried through a sequence, by any cell."),
    "attention": ("Attention", "Each place of a sequence looks at other places."),
    "normalization": ("Normalisation", "Numbers brought to a common scale."),
    "regularization": ("Dropout and noise", "Disturbances while training, against overfitting."),
    "merging": ("Merging", "Several inputs in, one output out."),
    "reshaping": ("Reshaping", "Numbers moved, cut off or put around, without computing."),
    "signal": ("Signals", "Sound and other signals turned into their frequencies."),
    "advanced_activations": ("Activations as layers", "Functions with settings or weights."),
    "wrappers": ("Wrappers", "Layers around other layers."),
}
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.M)


@dataclass
class Text:
    """A docstring in parts."""

    summary: str
    body: str
    sections: dict[str, str] = field(default_factory=dict)


def parts(doc: str) -> Text:
    """Cut a docstring of the NumPy style into its parts."""
    head, *rest = _SECTION.split(inspect.cleandoc(doc))
    summary, _, body = head.partition("\n\n")
    sections = dict(zip(rest[::2], (text.strip("\n") for text in rest[1::2]), strict=True))
    return Text(" ".join(summary.split()), body.strip(), sections)


def family(name: str) -> list[Any]:
    """The classes and functions of one family, by name."""
    prefix = f"cornu_layers.{name}."
    entries = [e for e in registry.entries("layer") if e.module.startswith(prefix)]
    found = {e.object.__name__: e.object for e in entries}
    return [found[key] for key in sorted(found, key=lambda n: (n[0].islower(), n))]


def older_names(layer: Any) -> list[str]:
    """The other names of a layer."""
    return sorted(
        e.name
        for e in registry.entries("layer")
        if e.stands_for(layer) and e.name != layer.__name__
    )


def page(name: str) -> str:
    """The page of one family."""
    title, introduction = FAMILIES[name]
    layers = family(name)
    lines = [f"# {title}", "", introduction, "", NOTE, "", "| | |", "| --- | --- |"]
    lines += [
        f"| [`{layer.__name__}`](#{layer.__name__.lower()}) "
        f"| {parts(layer.__doc__).summary.replace('|', chr(92) + '|')} |"
        for layer in layers
    ]
    for layer in layers:
        lines += ["", *_entry(layer)]
    return "\n".join(lines).rstrip() + "\n"


def _entry(layer: Any) -> Iterator[str]:
    text = parts(layer.__doc__)
    yield from (f"## {layer.__name__}", "", "```py", *_signature(layer), "```", "")
    names = older_names(layer)
    if names:
        yield from (f"Also known as {', '.join(f'`{n}`' for n in names)}.", "")
    yield text.summary
    if text.body:
        yield from ("", text.body)
    for heading, section in text.sections.items():
        if heading == "Examples":
            yield from _example(section, layer.__name__)
        elif heading in ("Notes", "References"):
            yield from ("", f"**{heading}.** {section}")
        else:
            yield from ("", f"**{heading}**", "", *_definitions(section))


def _signature(layer: Any) -> Iterable[str]:
    parameters = inspect.signature(layer).parameters.values()
    shown = [str(p.replace(annotation=inspect.Parameter.empty)) for p in parameters]
    one = f"{layer.__name__}({', '.join(shown)})"
    if len(one) <= 88:
        return [one]
    return [f"{layer.__name__}(", *(f"    {p}," for p in shown), ")"]


def _definitions(section: str) -> Iterator[str]:
    """`name : kind` with a text indented below becomes a row of a list."""
    head, text = "", []
    for line in [*section.split("\n"), "end"]:
        if line.startswith(" ") or not line:
            text.append(line.strip())
        elif text or line == "end":
            names, _, kind = head.partition(" : ")
            term = f"`{names}`" + (f" ({kind})" if kind else "")
            said = " ".join(filter(None, text))
            yield f"* {term}: {said}" if said else f"* {term}"
            head, text = line, []
        else:
            head = f"{head} {line}".strip()  # names that go on in the next line


def _example(section: str, name: str) -> Iterator[str]:
    cornu.set_seed(0)
    reset_names()
    namespace: dict[str, Any] = {"__name__": "page"}
    first = section.find(">>>")
    if section[:first].strip():
        yield from ("", section[:first].strip())
    code, printed = [], io.StringIO()
    for example in doctest.DocTestParser().get_examples(section):
        source = example.source.rstrip("\n")
        if example.want and example.exc_msg is None:
            source = f"print({source})"
        code.append(source)
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(source, name, "exec"), namespace)
            except Exception as error:
                if example.exc_msg is None:
                    raise
                print(f"{type(error).__name__}: {error}")
    yield from ("", "```python", *code, "```")
    if printed.getvalue():
        yield from ("", "```text", printed.getvalue().rstrip("\n"), "```")


def out_of_date() -> list[str]:
    """The families whose page is not what the docstrings say now."""
    return [name for name in FAMILIES if _read(name) != page(name)]


def _read(name: str) -> str:
    path = FOLDER / f"{name}.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> None:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(prog="python -m tests.layer_pages")
    parser.add_argument("--update", action="store_true", help="write the pages")
    update = parser.parse_args().update
    for name in out_of_date():
        print(f"docs/layers/{name}.md {'written' if update else 'is out of date'}")
        if update:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
