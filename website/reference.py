"""The reference: a page for each public object, and one for each group of them."""

from __future__ import annotations

import functools
import html
import inspect
import posixpath
from collections.abc import Iterator
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tests.coverage.data import read
from website import names
from website.docstrings import markdown, summary
from website.links import linked
from website.names import GROUPS, Entry
from website.source import source

WIDTH = 88
# What every layer has is said once, at `Layer`.
PLUMBING = frozenset(
    "build call compute_mask compute_output_shape compute_output_spec get_config from_config"
    " update_state result reset_state get_initial_state".split()
)


def pages() -> dict[str, str]:
    """Return the text of every page of the reference, by its path below `docs`."""
    found = {f"api/{group}.md": group_page(group) for group in GROUPS}
    found["api/index.md"] = overview()
    found |= {entry.path: object_page(entry) for entry in names.entries().values()}
    return found


def overview() -> str:
    """The page that lists the groups."""
    count = len(names.entries())
    rows = [
        f"| [{row.title}]({group}.md) | {row.introduction} | {len(names.of_group(group))} |"
        for group, row in GROUPS.items()
    ]
    return "\n".join(
        [
            "# API reference",
            "",
            f"{count} classes and functions, each with a page. What `cornu` has, `cornu.keras` has"
            " too; `from cornu import keras` is all that a script for Keras needs to change.",
            "",
            "| Part | What it is | Names |",
            "| --- | --- | ---: |",
            *rows,
            "",
        ]
    )


def group_page(group: str) -> str:
    """The page that lists the objects of a group, with all their names."""
    row = GROUPS[group]
    lines = [f"# {row.title}", "", row.introduction]
    for title, introduction, members in names.sections(group):
        lines += ["", f"## {title}", "", introduction, "", "| Name | What it is |", "| --- | --- |"]
        lines += [_row(entry, f"api/{group}.md") for entry in members]
    lines += _guests(group)
    constants = names.constants(group)
    if constants:
        lines += ["", "## Constants", ""]
        lines += [f"* `{name}` = `{value!r}`" for name, value in constants.items()]
    return "\n".join(lines) + "\n"


def _guests(group: str) -> Iterator[str]:
    """Yield the names of this group whose page stands in another."""
    homes = {".".join(filter(None, ("cornu", m))) for m in GROUPS[group].modules}
    found = sorted(
        (name, entry)
        for entry in names.entries().values()
        if entry.group != group
        for name in entry.names
        if name.rpartition(".")[0] in homes
    )
    if found:
        here = f"api/{group}.md"
        links = (f"[`{name}`]({_relative(entry.path, here)})" for name, entry in found)
        yield from ("", "## Also here", "", " · ".join(links))


def _row(entry: Entry, here: str) -> str:
    others = [f"`{name}`" for name in entry.short_names if name != entry.name]
    cells = f"[`{entry.name}`]({_relative(entry.path, here)})"
    cells += f"<br>{', '.join(others)}" if others else ""
    said = linked(summary(entry.object.__doc__), here).replace("|", r"\|")
    return f"| {cells} | {said} |"


def object_page(entry: Entry) -> str:
    """The page of one class or function."""
    target, group = entry.object, GROUPS[entry.group]
    lines = [f"# {entry.name}", "", f"[{group.title}](../{entry.group}.md)", ""]
    lines += ["```py", *signature(target, entry.name), "```", ""]
    if len(entry.names) > 1:
        lines += ["Names: " + ", ".join(f"`{name}`" for name in entry.names) + ".", ""]
    else:
        lines += [f"Name: `{entry.names[0]}`.", ""]
    lines += [linked(markdown(target.__doc__), entry.path), ""]
    if entry.is_class:
        lines += _members(entry)
    lines += _source(target)
    return "\n".join(lines) + "\n"


def signature(target: Any, name: str) -> list[str]:
    """How it is called, in lines; types are said below, in words."""
    try:
        found = inspect.signature(target)
    except (TypeError, ValueError):
        return [name]
    empty = inspect.Parameter.empty
    shown = [str(p.replace(annotation=empty)) for p in found.parameters.values()]
    kinds = [p.kind for p in found.parameters.values()]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        shown.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    one = f"{name}({', '.join(shown)})"
    return [one] if len(one) <= WIDTH else [f"{name}(", *(f"    {p}," for p in shown), ")"]


def _members(entry: Entry) -> Iterator[str]:
    target = entry.object
    bases = [b for b in target.__mro__[1:] if id(b) in names.entries()]
    theirs = {name for base in bases for name in dir(base)}
    # What stands between a class and its public bases is ours to arrange, and no one's to use,
    # except what Keras has too.
    between = [c for c in target.__mro__[1:] if not any(issubclass(b, c) for b in bases)]
    found = {n: v for c in reversed(between) for n, v in vars(c).items() if n in _of_keras()}
    found |= vars(target)
    described = {
        name: value
        for name, value in sorted(found.items())
        if name[0] != "_" and _doc(value) and (name not in PLUMBING or name not in theirs)
    }
    if bases:
        links = (f"[`{e.name}`]({_relative(e.path, entry.path)})" for e in map(_entry_of, bases))
        yield from ("What it has from its bases is said there: " + ", ".join(links) + ".", "")
    values = {n: v for n, v in described.items() if not callable(_function(v))}
    calls = {n: v for n, v in described.items() if n not in values}
    if values:
        yield from ("## Attributes", "")
        for name, value in values.items():
            yield from (f"`{name}`", f":   {linked(summary(_doc(value)), entry.path)}", "")
    if calls:
        yield from ("## Methods", "")
        for name, value in calls.items():
            yield from (f"### {name}", "", "```py", *_call(value, name), "```", "")
            yield from (linked(markdown(_doc(value)), entry.path), "")


@functools.cache
def _of_keras() -> frozenset[str]:
    """The names of members in Keras' documented API."""
    return frozenset(row["symbol"].rpartition(".")[2] for row in read("symbols.jsonl"))


def _entry_of(target: Any) -> Entry:
    return names.entries()[id(target)]


def _function(value: Any) -> Any:
    return getattr(value, "__func__", value)  # of a classmethod


def _doc(value: Any) -> str | None:
    described = callable(_function(value)) or isinstance(value, property)
    return getattr(value, "__doc__", None) if described and not inspect.isclass(value) else None


def _call(value: Any, name: str) -> list[str]:
    """How a method is called: as on an object, so without `self`."""
    function = _function(value)
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return [name]
    parameters = list(found.parameters.values())
    rest = parameters if isinstance(value, staticmethod) else parameters[1:]

    def bound() -> None: ...

    bound.__signature__ = found.replace(parameters=rest)  # type: ignore[attr-defined]
    return signature(bound, name)


def _source(target: Any) -> Iterator[str]:
    found = source(target)
    if found is None:
        return
    place = f"{found.path}, line {found.line}" if found.text else found.path
    yield from ("## Source", "", '<div data-search-exclude="">')
    if not found.text:
        yield f"<p><code>{html.escape(place)}</code></p></div>"
        return
    code = highlight(found.text, PythonLexer(), HtmlFormatter(cssclass="highlight"))

    yield f"<details><summary><code>{html.escape(place)}</code></summary>{code}</details></div>"


def _relative(path: str, here: str) -> str:
    return posixpath.relpath(path, posixpath.dirname(here))
