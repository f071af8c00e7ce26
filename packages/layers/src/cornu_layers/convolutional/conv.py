"""Convolution over one, two and three axes."""

from __future__ import annotations

from cornu_layers.convolutional.base import BaseConv


class Conv1D(BaseConv):
    r"""Slide kernels along the steps of a sequence.

    $y_{t,f} = g\left(b_f + \sum_{i,c} x_{s t + d i,\, c}\, W_{i,c,f}\right)$

    Parameters
    ----------
    filters : int
        Number of kernels: channels of the output.
    kernel_size, strides, dilation_rate : int
        Length of a kernel, steps between its places $s$, steps between its elements $d$.
    padding : {"valid", "same", "causal"}
        Nothing; zeros so that the length stays (divided by the strides); zeros before the start
        only, so that no output sees a later step.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    groups : int
        Into how many groups channels and filters are split; each group sees its own channels only.
    activation : str or callable, optional
        $g$.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    kernel_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.

    Notes
    -----
    Weights: `kernel` `(kernel_size, channels / groups, filters)`, `bias` `(filters,)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or shorter than the kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv1D(4, 3, padding="causal")(np.ones((2, 10, 8), "float32")).shape
    (2, 10, 4)
    """

    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(BaseConv):
    r"""Slide kernels over an image.

    $y_{p,f} = g\left(b_f + \sum_{i,c} x_{s p + d i,\, c}\, W_{i,c,f}\right)$, where $p$ and $i$ run
    over height and width.

    Parameters
    ----------
    filters : int
        Number of kernels: channels of the output.
    kernel_size, strides, dilation_rate : int or (int, int)
        Size of a kernel, distance between its places $s$, distance between its elements $d$.
    padding : {"valid", "same"}
        Nothing; or zeros so that the size stays (divided by the strides).
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    groups : int
        Into how many groups channels and filters are split; each group sees its own channels only.
    activation : str or callable, optional
        $g$.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    kernel_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.

    Notes
    -----
    Weights: `kernel` `(*kernel_size, channels / groups, filters)`, `bias` `(filters,)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or smaller than the kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv2D(4, (3, 3), activation="relu")(np.ones((2, 28, 28, 1), "float32")).shape
    (2, 26, 26, 4)

    References
    ----------
    LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998),
    https://doi.org/10.1109/5.726791
    """

    rank = 2


class Conv3D(BaseConv):
    r"""Slide kernels through a volume.

    $y_{p,f} = g\left(b_f + \sum_{i,c} x_{s p + d i,\, c}\, W_{i,c,f}\right)$, where $p$ and $i$ run
    over depth, height and width.

    Parameters
    ----------
    filters : int
        Number of kernels: channels of the output.
    kernel_size, strides, dilation_rate : int or (int, int, int)
        Size of a kernel, distance between its places $s$, distance between its elements $d$.
    padding : {"valid", "same"}
        Nothing; or zeros so that the size stays (divided by the strides).
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.
    groups : int
        Into how many groups channels and filters are split; each group sees its own channels only.
    activation : str or callable, optional
        $g$.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    kernel_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.

    Notes
    -----
    Weights: `kernel` `(*kernel_size, channels / groups, filters)`, `bias` `(filters,)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or smaller than the kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv3D(4, 2, strides=2)(np.ones((1, 4, 6, 8, 1), "float32")).shape
    (1, 2, 3, 4, 4)
    """

    rank = 3
