"""The policy that says in files how a layer keeps its weights."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import DTypePolicy, dtype_policy
from cornu_layers.quantization.configs import resolved


class QuantizedDTypePolicy(DTypePolicy):
    """The policy of a layer whose main weight is int8: "int8_from_float32".

    Parameters
    ----------
    mode : str
        `"int8"`.
    source_name : str, optional
        Name of the policy of everything else; the global one if not given.

    Examples
    --------
    >>> policy = QuantizedDTypePolicy("int8", "float32")
    >>> policy, policy.compute_dtype, policy.quantization_mode
    (<QuantizedDTypePolicy "int8_from_float32">, 'float32', 'int8')
    """

    keras_module = "keras.dtype_policies"

    def __init__(self, mode: str, source_name: str | None = None) -> None:
        source = dtype_policy().name if source_name is None else source_name
        super().__init__(source)
        self.quantization_mode = resolved(mode, None).mode
        self._source_name = self._name
        self._name = f"{mode}_from_{self._name}"
        if self.compute_dtype == "float16":
            raise ValueError(
                f"{self._name!r}: sums of products of int8 are larger than float16 holds. Build "
                "the model with dtype='float32', or 'mixed_bfloat16'."
            )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {"mode": self.quantization_mode, "source_name": self._source_name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> QuantizedDTypePolicy:
        """Make the policy from what `get_config` returned."""
        return cls(config["mode"], config.get("source_name"))
