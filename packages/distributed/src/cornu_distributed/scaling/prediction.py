"""How long a step takes on n ranks, of what was measured on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cornu_distributed.agreement import NUMBERS
from cornu_distributed.scaling.network import SUMS, Network, gathering

SAID = 8 * (1 + NUMBERS)  # bytes that each rank tells the others before a step


@dataclass(frozen=True)
class Costs:
    """What a step costs on one process.

    Parameters
    ----------
    step : float
        Seconds of a step alone, with a batch of the size that a rank has.
    staged : float
        Seconds of the same in stages, with all that a rank copies and adds up.
    sums : tuple of int
        Bytes of each exchange, one after the other.
    rows : int
        Rows of the batch.
    read : float
        Seconds to read or make a row.
    """

    step: float
    staged: float
    sums: tuple[int, ...]
    rows: int
    read: float = 0.0


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes
    ----------
    ranks : int
    step, exchange, read : float
        Seconds of a step, and of them those on the network and those for data.
    rows : float
        Rows per second, of all ranks.
    efficiency : float
        Of `ranks` times the rows per second of one process.
    """

    ranks: int
    step: float
    exchange: float
    read: float
    rows: float
    efficiency: float


def predicted(
    costs: Costs, ranks: int, network: Network, kind: str = "cornu", reads_all: bool = False
) -> Row:
    """Return what a step costs on so many ranks, each with a batch of the size measured.

    Parameters
    ----------
    costs : Costs
    ranks : int
    network : Network
    kind : {"cornu", "ring", "doubling"}
        How sums are taken.
    reads_all : bool
        Whether each process makes whole batches and takes its rows, as of a generator.

    Examples
    --------
    >>> costs = Costs(step=0.1, staged=0.11, sums=(100_000_000,), rows=32)
    >>> row = predicted(costs, 64, Network(3.125e9, 20e-6))
    >>> f"{row.step:.3f} s, {row.efficiency:.0%}"
    '0.176 s, 57%'
    """
    read = costs.read * costs.rows
    alone = costs.step + read
    if ranks == 1:
        return Row(1, alone, 0.0, read, costs.rows / alone, 1.0)
    agreement = gathering(SAID * ranks, ranks, network)
    exchange = agreement + sum(SUMS[kind](size, ranks, network) for size in costs.sums)
    read *= ranks if reads_all else 1
    step = costs.staged + exchange + read
    return Row(ranks, step, exchange, read, ranks * costs.rows / step, alone / step)


def counts_up_to(most: int) -> Sequence[int]:
    """Return the numbers of ranks that a table shows.

    Examples
    --------
    >>> counts_up_to(20)
    [1, 2, 4, 8, 16, 20]
    """
    powers = [2**i for i in range(most.bit_length()) if 2**i < most]
    return [*powers, most]
