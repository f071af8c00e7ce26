"""A program with sums over ranks as several programs, one before and one after each exchange.

A backend's table of instructions cannot call MPI, so it never sees `all_reduce`: each value has a
level, the number of exchanges before it, and the values of a level are one program of the backend
that was chosen. What a later level needs of an earlier one is handed on as an array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from cornu_distributed.agreement import Agreement
from cornu_distributed.primitive import NAME
from cornu_distributed.sums import SumOverRanks
from cornu_distributed.world import World
from cornu_engine.backend import Backend
from cornu_engine.backends import limit_threads, thread_limit
from cornu_engine.graph import Node, leaf, toposort
from cornu_engine.program import Program
from cornu_engine.rewrite import substitute
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

LEAVES = ("input", "variable", "constant", "iota")  # every stage has them


class StagedBackend(Backend):
    """A backend that runs programs with sums over ranks on another one, stage by stage.

    Parameters
    ----------
    inner : Backend
        Runs the stages.
    world : World
    alike : bool
        Whether all state is equal on all ranks, and not the weights alone.
    number : int
        Tells it from those of another distribution in the same process.
    """

    def __init__(self, inner: Any, world: World, alike: bool, number: int = 0) -> None:
        self.inner, self.world, self.alike = inner, world, alike
        self.name = f"{inner.name} on ranks {number}"  # what models tell their steps by
        self.lowers = inner.lowers

    def settings(self) -> tuple[Any, ...]:
        """Return what `compile` depends on beside the program."""
        return (self.name, self.world.size, *self.inner.settings())

    def compile(self, program: Program) -> Any:
        """Return the program as a callable."""
        if not any(node.op == NAME for node in toposort(program.roots)):
            return self.inner.compile(program)
        most, limit = self.world.threads(), thread_limit()
        with limit_threads(limit if most is None else min(most, limit or most)):
            return StagedExecutable(program, self.inner, self.world, self.alike)


class Stage:
    """One program between two exchanges.

    Attributes
    ----------
    takes : list of Node
        Values of the whole program that it is handed.
    makes : list of Node
        Values of the whole program that it returns.
    sums : list of Node
        The sums over ranks that are asked for after it.
    """

    def __init__(self, program: Program, cut: Cut, level: int) -> None:
        own = cut.nodes[level]
        updates = {v: n for v, n in program.updates.items() if cut.place[v] == level}
        self.sums = cut.sums.get(level + 1, [])
        wanted = dict.fromkeys(n for n in cut.kept if cut.level[n] == level and n in own)
        self.makes = list(wanted)
        roots = [*self.makes, *updates.values()]
        self.takes = list(
            dict.fromkeys(n for n in _edge(roots, own) if n.op == "input" or n.op not in LEAVES)
        )
        with Trace(program.name):
            given = {
                n: n if n.op == "input" else leaf("input", n.shape, n.dtype, name=f"value_{i}")
                for i, n in enumerate(self.takes)
            }
            rebuilt = substitute(roots, given)
        reached = set(toposort(rebuilt))
        state = {v: n for v, n in program.state.items() if n in reached or v in updates}
        made, left = rebuilt[: len(self.makes)], rebuilt[len(self.makes) :]
        self.program = Program(
            program.name,
            tuple(given.values()),
            tuple(made),
            state,
            dict(zip(updates, left, strict=True)),
            {n: program.rank[n] for n in reached if n in program.rank},
        )
        self.program.check()


class Cut:
    """Where a program is cut.

    Attributes
    ----------
    level : dict of Node to int
        Exchanges before each value.
    nodes : list of set of Node
        What is computed at each level.
    sums : dict of int to list of Node
        The exchanges, by the level that follows.
    kept : dict of Node
        Values that outlive their level.
    place : dict of Variable to int
        When each variable is left with its new value: once no level reads the old one.
    """

    def __init__(self, program: Program) -> None:
        order = toposort(program.roots)
        self.level: dict[Node, int] = {}
        for node in order:
            before = max((self.level[i] for i in node.inputs), default=0)
            self.level[node] = before + (node.op == NAME)
        count = 1 + max(self.level.values(), default=0)
        self.sums: dict[int, list[Node]] = {}
        self.nodes: list[set[Node]] = [set() for _ in range(count)]
        users: dict[Node, int] = {}  # the last level that reads a value
        kept: dict[Node, None] = dict.fromkeys(program.outputs)
        for node in order:
            level = self.level[node]
            if node.op == NAME:
                self.sums.setdefault(level, []).append(node)
                kept.setdefault(node.inputs[0])
                continue
            self.nodes[level].add(node)
            for i in node.inputs:
                users[i] = max(users.get(i, 0), level)
                if self.level[i] < level and i.op not in LEAVES:
                    kept.setdefault(i)
        self.place: dict[Variable, int] = {}
        for variable, node in program.updates.items():
            read = users.get(program.state[variable], 0)
            self.place[variable] = max(self.level[node], read)
            if self.place[variable] > self.level[node] or node.op == NAME:
                kept.setdefault(node)
        self.kept = [n for n in kept if not n.is_tuple and n.op not in ("input", "constant")]


class StagedExecutable:
    """The stages of a program, run one after the other with the exchanges between them."""

    suffix = ".txt"

    def __init__(self, program: Program, inner: Any, world: World, alike: bool) -> None:
        self.program = program
        cut = Cut(program)
        self.stages = [Stage(program, cut, level) for level in range(len(cut.nodes))]
        self._executables = [inner.compile(stage.program) for stage in self.stages]
        self._agreement = Agreement(program, [s.sums for s in self.stages], world, alike)
        self._sums = [list(_by_dtype(world, stage.sums)) for stage in self.stages]

    @property
    def source(self) -> str:
        """The code of all stages."""
        return "\n\n".join(executable.source for executable in self._executables)

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run."""
        return sum(executable.memory for executable in self._executables)

    def input_buffers(self) -> list[np.ndarray]:
        """Return arrays that a caller may fill and pass."""
        return [np.empty(n.shape, n.dtype) for n in self.program.inputs]

    def profile(self, *inputs: Any) -> str:
        """Return where the time of the first stage goes."""
        return self._executables[0].profile(*(inputs[: len(self.stages[0].takes)]))

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place."""
        self._agreement.check()
        values: dict[Node, np.ndarray] = dict(zip(self.program.inputs, inputs, strict=True))
        values.update((n, n.attrs["value"]) for n in self.program.outputs if n.op == "constant")
        for stage, executable, sums in zip(self.stages, self._executables, self._sums, strict=True):
            made = executable(*(values[n] for n in stage.takes))
            values.update(zip(stage.makes, made, strict=True))
            for nodes, sum_of in sums:
                total = sum_of([np.asarray(values[n.inputs[0]]) for n in nodes])
                start = 0
                for node in nodes:
                    values[node] = total[start : start + node.size].reshape(node.shape)
                    start += node.size
        return [np.array(values[n]) for n in self.program.outputs]


def _by_dtype(world: World, sums: list[Node]) -> Iterator[tuple[list[Node], SumOverRanks]]:
    for dtype in dict.fromkeys(n.dtype for n in sums):
        nodes = [n for n in sums if n.dtype == dtype]
        yield nodes, SumOverRanks(world, sum(n.size for n in nodes), dtype)


def _edge(roots: Iterable[Node], own: set[Node]) -> list[Node]:
    """Return what a level's values are computed from and it does not compute itself."""
    edge: dict[Node, None] = {}
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in own and node.op != "input":
            stack.extend(node.inputs)
        else:
            edge[node] = None
    return sorted(edge, key=lambda n: n.serial)
