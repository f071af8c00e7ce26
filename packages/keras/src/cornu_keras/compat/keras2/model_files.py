"""`model.save` and its kin: HDF5, wherever it lies; and what `pickle` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_keras.compat.keras2 import saving

__all__ = ["InFiles"]

if TYPE_CHECKING:
    Beside = Any  # it stands before a model among the bases
else:
    Beside = object


class InFiles(Beside):
    """A model that goes into files of Keras 2."""

    def _reduced(self, protocol: Any, *, training_state: bool) -> Any:
        """Return what `pickle` keeps: classes inside of functions are not, a scope names them."""
        make, arguments = super()._reduced(protocol, training_state=training_state)[:2]
        if self._graph is None:
            return super()._reduced(protocol, training_state=training_state)
        cls, config, known, values = arguments
        kept = {name: x for name, x in known.items() if not _is_inside(x)}
        return make, (cls, config, kept, values)

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
        """Write the whole model as HDF5; `filepath` may be a stream or a group, too."""
        saving.save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights as HDF5."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(
        self,
        filepath: Any,
        by_name: bool = False,
        skip_mismatch: bool = False,
        reshape: bool = False,
    ) -> None:
        """Read weights; the arguments are those of `cornu.Model.load_weights`, in another order."""
        saving.load_weights(
            self, filepath, by_name=by_name, skip_mismatch=skip_mismatch, reshape=reshape
        )


def _is_inside(obj: Any) -> bool:
    """Tell what was defined inside of a function."""
    return "<locals>" in str(getattr(obj, "__qualname__", ""))
