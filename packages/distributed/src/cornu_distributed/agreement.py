"""Whether all ranks are about to run the same: asked before each run, and never a hang.

Every run begins with a few numbers from each rank: what it runs, how many sums that asks for, and
whether it is the first time. So a rank with another program, or one that has come to the end of its
data, is named before anything waits for it.
"""

from __future__ import annotations

import atexit
import hashlib
import os
from typing import Any

import numpy as np

from cornu_distributed.errors import RanksDifferError
from cornu_distributed.world import World
from cornu_engine.graph import Node, toposort
from cornu_engine.program import Program
from cornu_engine.shapes import product
from cornu_engine.variable import Arena, Variable

DOING = {
    "train": "does a step of training",
    "test": "does a step of evaluation",
    "other": "does a step of another kind",
    "begin": "begins a pass over its data",
    "load": "takes up a batch",
    "end": "has no batch left, or has stopped",
    "exit": "has come to the end of its script",
}
OWN = "ranks/"  # the path of variables that are another rank by rank

NUMBERS = 6  # that each rank says beside what it does
_NOT_CONTENT = ("identity", "name")
_PLAIN = (bool, int, float, str, np.dtype, np.generic)


class Agreement:
    """What a program is, for comparison with those of the other ranks.

    Parameters
    ----------
    program : Program
    sums : list of list of Node
        The sums over ranks, exchange by exchange.
    world : World
    alike : bool
        Whether all state is equal on all ranks, and not the weights alone.
    """

    def __init__(self, program: Program, sums: list[list[Node]], world: World, alike: bool) -> None:
        self._world = world
        self._compared = [
            v for v in program.state if not v.path.startswith(OWN) and (alike or v.trainable)
        ]
        self._is_first = True
        self._kind = program.name if program.name in DOING else "other"
        state = [(v.path, v.shape, str(v.dtype)) for v in program.state]
        exchanges = [[(n.shape, str(n.dtype)) for n in stage] for stage in sums]
        inputs = [(n.shape[1:], str(n.dtype)) for n in program.inputs]
        rows = program.inputs[0].shape[0] if program.inputs and program.inputs[0].shape else 0
        listing = _listing(program) if alike else 0
        self._says = [*map(number, (inputs, state, exchanges)), rows, number(listing)]

    def check(self) -> None:
        """Compare with the others; at the first run, also the state that it starts from.

        Raises
        ------
        RanksDifferError
            Naming the rank, and what differs.
        """
        said = tell(self._world, self._kind, *self._says, int(self._is_first))
        for rank in np.flatnonzero((said[:, :-1] != said[0, :-1]).any(axis=1)):
            self._compare(said[0], said[rank], int(rank))
        if said[:, -1].any():
            self._compare_state()
        self._is_first = False

    def _compare(self, first: np.ndarray, other: np.ndarray, rank: int) -> None:
        """Raise RanksDifferError if what two ranks say of their programs is not the same."""
        whats = ["inputs of other shapes or dtypes", "other weights", "other sums"]
        for place, what in enumerate(whats):
            if first[place] != other[place]:
                raise RanksDifferError(
                    f"The {self._kind!r} program of rank {rank} has {what} than that of rank 0. "
                    "All processes must build the same model and compile it alike."
                )
        if first[3] == other[3] and first[4] != other[4]:  # of as many rows
            raise RanksDifferError(
                f"The {self._kind!r} program of rank {rank} does not compute what that of rank 0 "
                "does. All processes must build the same model and compile it alike; "
                f"print(model.program({self._kind!r})) shows each."
            )

    def _compare_state(self) -> None:
        state = [piece for variable in self._compared for piece in _pieces(variable)]
        hashes = np.array([_hash(array.tobytes()) for _, array in state], np.int64)
        for rank, other in enumerate(rows := self._world.gather(hashes)):
            for (path, _), differs in zip(state, other != rows[0], strict=True):
                if differs:
                    raise RanksDifferError(
                        f"{path!r} has other values on rank {rank} than on rank 0, so the "
                        "processes would train different models. Compile alike on all of them, and "
                        "call cornu.utils.set_random_seed(...) with the same number before the "
                        "model is made, or give all the weights of rank 0: "
                        "cornu_distributed.horovod.broadcast_global_variables(0, model)."
                    )


def tell(world: World, kind: str, *numbers: int) -> np.ndarray:
    """Tell the others what this rank is about to do; return the numbers of each.

    Raises
    ------
    RanksDifferError
        If they are about to do something else.
    """
    doing = list(DOING)
    says = np.zeros(1 + NUMBERS, np.int64)
    says[: 1 + len(numbers)] = doing.index(kind), *numbers
    said = world.gather(says)
    for rank in np.flatnonzero(said[:, 0] != said[0, 0]):
        first, second = doing[said[0, 0]], doing[said[rank, 0]]
        hint = ""
        if "exit" in (first, second):
            hint = ": all processes call fit() and evaluate(), not one alone"
        elif "end" in (first, second):
            hint = (
                ": their data have different lengths, or one of them has stopped. Pass the "
                "same number of batches on all ranks, or steps_per_epoch="
            )
        raise RanksDifferError(f"Rank 0 {DOING[first]}, and rank {rank} {DOING[second]}{hint}.")
    return said[:, 1:]


def leave_together(world: World) -> None:
    """At the end of the script, tell ranks that are not there yet, whatever they ask for."""
    first = os.getpid()

    def leave() -> None:
        if os.getpid() == first:  # not a process that it has forked
            says = np.zeros(1 + NUMBERS, np.int64)
            says[0] = list(DOING).index("exit")
            world.gather_patiently(says)

    atexit.register(leave)


def agree(world: World, kind: str, what: str, *numbers: int) -> None:
    """Raise RanksDifferError where ranks say other numbers of what they are about to do.

    Parameters
    ----------
    world : World
    kind : str
        A key of `DOING`.
    what : str
        Names what is compared, and what to do where it differs.
    *numbers : int
    """
    said = tell(world, kind, *numbers)
    for rank in np.flatnonzero((said != said[0]).any(axis=1)):
        raise RanksDifferError(f"Rank {rank} has {what.format(rank='rank 0')}")


def _pieces(variable: Variable) -> list[tuple[str, np.ndarray]]:
    """Return the names and values of the weights that a variable consists of."""
    if not isinstance(variable, Arena):
        return [(variable.path, variable.array)]
    flat = variable.array
    return [(path, flat[start : start + product(shape)]) for path, start, shape in variable.pieces]


def _listing(program: Program) -> list[int]:
    """Return what equals that of an equal program in another process, whatever ran there before."""
    leaves = {node: f"input {i}" for i, node in enumerate(program.inputs)}
    leaves.update((node, variable.path) for variable, node in program.state.items())
    known: dict[Node, int] = {}
    for node in toposort(program.roots):
        row = leaves.get(node) or (node.op, [known[i] for i in node.inputs], _plain(node))
        known[node] = number((row, tuple(node.shape)))
    return [known[node] for node in program.roots]


def _plain(node: Node) -> list[Any]:
    return [
        (name, value.tobytes() if isinstance(value, np.ndarray) else repr(value))
        for name, value in sorted(node.attrs.items())
        if name not in _NOT_CONTENT and _is_plain(value)
    ]


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (*_PLAIN, np.ndarray))


def number(value: Any) -> int:
    """Return a number that is the same for a value that is written alike."""
    return _hash(repr(value).encode())


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:7], "little")
