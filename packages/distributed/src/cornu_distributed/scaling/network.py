"""A network in two numbers, and what sums over ranks cost on it.

A message of m bytes takes α + m/β seconds: a latency, and a bandwidth that the processes of a
machine share.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_NUMBER = r"(\d+\.?\d*|\.\d+)"
_BITS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}

# Where MPICH, which the extra `mpi` brings, changes from messages in a tree to one for each rank.
SHORT_EXCHANGE = 256  # bytes for each rank
SHORT_GATHERING = 512 * 1024  # bytes in all


@dataclass(frozen=True)
class Network:
    """What lies between the machines of a job.

    Parameters
    ----------
    bandwidth : float
        Bytes per second into a machine, and as many out of it.
    latency : float
        Seconds before a message of no bytes is there.
    per_machine : int
        Processes that share a machine.

    Examples
    --------
    >>> Network(bits_per_second("25Gb"), seconds("20us")).bandwidth
    3125000000.0
    """

    bandwidth: float
    latency: float
    per_machine: int = 1

    def takes(self, messages: float, size: float) -> float:
        """Return the seconds of so many messages one after the other, of `size` bytes in all."""
        return messages * self.latency + size * self.per_machine / self.bandwidth


def bits_per_second(text: str) -> float:
    """Return the bytes per second of a bandwidth as networks name it, in bits: `25Gb`.

    Raises
    ------
    ValueError
        For what is none.
    """
    found = re.fullmatch(rf"{_NUMBER} ?([kMGT]?)(?:b|bit|bps)?(?:/s)?", text.strip())
    value = float(found[1]) * _BITS[found[2]] if found else 0.0
    if not value > 0:
        raise ValueError(f"{text!r} is no bandwidth: write one in bits a second, such as 25Gb.")
    return value / 8


def seconds(text: str) -> float:
    """Return a time such as `20us`.

    Raises
    ------
    ValueError
        For what is none.

    Examples
    --------
    >>> seconds("1.5ms")
    0.0015
    """
    found = re.fullmatch(rf"{_NUMBER} ?(s|ms|us|µs|ns)", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no time: write one with its unit, such as 20us or 1.5ms.")
    return float(found[1]) * _SECONDS[found[2]]


def gathering(size: float, ranks: int, network: Network) -> float:
    """Return the seconds until all have what each of them has a share of."""
    messages = rounds(ranks) if size <= SHORT_GATHERING else ranks - 1
    return network.takes(messages, size - size / ranks)


def ours(size: float, ranks: int, network: Network) -> float:
    """Return the seconds of a sum as Cornu takes it: shares exchanged, added up, gathered."""
    share = size / ranks
    if share <= SHORT_EXCHANGE:  # half of all in each round
        exchange = network.takes(rounds(ranks), rounds(ranks) * size / 2)
    else:
        exchange = network.takes(ranks - 1, size - share)
    return exchange + gathering(size, ranks, network)


def ring(size: float, ranks: int, network: Network) -> float:
    """Return the seconds of a ring, which enters and leaves each machine once."""
    alone = Network(network.bandwidth, network.latency)
    return alone.takes(2 * (ranks - 1), 2 * (size - size / ranks))


def doubling(size: float, ranks: int, network: Network) -> float:
    """Return the seconds of recursive doubling: all bytes to another partner in each round."""
    return network.takes(rounds(ranks), rounds(ranks) * size)


def rounds(ranks: int) -> int:
    """Return in how many rounds a tree reaches all."""
    return math.ceil(math.log2(ranks))


SUMS: dict[str, Callable[[float, int, Network], float]] = {
    "cornu": ours,
    "ring": ring,
    "doubling": doubling,
}
