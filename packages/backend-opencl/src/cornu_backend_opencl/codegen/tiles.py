"""The tile of a matrix product as GPUs like it: staged through local memory, shared by a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cornu_backend_opencl.codegen.frame import Frame
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import element
from cornu_backend_opencl.settings import limits
from cornu_lowering.views import View


@dataclass(frozen=True)
class Operand:
    """A matrix that is read element by element.

    Attributes
    ----------
    view : View
    place : callable
        `place(row, column)` is the position of an element.
    note : str
    by_columns : bool
        Whether neighbours along the columns are neighbours in memory.
    inside : callable or None
        `inside(row, column)` is the condition under which there is an element; elsewhere it is 0.
    """

    view: View
    place: Callable[[str, str], str]
    note: str
    by_columns: bool = True
    inside: Callable[[str, str], str] | None = None

    def load(self, function: Function, row: str, column: str, condition: str) -> str:
        """Return the expression of an element, 0 where the condition does not hold."""
        pointer = function.pointer(self.view.address, self.view.dtype, self.note)
        if self.inside is not None:
            extra = self.inside(row, column)
            condition = f"{condition} && {extra}" if extra else condition
        return f"{condition} ? {element(pointer, self.place(row, column), self.view)} : 0"


def tile_of(schedule: Any, m: int, n: int) -> tuple[int, int]:
    """Return the results of a group along both axes, and what one work-item holds of each.

    Examples
    --------
    >>> from cornu_backend_opencl.codegen.schedule import Schedule
    >>> tile_of(Schedule("gpu", registers=8), 4096, 4096), tile_of(Schedule("gpu"), 20, 20)
    ((8, 8), (2, 2))
    """
    most = schedule.registers
    rows, columns = most, most
    while rows > 2 and m <= 8 * rows:
        rows //= 2
    while columns > 2 and n <= 8 * columns:
        columns //= 2
    enough = schedule.units * 2
    while rows * columns > 4 and -(-m // (16 * rows)) * -(-n // (16 * columns)) < enough:
        if rows >= columns:
            rows //= 2
        else:
            columns //= 2
    return max(rows, 1), max(columns, 1)


def gpu_tiles(
    frame: Frame,
    function: Function,
    batches: int,
    m: int,
    n: int,
    k: int,
    a: Operand,
    b: Operand,
    dtype: Any,
    leave: Callable[[str, str, str], None],
) -> None:
    """Write C = A B over (batches, m, n); `leave(row, column, value)` writes one result.

    A group of 16 x 16 work-items computes a tile; each holds `rows` x `columns` results, 16 apart,
    so that neighbours write neighbours.
    """
    rows, columns = tile_of(frame.schedule, m, n)
    side, staged = 16, limits.staged
    tm, tn = side * rows, side * columns
    kind = Lanes(1).type(dtype)
    grid_m, grid_n = -(-m // tm), -(-n // tn)
    function.local, function.parts = side * side, batches * grid_m * grid_n * side * side
    function.head.append(f"  __local {kind} s_a[{staged}][{tm + 1}], s_b[{staged}][{tn + 1}];")
    function.line("const int me = get_local_id(0), x = me % 16, y = me / 16;")
    function.line(f"const int z = get_group_id(0) / {grid_m * grid_n};")
    function.line(f"const int m = get_group_id(0) / {grid_n} % {grid_m} * {tm};")
    function.line(f"const int n = get_group_id(0) % {grid_n} * {tn};")
    function.line(f"{kind} c[{rows}][{columns}];")
    with function.block(f"for (int i = 0; i < {rows}; i++)"):
        function.line(f"for (int j = 0; j < {columns}; j++) c[i][j] = 0;")
    with function.block(f"for (int k = 0; k < {k}; k += {staged})"):
        for name, operand, extent, limit in (("s_a", a, tm, m), ("s_b", b, tn, n)):
            is_a = name == "s_a"
            fast_inner = operand.by_columns if is_a else not operand.by_columns
            with function.block(f"for (int e = me; e < {staged * extent}; e += {side * side})"):
                if fast_inner:
                    function.line(f"const int q = e % {staged}, i = e / {staged};")
                else:
                    function.line(f"const int q = e / {extent}, i = e % {extent};")
                line, step = ("(m + i)" if is_a else "(n + i)"), "(k + q)"
                inside = f"{line} < {limit} && {step} < {k}"
                pair = (line, step) if is_a else (step, line)
                function.line(f"{name}[q][i] = {operand.load(function, *pair, inside)};")
        function.line("barrier(CLK_LOCAL_MEM_FENCE);")
        with function.block(f"for (int q = 0; q < {staged}; q++)"):
            function.line(f"{kind} a[{rows}], b[{columns}];")
            function.line(f"for (int i = 0; i < {rows}; i++) a[i] = s_a[q][y + 16 * i];")
            function.line(f"for (int j = 0; j < {columns}; j++) b[j] = s_b[q][x + 16 * j];")
            with function.block(f"for (int i = 0; i < {rows}; i++)"):
                function.line(
                    f"for (int j = 0; j < {columns}; j++) c[i][j] = a[i] * b[j] + c[i][j];"
                )
        function.line("barrier(CLK_LOCAL_MEM_FENCE);")
    loop = f"for (int j = 0; j < {columns}; j++)"
    with function.block(f"for (int i = 0; i < {rows}; i++)"), function.block(loop):
        function.line("const int row = m + y + 16 * i, column = n + x + 16 * j;")
        with function.block(f"if (row < {m} && column < {n})"):
            leave("row", "column", "c[i][j]")
