"""A composite: one operation of the graph, with a derivative and a cost of its own."""

from cornu_engine.composite import composite
from cornu_engine.primitives.table import p


def _flops(node):
    rows, columns = node.shape
    return 3 * rows * columns * node.inputs[0].shape[1]  # a difference, its square, their sum


@composite(flops=_flops)
def squared_distances(a, b):
    """The squared distance of each row of a ``(n, d)`` to each row of b ``(m, d)``: ``(n, m)``.

    A backend that has no code of its own for it runs what is written here.
    """
    difference = p.reshape(a, shape=(a.shape[0], 1, a.shape[1])) - p.reshape(b, shape=(1, *b.shape))
    return p.sum(difference * difference, axes=(2,), keepdims=False)


@squared_distances.vjp
def _(g, out, a, b):
    """Two products, where the chain rule would go through all ``n * m * d`` differences again."""
    along = p.sum(g, axes=(1,), keepdims=True)
    across = p.sum(g, axes=(0,), keepdims=False)
    turned = p.transpose(g, perm=(1, 0))
    return (
        2.0 * (a * along - p.matmul(g, b)),
        2.0 * (b * p.reshape(across, shape=(b.shape[0], 1)) - p.matmul(turned, a)),
    )
