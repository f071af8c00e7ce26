"""Smooth activations that grow without bound on the right."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops


def softplus(x: Any) -> Any:
    r"""Softplus: $\log(1 + e^x)$, without overflow.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.softplus([-100.0, 0.0, 100.0]).round(4)
    array([  0.    ,   0.6931, 100.    ], dtype=float32)
    """
    return ops.softplus(x)


def squareplus(x: Any, b: float = 4) -> Any:
    r"""Squareplus: $(x + \sqrt{x^2 + b}) / 2$.

    Examples
    --------
    >>> from cornu import activations
    >>> float(activations.squareplus(0.0))
    1.0

    References
    ----------
    Barron, "Squareplus" (2021), https://arxiv.org/abs/2112.11687
    """
    return ops.squareplus(x, b)


def sparse_plus(x: Any) -> Any:
    r"""Sparse plus: 0 for $x \le -1$, $(x + 1)^2/4$ between, $x$ for $x \ge 1$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.sparse_plus([-2.0, 0.0, 2.0])
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return ops.sparse_plus(x)


def exponential(x: Any) -> Any:
    r"""Exponential: $e^x$.

    Examples
    --------
    >>> from cornu import activations
    >>> float(activations.exponential(0.0))
    1.0
    """
    return ops.exp(x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    r"""Exponential linear unit: $x$ for $x > 0$, $\alpha (e^x - 1)$ elsewhere.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.elu([-100.0, 2.0])
    array([-1.,  2.], dtype=float32)

    References
    ----------
    Clevert et al., "Exponential Linear Units" (2016), https://arxiv.org/abs/1511.07289
    """
    return ops.elu(x, alpha)


def selu(x: Any) -> Any:
    r"""Scaled exponential linear unit: $\lambda\,\text{elu}(x, \alpha)$.

    $\lambda \approx 1.0507$ and $\alpha \approx 1.6733$ keep mean 0 and variance 1 from layer to
    layer. Use it with `LecunNormal` and `AlphaDropout`.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.selu([-100.0, 1.0]).round(4)
    array([-1.7581,  1.0507], dtype=float32)

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks" (2017), https://arxiv.org/abs/1706.02515
    """
    return ops.selu(x)


def celu(x: Any, alpha: float = 1.0) -> Any:
    r"""Continuously differentiable ELU: $x$ for $x > 0$, $\alpha (e^{x/\alpha} - 1)$ elsewhere.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.celu([-100.0, 2.0], alpha=0.5)
    array([-0.5,  2. ], dtype=float32)

    References
    ----------
    Barron, "Continuously Differentiable Exponential Linear Units" (2017),
    https://arxiv.org/abs/1704.07483
    """
    return ops.celu(x, alpha)


def silu(x: Any) -> Any:
    r"""SiLU, also called swish: $x\,\sigma(x)$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.silu([-20.0, 0.0, 20.0]).round(4)
    array([-0.,  0., 20.], dtype=float32)

    References
    ----------
    Ramachandran et al., "Searching for Activation Functions" (2017),
    https://arxiv.org/abs/1710.05941
    """
    return ops.silu(x)


def hard_silu(x: Any) -> Any:
    r"""Piecewise quadratic SiLU, also called hard swish: $x\,\text{relu6}(x + 3) / 6$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.hard_silu([-3.0, 0.0, 3.0])
    array([-0.,  0.,  3.], dtype=float32)

    References
    ----------
    Howard et al., "Searching for MobileNetV3" (2019), https://arxiv.org/abs/1905.02244
    """
    return ops.hard_silu(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    r"""Gaussian error linear unit: $x\,\Phi(x) = x (1 + \text{erf}(x/\sqrt 2))/2$.

    Parameters
    ----------
    x : array
        Any shape.
    approximate : bool
        Use $x (1 + \tanh(\sqrt{2/\pi}(x + 0.044715 x^3)))/2$ instead.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.gelu([-1.0, 0.0, 1.0]).round(4)
    array([-0.1587,  0.    ,  0.8413], dtype=float32)

    References
    ----------
    Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), https://arxiv.org/abs/1606.08415
    """
    return ops.gelu(x, approximate)


def mish(x: Any) -> Any:
    r"""Mish: $x \tanh(\text{softplus}(x))$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.mish([-20.0, 0.0, 20.0]).round(4)
    array([-0.,  0., 20.], dtype=float32)

    References
    ----------
    Misra, "Mish" (2019), https://arxiv.org/abs/1908.08681
    """
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(ops.softplus(x))
