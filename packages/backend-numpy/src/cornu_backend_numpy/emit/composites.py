"""Composites that run natively: what they are written in would move more numbers."""

from __future__ import annotations

from cornu_backend_numpy.emit.elementwise import Emit, comment, hint
from cornu_backend_numpy.emit.frame import Frame
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides


def _sigmoid(frame: Frame, instruction: Instruction) -> None:
    """1 / (1 + exp(-x)): where exp overflows the result is 0, as it should be."""
    (x,), node = instruction.inputs, instruction.node
    out, one = frame.operand(node), frame.scalar(1.0, node.dtype)
    frame.line(f"np.negative({frame.operand(x)}, out={out})", comment(instruction))
    frame.line(f"np.exp({out}, out={out})")
    frame.line(f"np.add({out}, {one}, out={out})")
    frame.line(f"np.divide({one}, {out}, out={out})")


def _geometry(size: tuple[int, ...], attrs: dict) -> str:
    dilation = attrs.get("dilation", (1,) * len(size))
    return f"Geometry({size}, {attrs['strides']}, {attrs['padding']}, {dilation})"


def _in_order(frame: Frame, node: Node) -> str:
    """Return an operand whose numbers lie in order, copied where they do not."""
    if frame.plan.layouts.of(node)[1] == contiguous_strides(node.shape):
        return frame.value(node)
    ordered = frame.array_like(node, "in_order")
    frame.line(f"np.copyto({ordered}, {frame.operand(node)})")
    return ordered


def emit_convolution(frame: Frame, instruction: Instruction, kind: str, more: str = "") -> None:
    """Write a convolution or one of its gradients; `more` are further arguments of the kernel."""
    first, second = instruction.inputs
    node = instruction.node
    size = node.attrs["size"] if "size" in node.attrs else second.shape[:-2]
    operands = f"{_in_order(frame, first)}, {_in_order(frame, second)}, {frame.value(node)}"
    rest = f"{_geometry(size, node.attrs)}, {node.attrs.get('groups', 1)}, scratch{more}"
    run = frame.kernel(hint(instruction), f"{kind}({operands}, {rest})")
    frame.line(f"{run}()", comment(instruction))


def _convolution(kind: str) -> Emit:
    return lambda frame, instruction: emit_convolution(frame, instruction, kind)


def _pool(kind: str, scratch: bool = False) -> Emit:
    def emit(frame: Frame, instruction: Instruction) -> None:
        node = instruction.node
        operands = ", ".join(frame.value(v) for v in (*instruction.inputs, node))
        geometry = _geometry(node.attrs["size"], node.attrs)
        run = frame.kernel(
            hint(instruction), f"{kind}({operands}, {geometry}{', scratch' if scratch else ''})"
        )
        frame.line(f"{run}()", comment(instruction))

    return emit


COMPOSITES: dict[str, Emit] = {
    "sigmoid": _sigmoid,
    "convolution": _convolution("convolution"),
    "convolution_input_grad": _convolution("input_gradient"),
    "convolution_kernel_grad": _convolution("kernel_gradient"),
    "max_pool": _pool("MaxPool"),
    "max_pool_winners": _pool("max_pool_winners", scratch=True),
    "max_unpool": _pool("MaxUnpool", scratch=True),
    "avg_pool": _pool("AveragePool"),
    "avg_pool_grad": _pool("AveragePoolGradient", scratch=True),
}
