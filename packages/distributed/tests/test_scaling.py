"""The cost on paper: against messages that are sent one by one, and against what was published."""

from __future__ import annotations

import pytest

from cornu_distributed.scaling.network import (
    Network,
    bits_per_second,
    doubling,
    ours,
    ring,
    seconds,
)
from cornu_distributed.scaling.prediction import Costs, predicted

NETWORK = Network(bandwidth=1e9, latency=1e-5)


def sent(*messages: float) -> float:
    """The seconds of messages that a process sends one after the other."""
    return sum(1e-5 + size / 1e9 for size in messages)


SIZE = 8e6
BY_HAND = {
    "ring, 4 ranks": (ring, 4, [SIZE / 4] * 6),
    "ring, 2 ranks": (ring, 2, [SIZE / 2] * 2),
    "doubling, 8 ranks": (doubling, 8, [SIZE] * 3),
    "doubling, 5 ranks": (doubling, 5, [SIZE] * 3),
    "ours, 2 ranks": (ours, 2, [SIZE / 2] * 2),
    "ours, 5 ranks": (ours, 5, [SIZE / 5] * 8),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_sums_are_messages(name):
    kind, ranks, messages = BY_HAND[name]
    assert kind(SIZE, ranks, NETWORK) == pytest.approx(sent(*messages))


def test_small_sums_take_few_rounds():
    # 1,000 ranks: shares in 10 rounds of half of all, then a tree
    few = 10 * (1e-5 + 1000 / 2 / 1e9) + 10 * 1e-5 + 999 / 1e9
    assert ours(1000, 1000, NETWORK) == pytest.approx(few)
    assert ours(1000, 1000, NETWORK) < ring(1000, 1000, NETWORK) / 50


def test_processes_of_a_machine_share_its_network_but_for_a_ring():
    shared = Network(1e9, 0.0, per_machine=4)
    assert ours(SIZE, 16, shared) == pytest.approx(4 * ring(SIZE, 16, shared))


@pytest.mark.parametrize(
    ("text", "value"), [("25Gb", 3.125e9), ("100 Gb/s", 1.25e10), ("800Mbps", 1e8), ("8", 1.0)]
)
def test_bandwidths(text, value):
    assert bits_per_second(text) == value


@pytest.mark.parametrize("text", ["", "fast", "25GB", "0Gb", "-1Gb", "1.2.3Gb", "."])
def test_what_is_no_bandwidth(text):
    with pytest.raises(ValueError, match="such as 25Gb"):
        bits_per_second(text)


@pytest.mark.parametrize("text", ["", "20", "us", ".s", "1.2.3s", "-1s", "2 h"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError, match="such as 20us"):
        seconds(text)


def test_a_generator_makes_the_rows_of_all():
    costs = Costs(step=0.1, staged=0.1, sums=(1000,), rows=10, read=1e-3)
    own = predicted(costs, 8, NETWORK)
    whole = predicted(costs, 8, NETWORK, reads_all=True)
    assert own.read == pytest.approx(0.01)
    assert whole.read == pytest.approx(0.08)
    assert whole.step - own.step == pytest.approx(0.07)
    assert own.efficiency > whole.efficiency


# Sergeev and Del Balso, 2018: 128 machines of 4 Pascal GPUs, 25 Gbit/s, batches of 64. The rates of
# one GPU are those that TensorFlow published for a P100; that of ResNet-101 lies between those of
# its neighbours, by their work.
HOROVOD = {
    "Inception V3": (23.8e6, 142, 0.90),
    "ResNet-101": (44.7e6, 130, 0.90),
    "VGG-16": (138.4e6, 154, 0.68),
}
BACKWARD = 2 / 3  # of a step


@pytest.mark.parametrize("name", HOROVOD)
def test_what_horovod_published_lies_between_no_overlap_and_all(name):
    weights, rate, published = HOROVOD[name]
    step = 64 / rate
    costs = Costs(step, step, (int(4 * weights),), 64)
    row = predicted(costs, 512, Network(3.125e9, 5e-6, per_machine=4), kind="ring")
    hidden = min(row.exchange, BACKWARD * step)
    assert row.efficiency < published < step / (row.step - hidden)
