"""What Keras 2 has of its own: names that Cornu has no part for, and meanings of classes."""

from __future__ import annotations

from cornu_keras.files.dialect import HARD_SIGMOID

_PACKAGE = "cornu_keras.compat.keras2"
_HERE = f"{_PACKAGE}.meanings"

# Models whose layers Keras 3 calls otherwise. The module `resnet` had a ResNet50 of its own.
_NAMED_OTHERWISE = {
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "inception_resnet_v2": "InceptionResNetV2",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "nasnet": "NASNetLarge NASNetMobile",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet50": "ResNet50",
    "resnet_v2": "ResNet50V2 ResNet101V2 ResNet152V2",
}

# Name -> where it is; see `Dialect`.
OWN: dict[str, str] = {
    "activations.hard_sigmoid": f"object {HARD_SIGMOID}",
    "activations.get": f"{_HERE}.activations:get",
    "activations.serialize": f"{_HERE}.activations:serialize",
    "activations.softmax": f"{_HERE}.activations:softmax",
    "layers.AtrousConvolution1D": "renamed Conv1D atrous_rate=dilation_rate",
    "layers.AtrousConvolution2D": "renamed Conv2D atrous_rate=dilation_rate",
    "engine.Container": "cornu.models:Model",
    "engine.Network": "cornu.models:Model",
    "engine.Node": f"{_HERE}.graph:Node",
    "engine.get_source_inputs": f"{_HERE}.graph:get_source_inputs",
    "initializers._compute_fans": f"{_HERE}.initializers:_compute_fans",
    "layers.AtrousConv1D": "renamed Conv1D atrous_rate=dilation_rate",
    "layers.AtrousConv2D": "renamed Conv2D atrous_rate=dilation_rate",
    "layers.Convolution2DTranspose": "same Conv2DTranspose",
    "layers.Deconv2D": "same Conv2DTranspose",
    "layers.Deconv3D": "same Conv3DTranspose",
    "layers.SeparableConvolution1D": "same SeparableConv1D",
    "layers.SeparableConvolution2D": "same SeparableConv2D",
    "layers.Merge": f"{_HERE}.merging:Merge",
    "layers._Merge": f"{_HERE}.merging:_Merge",
    "layers.merge": f"{_HERE}.merging:merge",
    **{
        f"layers.{name.lower()}": f"call {name}"
        for name in "Add Subtract Multiply Average Maximum Minimum Concatenate Dot".split()
    },
    **{
        f"{module}Input": f"{_PACKAGE}.inputs:Input"
        for module in (".", "engine.", "layers.", "models.")
    },
    "legacy.interfaces.*": f"{_HERE}.interfaces:*",
    **{
        f"models.{name}": f"{_PACKAGE}.saving:{name}"
        for name in (
            "load_model",
            "model_from_config",
            "model_from_json",
            "model_from_yaml",
            "save_model",
        )
    },
    "optimizers.deserialize": f"{_HERE}.optimizers:deserialize",
    "optimizers.serialize": f"{_HERE}.optimizers:serialize",
    **{
        f"{module}.binary_crossentropy": f"{_HERE}.losses:binary_crossentropy"
        for module in ("losses", "metrics")
    },
    **{
        f"metrics.{name}": f"{_HERE}.metrics:{name}"
        for name in ("binary_accuracy", "serialize", "sparse_categorical_accuracy")
    },
    "models.clone_model": f"{_PACKAGE}.inputs:clone_model",
    "preprocessing.sequence._remove_long_seq": f"{_PACKAGE}.utils.data_utils:_remove_long_seq",
    "optimizers.TFOptimizer": f"{_HERE}.graph:TFOptimizer",
    **{
        f"applications.{home}{name}": f"{_HERE}.applications:{family}.{name}"
        for family, names in _NAMED_OTHERWISE.items()
        for name in names.split()
        for home in (f"{family}.", *([""] if f"{family}.{name}" != "resnet.ResNet50" else []))
    },
}

# Base class, and what stands before it in the dialect; the foremost first.
MEANINGS: list[tuple[str, str]] = [
    ("StackedRNNCells", f"{_HERE}.recurrent:FlatStates"),
    ("BatchNormalization", f"{_HERE}.normalization:FrozenByUpdates"),
    ("SeededInitializer", f"{_HERE}.initializers:DrawsAnew"),
    ("Adagrad", f"{_HERE}.optimizers:FromZero"),
    ("Optimizer", f"{_HERE}.optimizers:OldWords"),
    ("EarlyStopping", f"{_HERE}.callbacks:StopsByBaseline"),
    ("ReduceLROnPlateau", f"{_HERE}.callbacks:RenamedDelta"),
    ("ReduceLROnPlateau", f"{_HERE}.callbacks:RateAsLr"),
    ("LearningRateScheduler", f"{_HERE}.callbacks:RateAsLr"),
    ("TimeDistributed", f"{_HERE}.masks:MaskOfSteps"),
    ("Concatenate", f"{_HERE}.masks:EveryInput"),
    ("Callback", f"{_HERE}.callbacks:SaysBatches"),
    ("Lambda", f"{_HERE}.lenient:NoCast"),
    ("SensitivityAtSpecificity", f"{_HERE}.metrics:NearestPoint"),
    ("SpecificityAtSensitivity", f"{_HERE}.metrics:NearestPoint"),
    ("MeanIoU", f"{_HERE}.metrics:CountsInFloats"),
    ("Metric", f"{_HERE}.metrics:OfSymbols"),
    ("BinaryCrossentropy", f"{_HERE}.losses:AddsEpsilon"),
    ("Metric", f"{_HERE}.lenient:Stateful"),
    ("Bidirectional", f"{_HERE}.recurrent:Constants"),
    ("RNN", f"{_HERE}.recurrent:OldStates"),
    *((cell, f"{_HERE}.recurrent:IdentityOfEachGate") for cell in ("LSTMCell", "GRUCell")),
    ("BaseCropping", f"{_HERE}.lenient:MayLeaveNothing"),
    ("BaseKernels", f"{_HERE}.lenient:SaidWhenBuilt"),
    *(
        (base, f"{_HERE}.lenient:WithoutKernel")
        for base in ("BaseDepthwiseConv", "BaseSeparableConv")
    ),
    ("LeakyReLU", f"{_HERE}.lenient:AnySlope"),
    ("Dropout", f"{_HERE}.lenient:ClippedRate"),
    ("Model", f"{_HERE}.collected:CollectedWeights"),
    ("Model", f"{_PACKAGE}.training:Training"),
    ("Model", f"{_HERE}.optimizers:TakesShared"),
    ("Model", f"{_HERE}.lenient:TakesNaN"),
    ("Model", f"{_HERE}.model:ModelMeanings"),
    ("Sequential", f"{_HERE}.model:SequentialMeanings"),
    ("Layer", f"{_HERE}.layer:LayerMeanings"),
]

OLD_NAMES = f"{_HERE}.old_names:as_keras2"

# What old layers import from the modules of Keras that had imported it themselves.
AROUND: dict[str, str] = {
    "K": "backend",
    **{
        name: name
        for name in "activations constraints initializers losses optimizers regularizers".split()
    },
    **{
        name: f"utils.{name}"
        for name in "conv_utils generic_utils losses_utils metrics_utils".split()
    },
    **{
        name: f"utils.generic_utils:{name}"
        for name in (
            "deserialize_keras_object func_dump func_load has_arg is_all_none object_list_uid "
            "serialize_keras_object slice_arrays to_list transpose_shape unpack_singleton"
        ).split()
    },
    "Progbar": "utils:Progbar",
    "count_params": "utils.layer_utils:count_params",
    "interfaces": "legacy.interfaces",
    "metrics_module": "metrics",
    "Layer": "layers:Layer",
    "Node": "engine:Node",
}
