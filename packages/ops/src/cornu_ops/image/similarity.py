"""How alike two images are."""

from __future__ import annotations

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.image.filters import blurred
from cornu_ops.reduction import mean_of
from cornu_ops.values import Tensor, TensorLike, cast_value, promote_floating, value, wide
from cornu_ops.windowed import channels_last, standard_format


@op
def ssim(
    image1: TensorLike,
    image2: TensorLike,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    r"""Structural similarity (Wang et al., 2004): 1 for equal images, about 0 for unlike ones.

    .. math::

        \frac{(2 \mu_1 \mu_2 + c_1)(2 \sigma_{12} + c_2)}
             {(\mu_1^2 + \mu_2^2 + c_1)(\sigma_1^2 + \sigma_2^2 + c_2)},
        \quad c_i = (k_i \cdot \text{max\_val})^2

    with means, variances and covariance under a bell curve that moves over the images, averaged
    over all its places and the channels.

    Parameters
    ----------
    image1, image2
        `(batch, height, width, channels)` or one image each, or channels first.
    max_val
        The largest value a pixel may have: 1, or 255.
    filter_size, filter_sigma
        Size of the window of the bell, and its width, in pixels.
    k1, k2
        They keep the quotient finite where images are dark or even.
    data_format
        `"channels_last"` or `"channels_first"`.

    Returns
    -------
    Tensor
        `(batch,)`, or one number for one image, of the dtype of `image1`.

    Raises
    ------
    ShapeError
        If the shapes differ, or the images are smaller than the window.

    Examples
    --------
    >>> image = np.random.default_rng(0).random((16, 16, 3))
    >>> float(ops.image.ssim(image, image).round(6))
    1.0
    """
    dtype = value(image1).dtype
    x, y = (wide(image) for image in promote_floating(image1, image2))
    if tuple(x.shape) != tuple(y.shape) or x.ndim not in (3, 4):
        raise ShapeError(
            "ssim() takes two images, or two batches of them, of one shape; got "
            f"{tuple(x.shape)} and {tuple(y.shape)}."
        )
    single = x.ndim == 3
    x, y = (
        channels_last(
            p.reshape(image, shape=(1, *image.shape)) if single else image,
            standard_format(data_format),
        )
        for image in (x, y)
    )
    if min(x.shape[1:3]) < filter_size:
        raise ShapeError(
            f"ssim(): images of {x.shape[1]} by {x.shape[2]} are smaller than the window; give a "
            f"filter_size below {filter_size}."
        )

    def seen(image: Tensor) -> Tensor:
        return blurred(image, (filter_size,) * 2, (filter_sigma,) * 2, "valid")

    mean_x, mean_y = seen(x), seen(y)
    squares, product = p.add(p.mul(mean_x, mean_x), p.mul(mean_y, mean_y)), p.mul(mean_x, mean_y)
    variances = p.sub(p.add(seen(p.mul(x, x)), seen(p.mul(y, y))), squares)
    covariance = p.sub(seen(p.mul(x, y)), product)
    c1, c2 = (float(k1) * max_val) ** 2, (float(k2) * max_val) ** 2
    alike = p.mul(p.add(p.mul(product, 2.0), c1), p.add(p.mul(covariance, 2.0), c2))
    similarity = p.div(alike, p.mul(p.add(squares, c1), p.add(variances, c2)))
    result = cast_value(mean_of(similarity, (1, 2, 3), False), dtype)
    return p.reshape(result, shape=()) if single else result
