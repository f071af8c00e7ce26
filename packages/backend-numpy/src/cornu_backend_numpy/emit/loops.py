"""`scan`: a loop over steps whose views are all made beforehand.

Values that a step hands out are computed in their rows of the stacked results, and where the
history of a state is handed out the next step reads it from there, so that nothing is copied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from cornu_backend_numpy.emit.elementwise import comment
from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.emit.views import index_expression
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Place, Steps
from cornu_engine.primitives import PRIMITIVES

EmitAll = Callable[[Frame], None]


class StepFrame(Frame):
    """The turns are the steps `t` of a scan.

    Parameters
    ----------
    parent : Frame
    instruction : Instruction
        The scan.
    """

    def __init__(self, parent: Frame, instruction: Instruction) -> None:
        assert instruction.body is not None
        super().__init__(instruction.body, parent.names, parent.constants, parent)
        self.around, self.instruction = parent, instruction
        attrs = instruction.node.attrs
        self.structure, self.length = attrs["body"], attrs["length"]
        ends: tuple[int, int] = (0, self.length - 1)
        self.first, self.last = (ends[1], ends[0]) if attrs["reverse"] else ends
        self.onward = -1 if attrs["reverse"] else 1
        self.t = self.names.new("t")
        self.turning = {self.t}
        # lines of work before the loop, after it, and at the end of each step
        self.before: list[str] = []
        self.after: list[str] = []
        self.rows: dict[Node, str] = {}
        self.copies: dict[Node, str] = {}
        self.wholes = _parts_of_wholes(self.plan)
        self.memory = self.names.new("step_memory")
        if self.plan.memory:
            self.define(self.memory, f"allocate({self.plan.memory})")
        self._place_operands()
        self._place_results()

    # ---- what goes in

    def _place_operands(self) -> None:
        structure, operands = self.structure, self.instruction.node.inputs
        n, m = len(structure.consts), len(structure.consts) + len(structure.state)
        for parameter, operand in zip(structure.consts, operands[:n], strict=True):
            self.known[parameter] = self._outside(operand)
        self.init = [self._outside(operand) for operand in operands[n:m]]
        for parameter, operand in zip(structure.xs, operands[m:], strict=True):
            source = self._outside(operand)
            self.known[parameter] = self.define(
                self.names.new("x"), _row(source, self.t, parameter)
            )

    def _outside(self, node: Node) -> str:
        return self.around.operand(node)

    # ---- what comes out

    def _place_results(self) -> None:
        structure, outputs = self.structure, self.instruction.outputs
        names = [self.around.operand(o) for o in outputs]
        self.finals, self.stacks = names[: len(structure.state)], names[len(structure.state) :]
        # outputs that no instruction computes in their rows
        self.copied = dict(enumerate(structure.ys))
        for i, y in enumerate(structure.ys):
            if self._may_move(y):
                self._move(y, _row(self.stacks[i], self.t, y))
                del self.copied[i]
        # next states that are copied at the end of a step
        self.carried: list[tuple[Node, str]] = []
        for k, parameter in enumerate(structure.state):
            self._place_state(k, parameter, structure.next_state[k])

    def _may_move(self, node: Node) -> bool:
        plan = self.plan
        wholes = {whole for whole, _ in plan.inside.values()}
        made = plan.places.get(node)
        return (
            made is not None
            and made.kind == "slot"
            and not made.local
            and node not in self.rows
            and node not in plan.inside
            and node not in wholes
        )

    def _move(self, node: Node, row: str) -> None:
        self.rows[node] = row
        self.known[node] = self.define(self.names.of(node), row)

    def _place_state(self, k: int, parameter: Node, following: Node) -> None:
        init, final = self.init[k], self.finals[k]
        ys = self.structure.ys
        history = next(
            (i for i, y in enumerate(ys) if y is following and i not in self.copied), None
        )
        if history is not None:  # the step before has left it in its row
            stack = self.stacks[history]
            before = _row(stack, f"{self.t} - {self.onward}", parameter)
            back = f"{before} if {self.t} != {self.first} else {init}"
            self.known[parameter] = self.define(self.names.new("state"), back)
            self.after.append(f"np.copyto({final}, {_row(stack, self.last, parameter)})")
            return
        shown = next((i for i, y in enumerate(ys) if y is parameter), None)
        if shown is not None and shown in self.copied and self._may_move(following):
            stack = self.stacks[shown]
            del self.copied[shown]
            self.known[parameter] = self.define(
                self.names.new("state"), _row(stack, self.t, parameter)
            )
            ahead = _row(stack, f"{self.t} + {self.onward}", parameter)
            self._move(following, f"{ahead} if {self.t} != {self.last} else {final}")
            self.before.append(f"np.copyto({_row(stack, self.first, parameter)}, {init})")
            return
        self.known[parameter] = final
        self.before.append(f"np.copyto({final}, {init})")
        self.carried.append((following, final))

    def straight(self, node: Node) -> str:
        """Copy a transposed constant of the loop once: small products like rows side by side."""
        name = self.operand(node)
        if not self._is_turned_constant(node):
            return name
        if node not in self.copies:
            shape, dtype = node.shape, node.dtype
            self.copies[node] = self.define(
                self.names.new(f"{name} copy"), f'np.empty({shape}, "{dtype}")'
            )
            self.before.append(f"np.copyto({self.copies[node]}, {name})")
        return self.use(self.copies[node])

    def _is_turned_constant(self, node: Node) -> bool:
        base = node.inputs[0] if node.op == "transpose" else node
        outside = dict(zip(self.structure.consts, self.instruction.node.inputs, strict=False))
        if base not in outside:
            return False
        return node.op == "transpose" or self.around.plan.layouts.of(outside[base])[1][-1:] != (1,)

    def _name(self, node: Node) -> str:
        self._compute_in_whole(node)
        return self.known.get(node) or super()._name(node)

    def _compute_in_whole(self, node: Node) -> None:
        """Let a part of a concatenation be computed where the whole wants it."""
        whole = self.wholes.get(node)
        if whole is None or node in self.known:
            return
        if whole not in self.known:
            self.known[whole] = self.define(
                self.names.of(whole), f'np.empty({whole.shape}, "{whole.dtype}")'
            )
        axis, first = whole.attrs["axis"], 0
        for part in whole.inputs:
            if part is node:
                region = tuple(
                    slice(first, first + n) if i == axis else slice(None)
                    for i, n in enumerate(part.shape)
                )
                index = index_expression(region, whole.shape) or "[...]"
                self.known[node] = self.define(self.names.of(node), f"{self.known[whole]}{index}")
                self.scattered.add(node)
            first += part.shape[axis]

    def lies_there(self, part: Node, whole: Node) -> bool:
        """Tell whether a part has been computed inside a concatenation."""
        return part in self.scattered and self.wholes[part] is whole

    def finish(self) -> None:
        """Write what remains to be copied at the end of a step."""
        for i, y in self.copied.items():
            row = self.use(self.define(self.names.new("row"), _row(self.stacks[i], self.t, y)))
            self.line(f"np.copyto({row}, {self.operand(y)})")
        owners = {self.plan.layouts.owner(n) for n, _ in self.carried}
        crossing = len(self.carried) > 1 and any(s in owners for s in self.structure.state)
        pairs = []
        for following, final in self.carried:
            source = self.operand(following)
            if crossing:  # one state becomes another: set all aside first
                aside = self.define(
                    self.names.new("aside"), f'np.empty({following.shape}, "{following.dtype}")'
                )
                self.line(f"np.copyto({aside}, {source})")
                source = aside
            pairs.append((final, source))
        for final, source in pairs:
            self.line(f"np.copyto({final}, {source})")

    def place(self, node: Node, place: Place) -> str:
        """Return the expression for memory of a step."""
        assert place.kind == "slot", f"a step has no memory of kind {place.kind}"
        return super().place(node, place)


def _parts_of_wholes(plan: Steps) -> dict[Node, Node]:
    """Return the elementwise results that only one concatenation reads."""
    reads: Counter[Node] = Counter()
    made = set()
    for instruction in plan.instructions:
        row = PRIMITIVES.get(instruction.op)
        if row is not None and row.kind == "elementwise":
            made.add(instruction.node)
        for operand in instruction.inputs:
            reads[plan.layouts.owner(operand)] += 1
    kept = {plan.layouts.owner(o) for o in plan.outputs}
    return {
        part: whole.node
        for whole in plan.instructions
        if whole.op == "concat" and whole.node not in plan.inside
        for part in whole.inputs
        if part in made and part not in kept and part not in plan.inside and reads[part] == 1
    }


def emit_scan(parent: Frame, instruction: Instruction, emit_all: EmitAll) -> None:
    """Write a scan as a loop over prepared steps."""
    if not instruction.node.attrs["length"]:
        _without_steps(parent, instruction)
        return
    frame = StepFrame(parent, instruction)
    emit_all(frame)
    frame.finish()
    steps = parent.names.new("steps")
    order = f"range({frame.length})" if frame.onward == 1 else f"range({frame.length} - 1, -1, -1)"
    setup = [
        f"{steps} = []",
        f"for {frame.t} in {order}:",
        *(f"    {line}" for line in frame.prepare),
        f"    {steps}.append(({frame.turn}))",
    ]
    parent.settle(steps, setup)
    for line in frame.before:
        parent.line(line)
    parent.line(f"for {frame.turn or '_'} in {parent.use(steps)}:", comment(instruction))
    parent.body.extend(f"    {line}" for line in frame.body or ["pass"])
    for line in frame.after:
        parent.line(line)


def _without_steps(parent: Frame, instruction: Instruction) -> None:
    """Write a scan of no steps: its state stays what it is."""
    body = instruction.node.attrs["body"]
    first = len(body.consts)
    state = instruction.inputs[first : first + len(body.state)]
    for final, init in zip(instruction.outputs, state, strict=False):
        line = f"np.copyto({parent.operand(final)}, {parent.operand(init)})"
        parent.line(line, comment(instruction))


def _row(stack: str, step: object, node: Node) -> str:
    """Return the expression for a step's part of a stack: a view, even of a single number."""
    return f"{stack}[{step}]" if node.shape else f"{stack}[{step}, ...]"
