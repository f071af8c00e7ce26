"""`random_bits`: Philox 4x64-10, the same words as on the host."""

from __future__ import annotations

from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_engine.instructions import Instruction


def emit_random_bits(frame: Frame, instruction: Instruction) -> list[Unit]:
    """Write the drawing of words: blocks of eight results, eight at once where vectors are wide."""
    (key, counter), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    function, schedule = frame.function(instruction), frame.schedule
    blocks = -(-node.size // 8)
    k, c = frame.view(key), frame.view(counter)
    keys = function.pointer(k.address, key.dtype, frame.label(key))
    counts = function.pointer(c.address, counter.dtype, frame.label(counter))
    out = function.pointer(frame.view(node).address, node.dtype)
    pair = [f"(ulong){keys}[{k.offset + i * k.strides[0]}]" for i in range(2)]
    function.line(f"const ulong2 seed = (ulong2)({', '.join(pair)});")
    function.line(f"const ulong counter = {counts}[{c.offset}];")
    if schedule.is_gpu or schedule.lanes < 16:
        function.parts, each = schedule.parts(8 * node.size, blocks), 8
        with function.block(f"for (int b = part; b < {blocks}; b += parts)"):
            function.line(
                "const ulong4 words = philox((ulong4)((ulong)b + 1, counter, 0, 0), seed);"
            )
            if schedule.is_gpu:
                function.line("uint bits[8];")
                function.line("vstore8(as_uint8(words), 0, bits);")
            else:
                function.line("const uint *bits = (const uint *)&words;")
            _leave(function, node.size, each, out)
        return [frame.unit(function)]
    function.parts, each = schedule.parts(8 * node.size, blocks), 64
    function.line(f"const int first = share({blocks}, 8, part, parts);")
    function.line(f"const int last = share({blocks}, 8, part + 1, parts);")
    with function.block("for (int b = first; b < last; b += 8)"):
        function.line("ulong words[32];")
        function.line("philox8((ulong)b + 1, counter, seed, words);")
        function.line("const uint *bits = (const uint *)words;")
        _leave(function, node.size, each, out)
    return [frame.unit(function)]


def _leave(function: Function, size: int, each: int, out: str) -> None:
    """Write the results of one round where they belong."""
    end = str(each) if size % each == 0 else f"min({each}, {size} - 8 * b)"
    function.line(f"for (int i = 0; i < {end}; i++) {out}[8 * b + i] = bits[i];")
