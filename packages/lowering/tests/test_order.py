"""Pieces of a plan: neighbours of one group together."""

from types import SimpleNamespace

import pytest

from cornu_lowering.order import in_pieces


@pytest.mark.parametrize(
    ("groups", "pieces"),
    [
        ([], []),
        ([None, None], [[0], [1]]),
        ([1, 1, 2, None, 2], [[0, 1], [2], [3], [4]]),
        ([0, 0, None, 0], [[0, 1], [2], [3]]),
    ],
)
def test_neighbours_of_one_group_are_one_piece(groups, pieces):
    instructions = [SimpleNamespace(group=group, number=i) for i, group in enumerate(groups)]
    assert [[i.number for i in piece] for piece in in_pieces(instructions)] == pieces
