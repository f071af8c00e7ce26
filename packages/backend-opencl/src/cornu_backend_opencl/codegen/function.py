"""One unit of a program: a C function, and how it is launched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cornu_backend_opencl.codegen.lanes import stored
from cornu_engine import sourcetext
from cornu_lowering.views import Address


@dataclass
class Function:
    """A C function that does one share of one unit of work.

    Attributes
    ----------
    name : str
    comment : str
        What it computes, and for which layer.
    parts : int
        How many shares it is cut into (CPU), or work-items it wants (GPU).
    local : int or None
        Work-items of a group, where they share local memory.
    """

    name: str
    comment: str
    parts: int = 1
    local: int | None = None
    head: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    _depth: int = 1
    _pointers: dict[tuple[Address, str], str] = field(default_factory=dict)
    _count: int = 0

    def line(self, text: str, comment: str = "") -> None:
        """Add a line."""
        text = "  " * self._depth + text
        self.lines.append(_noted(text, comment))

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Put the lines made inside between braces."""
        self.line(f"{head} {{")
        self._depth += 1
        yield
        self._depth -= 1
        self.line("}")

    def new(self, prefix: str = "v") -> str:
        """Return a name that the function has not used."""
        self._count += 1
        return f"{prefix}{self._count}"

    def pointer(self, address: Address, dtype: Any, note: str = "") -> str:
        """Return the name of a pointer, declared at the head of the function."""
        key = (address, str(dtype))
        if key not in self._pointers:
            name = self._pointers[key] = f"p{len(self._pointers)}"
            text = f"  __global {stored(dtype)} *{name} = {_pointer(address, dtype)};"
            self.head.append(_noted(text, note))
        return self._pointers[key]

    def text(self, qualifier: str) -> str:
        """Return the C source."""
        body = "\n".join([*self.head, *self.lines])
        head = f"/* {sourcetext.comment(self.comment)} */\n{qualifier} {self.name}(ARGS)"
        return f"{head} {{\n{body}\n}}\n"


def _noted(text: str, note: str) -> str:
    """Return a line with a comment: whatever the note holds stays in it."""
    return f"{text:<72}  // {sourcetext.comment(note)}" if note else text


def _pointer(address: Address, dtype: Any) -> str:
    offset = f" + {address.offset}" if address.offset else ""
    step = f" + {address.step}" if address.step else ""
    return f"(__global {stored(dtype)} *)({address.base}{offset}{step})"
