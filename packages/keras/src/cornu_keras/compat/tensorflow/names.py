"""What stands in which module of TensorFlow, and what to do where Cornu has nothing."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from operator import attrgetter
from types import ModuleType
from typing import Any

from cornu_engine.errors import near_matches
from cornu_keras.compat.modules import Same
from cornu_keras.compat.tensorflow.kinds import DTYPES
from cornu_keras.compat.tensorflow.renamed import RENAMED
from cornu_keras.compat.tensorflow.rows import functions

__all__ = ["attribute", "listed", "make_modules"]

_HERE = "cornu_keras.compat.tensorflow"
_SET_NOTHING = """enable_op_determinism enable_tensor_float_32_execution reset_memory_stats
set_memory_growth set_synchronous_execution set_virtual_device_configuration
set_visible_devices""".split()
_EAGER = "disable_eager_execution enable_eager_execution enable_resource_variables".split()
_INITIALIZE = """global_variables_initializer initialize_all_variables
initialize_local_variables local_variables_initializer tables_initializer""".split()
_DTYPES = {name: f"kinds:DTYPES[{name}]" for name in DTYPES}

# Name -> where it is, below this package or in another one.
OBJECTS: dict[str, dict[str, str]] = {
    "": {
        "DType": "kinds:DType",
        "TensorShape": "kinds:TensorShape",
        "as_dtype": "kinds:as_dtype",
        "Tensor": "values:Tensor",
        "cast": "values:cast",
        "constant": "values:constant",
        "convert_to_tensor": "values:convert_to_tensor",
        "is_tensor": "values:is_tensor",
        "Module": "variables:Module",
        "Variable": "variables:Variable",
        "name_scope": "scopes:name_scope",
        **{
            name: f"scopes:{name}" for name in "AUTO_REUSE VariableScope get_variable_scope".split()
        },
        "get_variable": "named_variables:get_variable",
        **{
            name: f"graphs:{name}"
            for name in (
                "Graph GraphKeys Operation add_to_collection assign assign_add assign_sub "
                "get_collection get_default_graph group placeholder placeholder_with_default "
                "reset_default_graph trainable_variables"
            ).split()
        },
        "all_variables": "graphs:variables",
        "global_variables": "graphs:variables",
        "variables_initializer": "graphs:initializer",
        **dict.fromkeys(_INITIALIZE, "graphs:initialize"),
        **{
            name: f"sessions:{name}"
            for name in (
                "ConfigProto GPUOptions InteractiveSession OptimizerOptions RunMetadata RunOptions "
                "Session get_default_session"
            ).split()
        },
        "Print": "odds:print_and_return",
        **dict.fromkeys(_EAGER, "odds:no_op"),
        "py_func": "odds:numpy_function",
        **{
            name: f"examples:{name}"
            for name in (
                "FixedLenFeature FixedLenSequenceFeature VarLenFeature parse_example "
                "parse_single_example parse_tensor serialize_tensor"
            ).split()
        },
        "decode_raw": "io:decode_raw",
        "Summary": "old_summary:Summary",
        "GradientTape": "tape:GradientTape",
        "UnconnectedGradients": "tape:UnconnectedGradients",
        "custom_gradient": "cornu.ops:custom_gradient",
        "recompute_grad": "odds:unchanged",
        "init_scope": "odds:context",
        "Assert": "checks:Assert",
        "IndexedSlices": "odds:IndexedSlices",
        "RaggedTensor": "rows_of_lengths:Ragged",
        "RaggedTensorSpec": "cornu:KerasTensor",
        "SparseTensor": "sparse:SparseTensor",
        "TensorArray": "tensor_array:TensorArray",
        "VariableAggregation": "odds:VariableAggregation",
        "VariableSynchronization": "odds:VariableSynchronization",
        "assert_equal": "checks:assert_equal",
        "assert_greater": "checks:assert_greater",
        "assert_less": "checks:assert_less",
        "assert_rank": "checks:assert_rank",
        "as_string": "strings:as_string",
        "gradients": "tape:gradients",
        "hessians": "tape:hessians",
        "grad_pass_through": "odds:grad_pass_through",
        "timestamp": "odds:timestamp",
        "is_symbolic_tensor": "odds:is_symbolic_tensor",
        "inside_function": "odds:inside_function",
        "variable_scope": "scopes:variable_scope",
        "get_logger": "odds:get_logger",
        "truncated_normal_initializer": "cornu.compat.tfkeras.initializers:TruncatedNormal",
        "glorot_uniform_initializer": "cornu.compat.tfkeras.initializers:GlorotUniform",
        "function": "functions:function",
        "executing_eagerly": "functions:executing_eagerly",
        "TensorSpec": "cornu:KerasTensor",
        "print": "odds:print_",
        "py_function": "odds:py_function",
        "numpy_function": "odds:numpy_function",
        "no_op": "odds:no_op",
        "control_dependencies": "odds:context",
        "device": "odds:context",
        "zeros_initializer": "cornu.compat.tfkeras.initializers:Zeros",
        "ones_initializer": "cornu.compat.tfkeras.initializers:Ones",
        "constant_initializer": "cornu.compat.tfkeras.initializers:Constant",
        "random_normal_initializer": "cornu.compat.tfkeras.initializers:RandomNormal",
        "random_uniform_initializer": "cornu.compat.tfkeras.initializers:RandomUniform",
    },
    "python_io": {
        name: f"records:{name}"
        for name in ("TFRecordOptions", "TFRecordWriter", "tf_record_iterator")
    },
    "autodiff": {"GradientTape": "tape:GradientTape"},
    "autograph.experimental": {"do_not_convert": "odds:unchanged"},
    "config": {
        "run_functions_eagerly": "functions:run_functions_eagerly",
        "get_visible_devices": "odds:list_physical_devices",
        "set_visible_devices": "odds:no_op",
        "set_soft_device_placement": "odds:no_op",
        "list_physical_devices": "odds:list_physical_devices",
        "list_logical_devices": "odds:list_physical_devices",
        "PhysicalDevice": "odds:PhysicalDevice",
        "LogicalDevice": "odds:PhysicalDevice",
        "LogicalDeviceConfiguration": "odds:Settings",
        "set_logical_device_configuration": "odds:no_op",
        "functions_run_eagerly": "functions:functions_run_eagerly",
        "experimental_run_functions_eagerly": "functions:run_functions_eagerly",
        "experimental_functions_run_eagerly": "functions:functions_run_eagerly",
    },
    "config.experimental": {
        "list_physical_devices": "odds:list_physical_devices",
        "list_logical_devices": "odds:list_physical_devices",
        "get_visible_devices": "odds:list_physical_devices",
        "get_device_details": "odds:no_details",
        "get_memory_info": "odds:no_details",
        "get_memory_growth": "odds:no",
        "tensor_float_32_execution_enabled": "odds:no",
        "VirtualDeviceConfiguration": "odds:Settings",
        **dict.fromkeys(_SET_NOTHING, "odds:no_op"),
    },
    "config.threading": {
        "set_inter_op_parallelism_threads": "odds:no_op",
        "set_intra_op_parallelism_threads": "odds:no_op",
    },
    "test": {
        "is_gpu_available": "odds:no",
        "is_built_with_cuda": "odds:no",
        "gpu_device_name": "odds:nameless",
    },
    "debugging": {
        **{
            name: f"checks:{name}"
            for name in (
                "Assert assert_all_finite assert_equal assert_greater assert_greater_equal "
                "assert_integer assert_less assert_less_equal assert_near assert_negative "
                "assert_non_negative assert_non_positive assert_none_equal assert_positive "
                "assert_rank assert_rank_at_least assert_rank_in assert_scalar assert_shapes "
                "assert_type check_numerics is_numeric_tensor"
            ).split()
        },
        "disable_check_numerics": "odds:no_op",
        "disable_traceback_filtering": "odds:no_op",
        "enable_traceback_filtering": "odds:no_op",
        "enable_check_numerics": "odds:no_op",
        "set_log_device_placement": "odds:no_op",
    },
    "errors": {
        "InvalidArgumentError": "checks:InvalidArgumentError",
        "NotFoundError": "checks:NotFoundError",
        **{
            f"{name}Error": f"checks:{name}Error"
            for name in (
                "Aborted AlreadyExists Cancelled DataLoss DeadlineExceeded FailedPrecondition "
                "Internal Op OutOfRange PermissionDenied Unavailable Unimplemented Unknown"
            ).split()
        },
        "ResourceExhaustedError": "builtins:MemoryError",
    },
    "random": {
        "Algorithm": "tables.chance:Algorithm",
        "Generator": "tables.chance:Generator",
        "get_global_generator": "tables.chance:get_global_generator",
        "set_global_generator": "tables.chance:set_global_generator",
    },
    "random.experimental": {
        "Algorithm": "tables.chance:Algorithm",
        "Generator": "tables.chance:Generator",
        "get_global_generator": "tables.chance:get_global_generator",
        "set_global_generator": "tables.chance:set_global_generator",
    },
    "profiler.experimental": dict.fromkeys(("client", "server", "start", "stop"), "odds:no_op"),
    "types.experimental": {"TensorLike": "values:Tensor"},
    "sysconfig": {"get_build_info": "odds:build_info"},
    "config.optimizer": {
        "set_jit": "odds:no_op",
        "get_jit": "odds:nameless",
        "set_experimental_options": "odds:no_op",
        "get_experimental_options": "odds:no_details",
    },
    "dtypes": {"DType": "kinds:DType", "as_dtype": "kinds:as_dtype", "cast": "values:cast"},
    "nest": {
        "flatten": "cornu.tree:flatten",
        "map_structure": "cornu.tree:map_structure",
        "pack_sequence_as": "cornu.tree:pack_sequence_as",
        "assert_same_structure": "cornu.tree:assert_same_structure",
        "is_nested": "cornu.tree:is_nested",
    },
    "version": {"VERSION": "odds:VERSION"},
    "logging": {
        "set_verbosity": "odds:no_op",
        **{name: f"odds:{name}" for name in "DEBUG ERROR FATAL INFO WARN".split()},
        **{
            name: f"odds:LOGGER.{name}"
            for name in "debug error fatal info log warn warning".split()
        },
    },
    "app": {"run": "command_flags:run"},
}
OBJECTS[""].update(_DTYPES)
OBJECTS["dtypes"].update(_DTYPES)

# Modules that are other ones: of Cornu, or files of this package.
SAME = {
    "keras": "cornu.compat.tfkeras",
    "losses": "cornu.compat.tfkeras.losses",
    "metrics": "cornu.compat.tfkeras.metrics",
    "optimizers": "cornu.compat.tfkeras.optimizers",
    "initializers": "cornu.compat.tfkeras.initializers",
    **{
        name: f"{_HERE}.{name}"
        for name in (
            "data distribute image io lookup ragged saved_model sparse strings summary train"
        ).split()
    },
}

ABSENT = {
    "estimator": "a model with fit, or cornu.wrappers.scikit_learn",
    "lite": "model.export('model.onnx')",
    "feature_column": "the preprocessing layers and FeatureSpace",
    "tpu": "there is none",
    "xla": "every step is compiled",
    "quantization": "there is none",
}


def attribute(package: str, module: str, name: str) -> Any:
    """Return what a name of a module stands for.

    Raises
    ------
    AttributeError
        For a name that is not there; it says what to use instead.
    """
    found = _find(module, name)
    if found is None:
        path = f"{module}.{name}".lstrip(".")
        raise AttributeError(f"tensorflow has no {path} here. {_hint(module, name)}".rstrip())
    setattr(sys.modules[f"{package}.{module}".rstrip(".")], name, found)
    return found


def listed(module: str) -> list[str]:
    """Return the names of a module."""
    names = {*functions().get(module, ()), *OBJECTS.get(module, ()), *_below(module)}
    return sorted(names)


class Finder:
    """A meta-path finder of modules that are other ones: `tf.keras` and all below it."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """Return a spec for such a module, None for any other."""
        if not name.startswith(f"{_HERE}."):
            return None
        first, _, rest = name[len(_HERE) + 1 :].partition(".")
        real = f"{SAME[first]}.{rest}".rstrip(".") if first in SAME else name
        return None if real == name else ModuleSpec(name, Same(real), is_package=True)  # type: ignore[arg-type]


def make_modules(package: str) -> None:
    """Put TensorFlow's modules where they are imported from; each finds its names when asked."""
    sys.meta_path.append(Finder())
    for path in _modules():
        full = f"{package}.{path}"
        module = ModuleType(full, f"TensorFlow's `tf.{path}`.")
        module.__path__ = []
        module.__getattr__ = lambda name, path=path: attribute(package, path, name)  # type: ignore[method-assign,misc]
        module.__dir__ = lambda path=path: listed(path)  # type: ignore[method-assign,misc]
        sys.modules[full] = module


def _modules() -> set[str]:
    paths = [p.split(".") for p in {*OBJECTS, *functions()}]
    return {".".join(path[:i]) for path in paths for i in range(1, len(path) + 1)} - {""}


def _below(module: str) -> set[str]:
    prefix = f"{module}." if module else ""
    paths = {*_modules(), *SAME, "compat"}
    return {p[len(prefix) :].split(".")[0] for p in paths if p.startswith(prefix) and p != module}


def _find(module: str, name: str) -> Any:
    path = f"{module}.{name}".lstrip(".")
    reference = OBJECTS.get(module, {}).get(name)
    if reference is not None:
        return _load(reference)
    function = functions().get(module, {}).get(name)
    if function is not None:
        return function
    if path in SAME:
        return import_module(SAME[path])
    if path in _modules():
        return sys.modules[f"{_HERE}.{path}"]
    if path in RENAMED:
        return _named(RENAMED[path])
    if path in ("flags", "app.flags"):
        return import_module(f"{_HERE}.command_flags").module()
    if path == "compat":
        return import_module(f"{_HERE}.old")
    return None


def _named(path: str) -> Any:
    """Return what a dotted path in `tf` stands for."""
    found: Any = sys.modules[_HERE]
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    if name.startswith("DTYPES["):
        return DTYPES[name[7:-1]]
    home = module if module.split(".")[0] in ("cornu", "builtins") else f"{_HERE}.{module}"
    return attrgetter(name)(import_module(home))


def _hint(module: str, name: str) -> str:
    instead = ABSENT.get(name if not module else module.split(".")[0])
    if instead is not None:
        return f"Here: {instead}."
    return near_matches(name, listed(module))
