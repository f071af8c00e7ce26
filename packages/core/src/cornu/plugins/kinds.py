"""The kinds of things that plugins bring, one row each."""

from __future__ import annotations

from dataclasses import dataclass

from cornu_engine.errors import PluginError, near_matches

__all__ = ["ELSEWHERE", "KINDS", "Kind", "kind_of"]


@dataclass(frozen=True)
class Kind:
    """One kind of thing: what it is called, which hook brings it and where users import it from.

    Attributes
    ----------
    name : str
        The singular, as written in ``registry.get(kind, …)``.
    hook : str
        The hook that brings it.
    module : str
        The module that users import it from.
    provider : str
        The distribution that brings Cornu's own.
    protocol : str
        The attribute by which an object is taken for one of this kind.
    functions_first : bool
        Whether a string that names both a function and a class means the function
        (``loss="mean_squared_error"``).
    fallback : str or None
        What ``get(None)`` of the public module means, where it means something.
    of_array : str or None
        The class that makes one of an array, where an array may be passed.
    config_argument : str
        What `deserialize` of the public module calls its config.
    """

    name: str
    hook: str
    module: str
    provider: str
    protocol: str = "__call__"
    functions_first: bool = False
    fallback: str | None = None
    of_array: str | None = None
    config_argument: str = "config"


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("layer", "cornu_layers", "cornu.layers", "cornu-layers"),
        Kind("optimizer", "cornu_optimizers", "cornu.optimizers", "cornu-optim", "apply_gradients"),
        Kind(
            "loss",
            "cornu_losses",
            "cornu.losses",
            "cornu-optim",
            functions_first=True,
            config_argument="name",
        ),
        Kind("metric", "cornu_metrics", "cornu.metrics", "cornu-optim"),
        Kind(
            "activation",
            "cornu_activations",
            "cornu.activations",
            "cornu-layers",
            functions_first=True,
            fallback="linear",
        ),
        Kind(
            "initializer",
            "cornu_initializers",
            "cornu.initializers",
            "cornu-layers",
            of_array="Constant",
        ),
        Kind("regularizer", "cornu_regularizers", "cornu.regularizers", "cornu-layers"),
        Kind("constraint", "cornu_constraints", "cornu.constraints", "cornu-layers"),
        Kind("callback", "cornu_callbacks", "cornu.callbacks", "cornu-optim", "set_model"),
        Kind("object", "cornu_objects", "cornu.saving", "cornu-core"),
        Kind("backend", "cornu_backends", "cornu.backends", "cornu-backend-numpy", "compile"),
    )
}

# What a distribution brings besides the one in the row, for the message where it is missing.
ELSEWHERE: dict[str, dict[str, frozenset[str]]] = {
    "layer": {
        "cornu-preprocessing": frozenset(
            (
                "AugMix AutoContrast CategoryEncoding CenterCrop "
                "ContrastLimitedAdaptiveHistogramEqualization CutMix Discretization "
                "Equalization FeatureSpace HashedCrossing Hashing IntegerLookup "
                "MaxNumBoundingBoxes MixUp Normalization RandAugment RandomBrightness "
                "RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop "
                "RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur "
                "RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective "
                "RandomPosterization RandomRotation RandomSaturation RandomSharpness "
                "RandomShear RandomTranslation RandomWidth RandomZoom Resizing Solarization "
                "StringLookup TextVectorization "
            ).split()
        )
    }
}


def kind_of(name: str) -> Kind:
    """Return the row of a kind, or say which kinds there are.

    Example
    -------
    >>> kind_of("layer").hook
    'cornu_layers'
    """
    try:
        return KINDS[name]
    except KeyError:
        hint = near_matches(name, KINDS)
        raise PluginError(
            f"There is no kind {name!r}; there are {', '.join(KINDS)}. {hint}"
        ) from None
