"""What tf.keras has of its own: names that Cornu has no part for, and meanings of classes."""

from __future__ import annotations

_KERAS2 = "cornu_keras.compat.keras2"
_HERE = "cornu_keras.compat.tfkeras"

# Name -> where it is; see `Dialect`.
OWN: dict[str, str] = {
    "callbacks.experimental.BackupAndRestore": "cornu.callbacks:BackupAndRestore",
    **{
        f"experimental.{name}": f"cornu.optimizers.schedules:{name}"
        for name in ("CosineDecay", "CosineDecayRestarts")
    },
    **{f"{home}.Input": f"{_HERE}.meanings.inputs:Input" for home in ("", "layers", "engine")},
    "layers.AbstractRNNCell": "cornu.layers:Layer",  # what makes a cell is what it has
    "layers.experimental.SyncBatchNormalization": "cornu.layers:BatchNormalization",
    **{
        f"optimizers.experimental.{name}": f"cornu.optimizers:{name}"
        for name in (
            "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Nadam Optimizer RMSprop SGD".split()
        )
    },
    **{
        f"{module}.{kind}": f"{_HERE}.meanings.data_sets:{kind}"
        for module in ("utils", "preprocessing", "preprocessing.image", "preprocessing.text")
        for kind in (
            "audio_dataset_from_directory image_dataset_from_directory "
            "text_dataset_from_directory timeseries_dataset_from_array"
        ).split()
    },
    "metrics.MeanRelativeError": f"{_HERE}.meanings.bygone:MeanRelativeError",
    "constraints.RadialConstraint": f"{_HERE}.meanings.bygone:RadialConstraint",
    "constraints.radial_constraint": f"{_HERE}.meanings.bygone:RadialConstraint",
    "utils.SequenceEnqueuer": "cornu.utils:OrderedEnqueuer",
    **{
        f"utils.{name}": f"{_HERE}.meanings.utilities:{name}"
        for name in ("TimedThread", "to_ordinal", "warmstart_embedding_matrix")
    },
    "utils.get_file": f"{_KERAS2}.utils.data_utils:get_file",
}

# Base class, and what stands before it in the dialect; the foremost first.
MEANINGS: list[tuple[str, str]] = [
    *(
        (base, f"{_KERAS2}.meanings.lenient:WithoutKernel")
        for base in ("BaseDepthwiseConv", "BaseSeparableConv")
    ),
    ("Layer", f"{_HERE}.meanings.layer:SpeaksTensors"),
    ("Layer", f"{_KERAS2}.meanings.weights:NamedWeights"),
    ("Model", f"{_HERE}.meanings.checkpoints:CheckpointsAsFiles"),
    ("Optimizer", f"{_KERAS2}.meanings.optimizers:Shared"),
    ("Model", f"{_KERAS2}.meanings.optimizers:TakesShared"),
    ("Model", f"{_KERAS2}.meanings.lenient:TakesNaN"),
    ("Optimizer", f"{_HERE}.meanings.results:Minimizes"),
    ("Loss", f"{_HERE}.meanings.results:CallsGiveTensors"),
    ("Metric", f"{_HERE}.meanings.results:ResultsAreTensors"),
    ("Model", f"{_KERAS2}.meanings.collected:CollectedQuietly"),
    ("Embedding", f"{_HERE}.meanings.layer:AnyLength"),
    ("InputLayer", f"{_HERE}.meanings.inputs:Numbered"),
    ("Sequential", f"{_KERAS2}.meanings.model:EntersByFirst"),
    ("ModelCheckpoint", f"{_HERE}.meanings.checkpoints:AnyName"),
]

# What old layers import from the modules of Keras that had imported it themselves.
AROUND: dict[str, str] = {
    "K": "backend",
    "backend": "backend",
    **{
        name: name
        for name in "activations constraints initializers losses optimizers regularizers".split()
    },
    "Layer": "layers:Layer",
}
