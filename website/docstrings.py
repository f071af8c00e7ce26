"""A docstring of the NumPy style as Markdown; griffe takes it apart."""

from __future__ import annotations

import doctest
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from griffe import Docstring
from griffe import DocstringSectionKind as Kind

_OPTION = re.compile(r"\s*# doctest:.*")
_MATH = re.compile(r"^( *)\.\. math::((?:.*\n|.*\Z)(?:\n*\1 +.+(?:\n|\Z))*)", re.M)
_ROLES = {r":math:`([^`]+)`": r"$\1$", r":\w+:`~?([^`]+)`": r"`\1`", r" *\.\. \w+::.*\n": ""}
_TITLES = {Kind.other_parameters: "Other parameters"}


def summary(doc: str | None) -> str:
    """Return the first sentence, which is one line or two."""
    return " ".join((doc or "").strip().partition("\n\n")[0].split())


def markdown(doc: str | None) -> str:
    """Return a whole docstring as Markdown."""
    if not doc:
        return ""
    doc = _MATH.sub(_displayed, inspect.cleandoc(doc))
    for role, ours in _ROLES.items():  # of scikit-learn, whose methods estimators have
        doc = re.sub(role, ours, doc)
    sections = Docstring(doc).parse("numpy", warnings=False, trim_doctest_flags=False)
    return "\n\n".join(filter(None, map(_section, sections)))


def _displayed(found: re.Match[str]) -> str:
    r"""A formula on lines of its own; `&` and `\\` in it align several."""
    body = "\n".join(filter(None, map(str.strip, found[2].split("\n"))))
    if "&" in body or r"\\" in body:
        body = rf"\begin{{aligned}}{body}\end{{aligned}}"
    return textwrap.indent(f"\n$$\n{body}\n$$\n", found[1])


def _section(section: Any) -> str:
    kind, value = section.kind, section.value
    if kind is Kind.text:
        return str(value)
    if kind is Kind.examples:
        return "**Examples**\n\n" + "\n\n".join(_example(k, text) for k, text in value)
    if kind is Kind.admonition:
        return _admonition(section.title, value.contents)
    title = _TITLES.get(kind, kind.value.capitalize())
    rows = "\n\n".join(_row(item, kind) for item in value)
    return f"**{title}**\n\n{rows}"


def _admonition(title: str, text: str) -> str:
    if title == "Example":  # of a plugin: indented code, or a doctest
        code = ">>>" in text
        return "**Example**\n\n" + (_code(text) if code else text)
    return f"**{title}**\n\n{textwrap.dedent(text)}"


def _row(item: Any, kind: Kind) -> str:
    """A name and its type, and what it is, indented below."""
    name, annotation = getattr(item, "name", ""), str(item.annotation or "")
    if kind in (Kind.raises, Kind.warns):
        name, annotation = annotation, ""
    elif kind in (Kind.returns, Kind.yields) and not annotation:
        name, annotation = "", name
    head = " ".join(filter(None, (name and f"`{name}`", annotation and f"*{_plain(annotation)}*")))
    text = textwrap.indent(item.description.strip(), "    ").strip()
    return f"{head or '–'}\n:   {text or '–'}"


def _plain(annotation: str) -> str:
    return annotation.replace("*", r"\*").replace("`", "").replace("_", r"\_")


def _example(kind: Any, text: str) -> str:
    return _code(text) if kind is Kind.examples else str(text)


def _code(text: str) -> str:
    """Code without prompts, to be copied; what it prints stands in comments."""
    return "\n".join(["```python", *_lines(text), "```"])


def _lines(text: str) -> Iterator[str]:
    for piece in doctest.DocTestParser().parse(textwrap.dedent(text)):
        if isinstance(piece, doctest.Example):
            for line in piece.source.rstrip("\n").split("\n"):
                yield _OPTION.sub("", line)
            for line in piece.want.rstrip("\n").split("\n") if piece.want else ():
                yield f"# {line}".rstrip()
        else:
            yield from (f"# {line}" for line in piece.strip().split("\n") if line)
