"""The Python file of a model, and its weights."""

from __future__ import annotations

import ast
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError
from cornu_engine.files.atomic import write_bytes
from cornu_engine.graph import Node, constant
from cornu_engine.sourcetext import comment, number
from cornu_engine.trace import Trace
from cornu_export.describe import Description, InputSpec, describe, free_axes
from cornu_export.python.helpers import helper_names, texts_of
from cornu_export.python.layout import inline, wrapped
from cornu_export.python.names import Names
from cornu_export.python.operations import OPERATIONS, VIEWS, WHOLE, Value, literal_tuple
from cornu_export.revive import Revival
from cornu_export.sizes import probes

_MOST_INLINE = 100_000  # numbers


def write_python(
    filepath: Any,
    name: str,
    function: Callable[..., Any],
    specs: Sequence[InputSpec],
    output_names: Sequence[str],
    weights: str = "file",
) -> None:
    """Trace a function and write it as a Python file of NumPy.

    Parameters
    ----------
    filepath : path
        Of the `.py` file.
    name : str
        Of the model, for its docstring.
    function : callable
        Gets one traced value per input.
    specs : sequence of InputSpec
    output_names : sequence of str
        Not used: the outputs have the structure that the function returns.
    weights : {"file", "inline"}
        Where weights stand: in an `.npz` file beside it, or in the source.

    Raises
    ------
    SavingError
        If the function cannot be said so; the message names the layer.
    """
    if weights not in ("file", "inline"):
        raise ValueError(f"weights should be 'file' or 'inline'; got {weights!r}.")
    path = os.fspath(filepath)
    if not path.endswith(".py"):
        raise ValueError(f"A file of Python ends in .py; got {path!r}.")
    description = describe(function, specs, keep=WHOLE.__contains__)
    writer = _Writer(description, name, inline=weights == "inline")
    text = writer.text()
    if weights == "file" and writer.arrays:
        write_bytes(path.removesuffix(".py") + ".npz", _npz(writer.arrays))
    write_bytes(path, text.encode("ascii"))


def _npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the same bytes for the same arrays, whenever they are written."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return file.getvalue()


class _Writer:
    """The parts of one file.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Weights and tables, by what they are called.
    """

    def __init__(self, description: Description, title: str, inline: bool) -> None:
        self.description, self.title, self.inline = description, title, inline
        self.names = Names(frozenset({"predict", "batch_size", "parts", *helper_names()}))
        self.arrays: dict[str, np.ndarray] = {}
        self.notes: dict[str, str] = {}
        self.lines: list[str] = []
        self.used: set[str] = {"_checked"}
        self.depth = 1
        self.free = free_axes(description.inputs)
        count = max(self.free.values(), default=-1) + 1
        self.sizes = [self.names.new(f"n{i}" if i else "n") for i in range(count)]
        given = [spec.name for spec in description.inputs]
        self.inputs = [self.names.new(name) for name in (given if len(given) > 1 else ["x"])]
        self._constants: dict[str, str] = {}
        self._revive(probes(count)[0] if self.free else ())

    def _revive(self, point: tuple[int, ...]) -> None:
        """Make the nodes of the description: they tell ranks and dtypes."""
        arrays = self.description.arrays
        with Trace("python") as self.trace:
            inputs = [
                self.trace.input(
                    spec.name,
                    tuple(
                        point[self.free[i, a]] if n is None else n for a, n in enumerate(spec.shape)
                    ),
                    spec.dtype,
                )
                for i, spec in enumerate(self.description.inputs)
            ]
            self.revival = Revival(
                point,
                lambda name: constant(arrays[name]),
                self.trace,
                inputs,
                self.description.variables,
            )
            self.nodes = self.revival.graph(self.description.graph["nodes"])

    # ---- the file

    def text(self) -> str:
        """Return the file."""
        graph = self.description.graph
        variables = [self._weight(v.path, np.asarray(v.array)) for v in self.description.variables]
        self.variables = [
            Value(name, v.dtype, v.shape)
            for name, v in zip(variables, self.description.variables, strict=True)
        ]
        values = self._rows(graph["nodes"], self.nodes, {})
        outputs = [values[i].text for i in graph["outputs"]]
        for place, value in graph["updates"]:
            kept = self.variables[place].text
            self.line(f"np.copyto({kept}, {values[value].text})")
        if graph["updates"]:  # which may be a view of what is kept
            outputs = [f"np.array({o})" for o in outputs]
        parts = [
            f'"""{self._title()}"""',
            "from __future__ import annotations",
            "import numpy as np\nimport numpy.typing as npt",
            "Array = npt.NDArray[np.generic]",
            "\n".join(self._weights()),
        ]
        body = "\n\n\n".join(
            [*texts_of(self.used), self._run(outputs), self._predict(graph["outputs"])]
        )
        text = "\n\n".join(part for part in parts if part) + "\n\n\n" + body + "\n"
        return "".join(c if c.isascii() else f"<U+{ord(c):04X}>" for c in text)

    def _title(self) -> str:
        name = comment(self.title).replace('"', "'")
        return f"The model '{name}' in NumPy, written by Cornu."

    def _weights(self) -> Iterator[str]:
        if self.inline:
            for name, array in self.arrays.items():
                yield f"# {comment(self.notes[name])} {array.shape}"
                yield from inline(name, array)
        elif self.arrays:
            yield 'with np.load(__file__.removesuffix(".py") + ".npz") as _file:'
            for name, array in self.arrays.items():
                yield f"    # {comment(self.notes[name])} {array.shape}"
                yield f'    {name} = _file["{name}"]'

    def _run(self, outputs: Sequence[str]) -> str:
        given = ", ".join(f"{name}: Array" for name in self.inputs)
        head = f"def _run({given}) -> tuple[Array, ...]:"
        lines = ['    """Compute one batch."""']
        first: dict[int, tuple[int, int]] = {}
        for place, size in self.free.items():
            first.setdefault(size, place)
        for size, (i, axis) in first.items():
            if self._mentions(self.sizes[size]):
                lines.append(f"    {self.sizes[size]} = {self.inputs[i]}.shape[{axis}]")
        result = literal_tuple(list(outputs))
        work = [*self.lines, f"    return {result}"]
        return "\n".join(w for line in [head, *lines, *work] for w in wrapped(line))

    def _mentions(self, name: str) -> bool:
        return any(name in _words(line) for line in self.lines)

    def _predict(self, outputs: Sequence[int]) -> str:
        specs, names, count = self.description.inputs, self.inputs, len(outputs)
        part = "p[k]" if all(self.nodes[i].ndim for i in outputs) else "np.atleast_1d(p[k])"
        given = ", ".join(f"{name}: npt.ArrayLike" for name in names)
        batched = all(self.free.get((i, 0)) == 0 for i in range(len(specs))) and bool(specs)
        more = ", batch_size: int = 32" if batched else ""
        kind, result = _result(self.description.structure)
        lines = [f"def predict({given}{more}) -> {kind}:"]
        lines += ['    """Return what the model computes.', ""]
        for name, spec in zip(names, specs, strict=True):
            shape = literal_tuple([str(n) for n in spec.shape])
            lines.append(f"    {name}: {spec.dtype} {shape}")
        lines += ['    """']
        checked = [f"checked_{i}" for i in range(len(names))]
        for name, one, spec in zip(names, checked, specs, strict=True):
            label = ascii(f"The input {comment(spec.name)}")
            shape = literal_tuple([str(n) for n in spec.shape])
            lines.append(f'    {one} = _checked({name}, {label}, "{spec.dtype}", {shape})')
        lines += self._same_sizes(checked)
        lines.append('    with np.errstate(all="ignore"):')
        if batched:
            first = checked[0]
            rows = ", ".join(f"{one}[i : i + batch_size]" for one in checked)
            lines += [
                f"        starts = range(0, max(1, len({first})), batch_size)",
                f"        parts = [_run({rows}) for i in starts]",
                f"    found = [np.concatenate([{part} for p in parts]) for k in range({count})]",
            ]
        else:
            lines.append(f"        found = [np.array(y) for y in _run({', '.join(checked)})]")
        lines.append(f"    return {result}")
        return "\n".join(w for line in lines for w in wrapped(line))

    def _same_sizes(self, checked: Sequence[str]) -> list[str]:
        known: dict[int, str] = {}
        lines = []
        for (i, axis), size in self.free.items():
            here = f"{checked[i]}.shape[{axis}]"
            if size in known:
                lines += [f"    if {here} != {known[size]}:"]
                lines += ['        raise ValueError("The inputs have different numbers of rows.")']
            known.setdefault(size, here)
        return lines

    # ---- values

    def line(self, text: str, note: str = "") -> None:
        """Add a line of work, and a comment before it where another layer begins."""
        if note and note != getattr(self, "_note", None):
            self.lines.append("    " * self.depth + f"# {comment(note)}")
            self._note = note
        self.lines.append("    " * self.depth + text)

    def _weight(self, path: str, array: np.ndarray) -> str:
        if self.inline and array.size > _MOST_INLINE:
            raise SavingError(
                f"The weight {path!r} has {array.size:,} numbers, too many for source. Export the "
                'model with weights="file".'
            )
        parts = path.split("/")
        name = self.names.new("_".join(parts[-2:]))
        self.arrays[name], self.notes[name] = array, path
        return name

    def _rows(
        self, rows: Sequence[Mapping[str, Any]], nodes: Sequence[Any], known: Mapping[int, Value]
    ) -> list[Any]:
        values: list[Any] = []
        for i, (row, node) in enumerate(zip(rows, nodes, strict=True)):
            values.append(known[i] if i in known else self._row(row, node, values))
        return values

    def _row(self, row: Mapping[str, Any], node: Any, values: list[Any]) -> Any:
        op = row["op"]
        if op == "input":
            return Value(self.inputs[row["input"]], node.dtype, node.shape)
        if op == "variable":
            return self.variables[row["variable"]]
        if op == "constant":
            return self._constant(row, node)
        operands = [values[k] for k in row.get("of", ())]
        if op == "item":
            return operands[0][row["with"]["index"]]
        attrs = {name: self._attribute(value) for name, value in row.get("with", {}).items()}
        if op == "scan":
            return self._scan(row, attrs, operands, node)
        layer = row.get("layer", "")
        if op == "iota":
            return self._named(
                "counting", f"np.arange({attrs['size']}, dtype=np.{node.dtype})", node, layer
            )
        if op not in OPERATIONS or (op == "erf" and node.dtype != np.float32):
            raise SavingError(
                f"Plain NumPy has no word for {op}, which {layer or 'the model'!r} computes. "
                'Export the model with format="cornu".'
            )
        if op == "slice":
            attrs["stop"] = [
                "" if stop == size else text
                for stop, size, text in zip(
                    node.attrs["stop"], operands[0].shape, attrs["stop"], strict=True
                )
            ]
        text = OPERATIONS[op](operands, attrs, node.dtype)
        in_order = op not in VIEWS or (op == "reshape" and operands[0].in_order)
        if op in ("again", "stop_gradient"):
            return operands[0]
        return self._named(f"{layer.rpartition('/')[2]}_{op}", text, node, layer, in_order)

    def _named(
        self, hint: str, text: str, node: Node, layer: str = "", in_order: bool = True
    ) -> Value:
        self.used |= _words(text)
        name = self.names.new(hint.strip("_"))
        self.line(f"{name} = {text}", layer)
        return Value(name, node.dtype, node.shape, in_order)

    def _constant(self, row: Mapping[str, Any], node: Node) -> Value:
        dtype = f"np.{node.dtype}".replace("np.bool", "np.bool_")
        shape = literal_tuple([self._size(n) for n in row["shape"]]) if "shape" in row else "()"
        if "array" in row:
            array = self.description.arrays[row["array"]]
            if array.size == 1 and ("shape" in row or array.shape == ()):
                text = f"{dtype}({number(array.reshape(())[()])})".replace('float("', 'float("')
                if "shape" not in row:
                    return Value(text, node.dtype, ())
                return self._named("filled", f"np.full({shape}, {text})", node)
            name = self._constants.get(row["array"])
            if name is None:
                name = self._weight("table " + "x".join(map(str, array.shape)), array)
                self._constants[row["array"]] = name
            return Value(name, node.dtype, node.shape)
        if "number" in row:
            size = self._size(row["number"])
            text = f"np.divide(1, {size})" if row["inverse"] else size
            return self._named("filled", f"np.full({shape}, {text}, {dtype})", node)
        if "count" in row:
            counting = f"np.arange({self._size(row['count'])}, dtype={dtype})"
            return self._named("counting", f"np.reshape({counting}, {shape})", node)
        rows, columns = (self._size(n) for n in row["triangle"])
        lower = f"np.tri({rows}, {columns}, dtype={dtype})"
        return self._named("triangle", f"np.reshape({lower}, {shape})", node)

    def _size(self, said: Any) -> str:
        """Return the text of a number, which may be a formula of free sizes."""
        if not isinstance(said, dict):
            return number(said)
        terms = []
        for factor, axes in said["size"]:
            named = [self.sizes[a] for a in axes]
            terms.append(" * ".join([*([str(factor)] if factor != 1 or not named else []), *named]))
        return " + ".join(terms).replace("+ -", "- ") or "0"

    def _attribute(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._attribute(v) for v in value]
        if isinstance(value, dict) and "float" in value:
            return number(float.fromhex(value["float"]))
        if isinstance(value, dict) and "size" not in value:
            return value  # a dtype, or the body of a loop
        return value if isinstance(value, str) else self._size(value)

    # ---- loops

    def _scan(
        self, row: Mapping[str, Any], attrs: Mapping[str, Any], x: Sequence[Value], node: Any
    ) -> list[Value]:
        described = row["with"]["body"]["body"]
        consts, state, _ = described["counts"]
        layer = row.get("layer", "")
        hint = layer.rpartition("/")[2]
        with self.trace:
            nodes = self.revival.loop(described["nodes"])
        places, results = described["parameters"], described["results"]
        states = [
            self._named(f"{hint}_state", init.text, nodes[place], layer)
            for init, place in zip(x[consts : consts + state], places[consts:], strict=False)
        ]
        length = attrs["length"]
        stacks = [self.names.new(f"{hint}_steps") for _ in results[state:]]
        for stack in stacks:
            self.line(f"{stack}: list[Array] = []", layer)
        t = self.names.new("t")
        steps = f"range({length})" if attrs["reverse"] != "True" else f"reversed(range({length}))"
        self.line(f"for {t} in {steps}:", layer)
        self.depth += 1
        known = dict(zip(places, [*x[:consts], *states], strict=False))
        for operand, place in zip(x[consts + state :], places[consts + state :], strict=True):
            text = f"{operand.text}[{t}]"
            known[place] = self._named(f"{hint}_x", text, nodes[place], "", operand.in_order)
        values = self._rows(described["nodes"], nodes, known)
        for place, stack in zip(results[state:], stacks, strict=True):
            self.line(f"{stack}.append({values[place].text})")
        self._carry(states, [values[place] for place in results[:state]])
        if not state and not stacks:
            self.line("pass")
        self.depth -= 1
        turned = "[::-1]" if attrs["reverse"] == "True" else ""
        made = [
            self._named(f"{hint}_stacked", f"np.stack({stack}{turned})", result, layer)
            for stack, result in zip(stacks, node[state:], strict=True)
        ]
        return [*states, *made]

    def _carry(self, states: Sequence[Value], following: Sequence[Value]) -> None:
        """Leave the next state; where it is another's old one, all are set at once."""
        known = {v.text for v in states}
        if any(
            v.text in known and v.text != s.text for v, s in zip(following, states, strict=True)
        ):
            left = self.names.new("following")
            self.line(f"{left} = ({', '.join(v.text for v in following)},)")
            following = [Value(f"{left}[{i}]", v.dtype, v.shape) for i, v in enumerate(following)]
        for state, value in zip(states, following, strict=True):
            self.line(f"{state.text} = {value.text}")


def _result(structure: Any) -> tuple[str, str]:
    """Return the type of what `predict` returns, and its expression."""
    if isinstance(structure, int):
        return "Array", f"found[{structure}]"
    flat = structure.values() if isinstance(structure, dict) else structure
    kind = "object"
    if all(isinstance(v, int) for v in flat):
        kind = "dict[str, Array]" if isinstance(structure, dict) else "list[Array]"
        kind = "tuple[Array, ...]" if isinstance(structure, tuple) else kind
    return kind, _built(structure)


def _built(structure: Any) -> str:
    if isinstance(structure, dict):
        pairs = (f"{str(key)!a}: {_built(v)}" for key, v in structure.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(structure, (list, tuple)):
        items = [_built(v) for v in structure]
        return literal_tuple(items) if isinstance(structure, tuple) else f"[{', '.join(items)}]"
    return f"found[{structure}]"


def _words(text: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(_statement(text))) if isinstance(n, ast.Name)}


def _statement(text: str) -> str:
    stripped = text.strip()
    return f"{stripped} pass" if stripped.endswith(":") else stripped
