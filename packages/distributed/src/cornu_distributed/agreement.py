"""Whether all ranks are about to run the same: asked before each run, and never a hang.

Every run begins with a few numbers from each rank: what it runs, how many sums that asks for, and
whether it is the first time. So a rank with another program, or one that has come to the end of its
data, is named before anything waits for it.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from cornu_distributed.errors import RanksDifferError
from cornu_distributed.world import World
from cornu_engine.graph import Node, toposort
from cornu_engine.program import Program
from cornu_engine.shapes import product
from cornu_engine.variable import Arena, Variable

KINDS = ("train", "test", "end")
OWN = "ranks/"  # the path of variables that are another rank by rank

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
        state = [(v.path, v.shape, str(v.dtype)) for v in program.state]
        exchanges = [[(n.shape, str(n.dtype)) for n in stage] for stage in sums]
        inputs = [(n.shape[1:], str(n.dtype)) for n in program.inputs]
        rows = program.inputs[0].shape[0] if program.inputs and program.inputs[0].shape else 0
        self._says = np.array(
            [
                KINDS.index(program.name) if program.name in KINDS else len(KINDS),
                _number(repr(inputs)),
                _number(repr(state)),
                _number(repr(exchanges)),
                rows,
                _number(repr(_listing(program))) if alike else 0,
                0,
            ],
            np.int64,
        )

    def check(self) -> None:
        """Compare with the others; at the first run, also the state that it starts from.

        Raises
        ------
        RanksDifferError
            Naming the rank, and what differs.
        """
        self._says[-1] = self._is_first
        said = self._world.gather(self._says)
        for rank, other in enumerate(said):
            if (other[:-1] != said[0][:-1]).any():
                _compare(said[0], other, rank)
        if said[:, -1].any():
            self._compare_state()
        self._is_first = False

    def _compare_state(self) -> None:
        state = [piece for variable in self._compared for piece in _pieces(variable)]
        hashes = np.array([_hash(array.tobytes()) for _, array in state], np.int64)
        for rank, other in enumerate(rows := self._world.gather(hashes)):
            for (path, _), differs in zip(state, other != rows[0], strict=True):
                if differs:
                    raise RanksDifferError(
                        f"{path!r} has other values on rank {rank} than on rank 0, so the "
                        "processes would train different models. Call cornu.set_seed(...) with "
                        "the same number on all of them before the model is made, or give all "
                        "the weights of rank 0: "
                        "cornu_distributed.horovod.broadcast_global_variables(0, model)."
                    )


def end_of_pass(world: World) -> None:
    """Tell the others that this rank has no batch left."""
    says = np.array([KINDS.index("end"), 0, 0, 0, 0, 0, 0], np.int64)
    for rank, other in enumerate(said := world.gather(says)):
        if (other[:-1] != said[0][:-1]).any():
            _compare(said[0], other, rank)


def _compare(first: np.ndarray, other: np.ndarray, rank: int) -> None:
    """Raise RanksDifferError if what two ranks said is not the same."""
    doing = [KINDS[int(x[0])] if x[0] < len(KINDS) else "another step" for x in (first, other)]
    if first[0] != other[0]:
        if "end" in doing:
            short, long = (0, rank) if doing[0] == "end" else (rank, 0)
            raise RanksDifferError(
                f"Rank {short} has no batch left, and rank {long} goes on: their data have "
                "different lengths. Pass the same number of batches on all ranks, or "
                "steps_per_epoch=."
            )
        raise RanksDifferError(
            f"Rank 0 does a step of {doing[0]!r} and rank {rank} of {doing[1]!r}."
        )
    for place, what in ((1, "inputs of other shapes"), (2, "other weights"), (3, "other sums")):
        if first[place] != other[place]:
            raise RanksDifferError(
                f"The {doing[0]!r} program of rank {rank} has {what} than that of rank 0. All "
                "processes must build the same model and compile it alike."
            )
    if first[4] == other[4] and first[5] != other[5]:
        raise RanksDifferError(
            f"The {doing[0]!r} program of rank {rank} does not compute what that of rank 0 does. "
            "All processes must build the same model and compile it alike; print(model.program("
            f"{doing[0]!r})) shows each."
        )


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
        known[node] = _number(repr((row, tuple(node.shape))))
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


def _number(text: str) -> int:
    return _hash(text.encode())


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:7], "little")
