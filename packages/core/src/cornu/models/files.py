"""Methods of a model that write and read files."""

from __future__ import annotations

from typing import Any


class Files:
    """Mixin of models: files and text forms."""

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: Any = None, **kwargs: Any
    ) -> None:
        """Write architecture, weights, compile arguments and optimizer state to one file.

        Parameters
        ----------
        filepath : path
            Ending in `.keras` for Keras 3's zip, in `.h5` for HDF5; without either, a zip too.
        overwrite : bool
            Whether an existing file may be replaced; else FileExistsError.
        zipped : bool, optional
            Accepted for Keras' sake.
        **kwargs
            `include_optimizer=False` leaves the optimizer's state out.

        Examples
        --------
        >>> import os, tempfile, cornu
        >>> x = cornu.Input((2,))
        >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
        >>> cornu.Model(x, x + 1.0, name="m").save(path)
        >>> cornu.models.load_model(path).name
        'm'
        """
        from cornu.saving.model_file import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None
    ) -> None:
        """Write the weights to an HDF5 file; missing folders are made.

        Parameters
        ----------
        filepath : path
        overwrite : bool
            Whether an existing file may be replaced; else FileExistsError.
        max_shard_size
            Accepted for Keras' sake: there is one file.
        """
        from cornu.saving.weights import save_weights

        save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def load_weights(
        self,
        filepath: Any,
        skip_mismatch: bool = False,
        by_name: bool = False,
        reshape: bool = False,
        **kwargs: Any,
    ) -> None:
        """Read weights from a file.

        Parameters
        ----------
        filepath : path
        skip_mismatch : bool
            Leave weights of another shape as they are, with a warning, in place of raising.
        by_name : bool
            Load into layers of the same name, whatever the order; else the architecture must be
            the same.
        reshape : bool
            Take weights of another shape but the same size in the shape that fits.
        """
        from cornu.saving.weights import load_weights

        load_weights(
            self, filepath, skip_mismatch=skip_mismatch, by_name=by_name, reshape=reshape, **kwargs
        )

    def to_json(self, **kwargs: Any) -> str:
        """Return the architecture as JSON; `cornu.models.model_from_json` reads it.

        Parameters
        ----------
        **kwargs
            For `json.dumps`.
        """
        from cornu.saving.text import to_json

        return to_json(self, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """Return the architecture as YAML; `cornu.models.model_from_yaml` reads it.

        Parameters
        ----------
        **kwargs
            For `yaml.safe_dump`.
        """
        from cornu.saving.text import to_yaml

        return to_yaml(self, **kwargs)
