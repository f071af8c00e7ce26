"""`fold`, the adjoint of sliding windows: each result adds up the windows it was part of."""

from __future__ import annotations

from cornu_backend_opencl.codegen.elementwise import walk
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import element, put
from cornu_engine.instructions import Instruction
from cornu_lowering.views import position

ONE = Lanes(1)


def emit_fold(frame: Frame, instruction: Instruction) -> list[Unit]:
    """Write the sum over the offsets of a window at which it meets the result."""
    (g,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    function = frame.function(instruction)
    axes, size, strides, dilation = (
        node.attrs[name] for name in ("axes", "size", "strides", "dilation")
    )
    source, target = frame.view(g), frame.view(node)
    data = function.pointer(source.address, g.dtype, frame.label(g))

    def write(indices: list[str], count: str) -> None:
        total = function.new("t")
        function.line(f"{ONE.type(node.dtype)} {total} = 0;")
        places = list(indices)
        loops = []
        for d, (axis, window) in enumerate(zip(axes, size, strict=True)):
            loop = function.block(f"for (int w{d} = 0; w{d} < {window}; w{d}++)")
            loop.__enter__()
            loops.append(loop)
            function.line(f"const int x{d} = {indices[axis]} - w{d} * {dilation[d]};")
            limit = g.shape[axis] * strides[d]
            test = f"x{d} < 0 || x{d} >= {limit}"
            if strides[d] > 1:
                test += f" || x{d} % {strides[d]}"
            function.line(f"if ({test}) continue;")
            places[axis] = f"(x{d} / {strides[d]})" if strides[d] > 1 else f"x{d}"
        where = [*places, *(f"w{d}" for d in range(len(axes)))]
        value = element(data, position(where, source.strides, source.offset), source)
        function.line(f"{total} += {value};")
        for loop in reversed(loops):
            loop.__exit__(None, None, None)
        put(function, ONE, target, target.strides, indices, "1", total)

    walk(frame, function, node.shape, ONE, 4 * max(1, g.size // node.size), write)  # type: ignore[arg-type]
    return [frame.unit(function)]
