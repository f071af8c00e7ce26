"""A dense layer over any axes, written as an equation."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import arguments
from cornu_layers.affine import Affine
from cornu_layers.checks import where
from cornu_layers.initializers import VarianceScaling
from cornu_layers.quantization.quantizable import QuantizableKernel

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions


class EinsumDense(Affine, QuantizableKernel):
    r"""Multiply by a kernel along the axes that an equation names.

    $y = f(\text{einsum}(x, W) + b)$

    Parameters
    ----------
    equation : str
        As in `einsum`: `"abc,cd->abd"`. Letters of the input, the kernel and the output; `"..."` at
        the start or the end stands for axes that are left alone.
    output_shape : int or tuple of int or None
        Sizes of the output's axes, without the batch and without those of `"..."`; None where the
        input tells.
    activation : str or callable, optional
        $f$.
    bias_axes : str, optional
        Letters of the output that the bias has; there is none if None.
    kernel_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    kernel_regularizer, bias_regularizer : str or Regularizer, optional
        Prices on $W$ and $b$.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.
    lora_rank : int, optional
        Freeze $W$ and train a correction $A B$ of this rank instead.
    lora_alpha : float, optional
        The correction's factor is `lora_alpha / lora_rank`; 1 if None.
    gptq_unpacked_column_size
        Accepted for Keras' sake; must be None.
    quantization_config : Int8QuantizationConfig, optional
        Which quantizers kernel and inputs have, where the policy is `"int8_from_float32"`.

    Notes
    -----
    Weights: `kernel` with an axis for each of its letters, `bias` with `bias_axes`, and 1 for
    letters of the output behind them.

    Raises
    ------
    ValueError
        For an equation of another form.
    ShapeError
        When a size is neither in `output_shape` nor in the input, or they contradict each other.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 8), bias_axes="de")
    >>> layer(np.ones((2, 10, 16), "float32")).shape, layer.kernel.shape, layer.bias.shape
    ((2, 10, 4, 8), (16, 4, 8), (4, 8))
    """

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Named | None = None,
        bias_axes: str | None = None,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: Any = None,
        quantization_config: Any = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        try:
            self._equation = _parse(equation)
        except ValueError as error:
            raise ValueError(f"{where(self)}: {error}") from None
        self._output_shape = (
            tuple(output_shape) if isinstance(output_shape, (list, tuple)) else (output_shape,)
        )
        self.bias_axes = bias_axes
        unknown = set(bias_axes or "") - set(self._equation.output)
        if unknown:
            raise ValueError(
                f"{where(self)}: bias_axes {bias_axes!r} names {sorted(unknown)}, which the output "
                f"of {equation!r} has not."
            )
        self.keep_affine(locals(), "kernel")
        self.keep_low_rank(lora_rank, lora_alpha)
        self.keep_quantization(quantization_config)
        if gptq_unpacked_column_size is not None:
            raise ValueError(
                f"{where(self)}: gptq_unpacked_column_size is for GPTQ, which there is not here; "
                "leave it None."
            )
        self.gptq_unpacked_column_size = None

    @property
    def partial_output_shape(self) -> tuple[int | None, ...]:
        """Sizes of the output that were given."""
        return self._output_shape

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        sizes = self._sizes(input_shape)
        shape = self._kernel_shape(sizes, input_shape)
        self._input_rank = len(input_shape)
        self.make_adapted(shape, self._initializer())
        self.bias = None
        if self.bias_axes:
            shape = self._bias_shape(sizes, input_shape)
            self.bias = arguments.add_parameter(self, "bias", shape)
        self.input_spec = InputSpec(axes=self._axes_of_kernel(sizes))
        self.adapt()

    def _kernel_shape(
        self, sizes: dict[str, int | None], input_shape: Sequence[int | None]
    ) -> list[int]:
        shape = []
        for letter in self._equation.kernel:
            size = sizes.get(letter)
            if size is None:
                raise ShapeError(
                    f"{where(self)} needs the size of {letter!r} in {self.equation!r} for its "
                    f"kernel; neither output_shape {self._output_shape} nor the input of shape "
                    f"{show_shape(input_shape)} tells."
                )
            shape.append(size)
        return shape

    def _bias_shape(
        self, sizes: dict[str, int | None], input_shape: Sequence[int | None]
    ) -> list[int]:
        """Return the sizes of `bias_axes`, with 1 for all axes of the output behind the first."""
        letters, chosen = self._equation, self.bias_axes or ""
        first = min(letters.output.index(letter) for letter in chosen)
        shape = [sizes[i] or 1 if i in chosen else 1 for i in letters.output[first:]]
        behind = len(input_shape) - len(letters.inputs) if letters.ellipsis == "end" else 0
        return shape + [1] * behind

    def _axes_of_kernel(self, sizes: dict[str, int | None]) -> dict[int, int | None]:
        """Return the axes of the input that the kernel has too, with their sizes."""
        letters = self._equation
        # behind "...", letters are counted from the end
        before = len(letters.inputs) if letters.ellipsis == "start" else 0
        axes = {letter: i - before for i, letter in enumerate(letters.inputs)}
        return {axes[letter]: sizes[letter] for letter in letters.kernel if letter in axes}

    def _initializer(self) -> Any:
        """The kernel's initializer, told which axes of the kernel count as inputs and outputs."""
        first = self.kernel_initializer
        if not isinstance(first, VarianceScaling) or first.input_axes is not None:
            return first
        kernel, output = self._equation.kernel, self._equation.output
        twin = first.clone()
        twin._drawn = first._drawn
        twin.input_axes = [i for i, letter in enumerate(kernel) if letter not in output]
        twin.output_axes = [i for i, letter in enumerate(kernel) if letter in output]
        return twin

    def _sizes(self, input_shape: Sequence[int | None]) -> dict[str, int | None]:
        """Return the size of each letter."""
        found = self._equation
        rank = len(found.inputs)
        if len(input_shape) < rank or (len(input_shape) > rank and not found.ellipsis):
            raise ShapeError(
                f"{where(self)} takes inputs {found.inputs!r} of {self.equation!r}; this one has "
                f"shape {show_shape(input_shape)}. Write '...' for axes that are left alone."
            )
        named = (
            input_shape[:rank]
            if found.ellipsis == "end"
            else input_shape[len(input_shape) - rank :]
        )
        sizes: dict[str, int | None] = dict(zip(found.inputs, named, strict=True))
        letters = found.output if found.ellipsis == "start" else found.output[1:]
        given = self._output_shape
        if len(given) != len(letters):
            raise ShapeError(
                f"{where(self)}: output_shape {given} must have a size (or None) for each of "
                f"{letters!r} in {self.equation!r}."
            )
        for letter, size in zip(letters, given, strict=True):
            known = sizes.get(letter)
            if size is not None and known is not None and size != known:
                raise ShapeError(
                    f"{where(self)}: output_shape says that {letter!r} in {self.equation!r} is "
                    f"{size}; the input of shape {show_shape(input_shape)} says {known}."
                )
            sizes[letter] = known if size is None else size
        return sizes

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the activation of the product."""
        return self.finished(self.multiplied(inputs))

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the sums of products that the equation names."""
        return ops.einsum(self.equation, inputs, weight)

    # Scales, which have one axis for each letter, of size 1 where it is not theirs

    def _letters(self) -> tuple[str, str]:
        """Return the letters of the inputs and of the outputs, with some for `"..."`."""
        found = self._equation
        used = set(found.inputs + found.kernel + found.output)
        count = self._input_rank - len(found.inputs)
        spare = "".join([c for c in string.ascii_letters if c not in used][:count])
        if found.ellipsis == "start":
            return spare + found.inputs, spare + found.output
        return found.inputs + spare, found.output + spare

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return the axes of the kernel that the output has not."""
        letters = self._equation
        return tuple(i for i, c in enumerate(letters.kernel) if c not in letters.output)

    def input_axes(self, inputs: Any) -> tuple[int, ...]:
        """Return the axes of the inputs that the output has not."""
        letters, outputs = self._letters()
        return tuple(i for i, c in enumerate(letters) if c not in outputs)

    def kept_scale(self, scale: Any) -> Any:
        """Return the scale along the outputs."""
        return _relaid(scale, self._equation.kernel, self._letters()[1])

    def scale_of_weight(self, scale: Any) -> Any:
        """Return the scale along the kernel."""
        return _relaid(scale, self._letters()[1], self._equation.kernel)

    def input_scale_of_outputs(self, scale: Any) -> Any:
        """Return the scale of the inputs along the outputs."""
        return _relaid(scale, *self._letters())

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the sizes of the output's letters, with the axes of `"..."` as they are."""
        letters = self._equation
        sizes = self._sizes(input_shape)
        named = tuple(sizes[letter] for letter in letters.output)
        rest = len(input_shape) - len(letters.inputs)
        if letters.ellipsis == "start":
            return (*input_shape[:rest], *named)
        if letters.ellipsis == "end":
            return (*named, *input_shape[len(input_shape) - rest :])
        return named


def _relaid(scale: Any, letters: str, wanted: str) -> Any:
    """Return a scale with an axis for each wanted letter; other axes of it have size 1."""
    shared = [c for c in wanted if c in letters]
    rest = [c for c in letters if c not in shared]
    moved = ops.transpose(scale, [letters.index(c) for c in [*shared, *rest]])
    shape = iter(moved.shape)
    return ops.reshape(moved, [next(shape) if c in letters else 1 for c in wanted])


class _Equation(NamedTuple):
    inputs: str
    kernel: str
    output: str
    ellipsis: str  # where the axes are that are left alone: "", "start" or "end"


def _parse(equation: str) -> _Equation:
    sides = equation.replace(" ", "").split("->")
    operands = sides[0].split(",")
    places = {_place(text) for text in (operands[0], sides[-1])}
    letters = [text.replace("...", "") for text in (*operands, sides[-1])]
    wrong = len(sides) != 2 or len(operands) != 2 or len(places) != 1 or "..." in operands[-1]
    if wrong or not all(text.isalpha() and len(set(text)) == len(text) for text in letters):
        raise ValueError(
            f"the equation {equation!r} is not of the form 'abc,cd->abd', with '...' at the start "
            "or at the end of the first and the last part, if anywhere."
        )
    if "..." in equation and "" in places:
        raise ValueError(
            f"in the equation {equation!r}, '...' must stand at the start or at the end."
        )
    inputs, kernel, output = letters
    missing = set(kernel) - set(inputs) - set(output)
    if missing or not set(output) <= set(inputs) | set(kernel):
        raise ValueError(
            f"in the equation {equation!r}, each letter of the kernel must be in the input or the "
            "output, and each letter of the output in the input or the kernel."
        )
    return _Equation(inputs, kernel, output, places.pop())


def _place(text: str) -> str:
    if text.startswith("..."):
        return "start"
    return "end" if text.endswith("...") else ""
