"""Configurations that break a rule."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from tests.saving.hostile import CASES, CONFIG, Hostile, hostile, members, zipped


def changed(data: bytes, change: Callable[[dict], Any]) -> bytes:
    found = members(data)
    config = json.loads(found[CONFIG])
    config = change(config) or config
    return zipped({**found, CONFIG: json.dumps(config)})


def first_layer(config: dict) -> dict:
    """Return the first Dense layer."""
    return next(x for x in config["config"]["layers"] if x["class_name"] == "Dense")


GADGETS = [
    {"module": "os", "class_name": "system", "config": "true", "registered_name": None},
    {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
    {"module": "builtins", "class_name": "exec", "config": {"object": "1"},
     "registered_name": None},
    {"module": "subprocess", "class_name": "Popen", "config": {"args": ["true"]},
     "registered_name": "Popen"},
    {"module": "keras.utils", "class_name": "function", "config": "get_file",
     "registered_name": "get_file"},
    {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}},
    {"class_name": "__typespec__", "config": {"name": "os.system"}},
    {"module": "cornu.saving.model_file", "class_name": "load_model", "config": {"filepath": "/x"},
     "registered_name": None},
    {"module": "keras.callbacks", "class_name": "RemoteMonitor", "config": {},
     "registered_name": None},
    {"module": "numpy", "class_name": "fromfile", "config": {"file": "/etc/passwd"},
     "registered_name": None},
]  # fmt: skip


def _gadgets() -> None:
    def as_model(gadget):
        return lambda data: changed(data, lambda c: {**c, **gadget})

    def as_layer(gadget):
        return lambda data: changed(data, lambda c: first_layer(c).update(gadget))

    def as_argument(key, gadget):
        return lambda data: changed(data, lambda c: first_layer(c)["config"].update({key: gadget}))

    def as_compiled(key, gadget):
        return lambda data: changed(data, lambda c: c["compile_config"].update({key: gadget}))

    places = {
        "model": as_model,
        "layer": as_layer,
        "activation": lambda g: as_argument("activation", g),
        "kernel_initializer": lambda g: as_argument("kernel_initializer", g),
        "kernel_constraint": lambda g: as_argument("kernel_constraint", g),
        "units": lambda g: as_argument("units", g),
        "dtype": lambda g: as_argument("dtype", g),
        "name": lambda g: as_argument("name", g),
        "optimizer": lambda g: as_compiled("optimizer", g),
        "loss": lambda g: as_compiled("loss", g),
        "metrics": lambda g: as_compiled("metrics", [g]),
    }
    rules = ("code", "names", "config", "damaged", "shapes")
    for number, gadget in enumerate(GADGETS):
        for place, make in places.items():
            title = f"keras: gadget {number} ({gadget['class_name']}) as {place}"
            CASES.append(Hostile(title, "keras", make(copy.deepcopy(gadget)), rules))


_gadgets()


@hostile("keras", "code", "config")
def a_lambda_within_wrappers(data):
    inner = {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
             "config": {"name": "l", "function": GADGETS[5]}}  # fmt: skip
    for wrapper in ("TimeDistributed", "TimeDistributed", "Bidirectional"):
        inner = {"module": "keras.layers", "class_name": wrapper, "registered_name": None,
                 "config": {"name": "w", "layer": inner}}  # fmt: skip
    return changed(data, lambda c: c["config"]["layers"].insert(1, inner))


@hostile("keras", "code", "config")
def code_of_keras_2_in_a_lambda(data):
    entry = {
        "class_name": "Lambda",
        "config": {
            "name": "l",
            "function": ["4wEAAAAAAAA=", None, None],
            "function_type": "lambda",
        },
    }
    return changed(data, lambda c: c["config"]["layers"].insert(1, entry))


@hostile("keras", "names", "config", "code")
def a_function_of_the_library_that_changes_it(data):
    entry = {"module": "cornu.ops", "class_name": "FunctionCall", "registered_name": "FunctionCall",
             "config": {"name": "f", "function": "backend.set_floatx"}}  # fmt: skip
    return changed(data, lambda c: c["config"]["layers"].insert(1, entry))


@hostile("keras", "names", "config")
def a_private_function_of_the_library(data):
    entry = {"module": "keras.src.ops.numpy", "class_name": "__builtins__", "registered_name": None,
             "config": {"name": "f"}}  # fmt: skip
    return changed(data, lambda c: c["config"]["layers"].insert(1, entry))


ANY = ("config", "shapes", "size", "damaged", "names")


def _argument(key: str, value: Any, *rules: str) -> None:
    def make(data: bytes) -> bytes:
        return changed(data, lambda c: first_layer(c)["config"].update({key: value}))

    title = f"keras: {key}={str(value)[:40]!r}"
    CASES.append(Hostile(title, "keras", make, rules or ANY))


for units in (20_000_000, 2**31, 2**62, -1, 0, 1.5, "many", None, [3], True):
    _argument("units", units)
_argument("name", "..")
_argument("name", "a/b")
_argument("name", "../../etc/passwd")
_argument("name", "nul\0byte")
_argument("name", "C:")
_argument("name", "")
_argument("name", 7)
_argument("dtype", "object")
_argument("dtype", "V1000000000")
_argument("dtype", {"module": "keras", "class_name": "DTypePolicy", "config": {}})
_argument("kernel_initializer", "os.system")
_argument("activation", "eval")
_argument("activation", "__import__")
_argument("surprise", "an argument that no layer has")
_argument("weights", [[0] * 10], "config", "shapes", "damaged", "")


@hostile("keras", "shapes", "size", "config", "damaged")
def a_huge_input(data):
    return changed(data, lambda c: _set_input(c, [None, 2**40]))


@hostile("keras", "shapes", "size", "config", "damaged")
def a_negative_input(data):
    return changed(data, lambda c: _set_input(c, [None, -4]))


def _set_input(config: dict, shape: list) -> None:
    config["config"]["layers"][0]["config"]["batch_shape"] = shape
    config["config"].pop("build_input_shape", None)
    for layer in config["config"]["layers"]:
        layer.pop("build_config", None)


@hostile("keras", "shapes", "size", "config", "damaged")
def a_huge_embedding(data):
    entry = {"module": "keras.layers", "class_name": "Embedding", "registered_name": None,
             "config": {"name": "e", "input_dim": 10**12, "output_dim": 10**6}}  # fmt: skip
    return changed(data, lambda c: c["config"]["layers"].insert(1, entry))


@hostile("keras", "shapes", "size", "config", "damaged")
def states_of_a_huge_batch(data):
    def change(config):
        _set_input(config, [10**9, 5, 4])
        lstm = {"module": "keras.layers", "class_name": "LSTM", "registered_name": None,
                "config": {"name": "r", "units": 4, "stateful": True}}  # fmt: skip
        config["config"]["layers"].insert(1, lstm)

    return changed(data, change)


@hostile("keras", "shapes", "size", "config", "damaged")
def a_loop_of_a_million_steps(data):
    def change(config):
        _set_input(config, [None, 1_000_000, 4])
        lstm = {"module": "keras.layers", "class_name": "LSTM", "registered_name": None,
                "config": {"name": "r", "units": 4, "unroll": True}}  # fmt: skip
        config["config"]["layers"].insert(1, lstm)

    return changed(data, change)


def _metric(name: str, **config: Any) -> None:
    def make(data: bytes) -> bytes:
        metric = {"module": "keras.metrics", "class_name": name, "config": config,
                  "registered_name": None}  # fmt: skip
        return changed(data, lambda c: c["compile_config"].update(metrics=[metric]))

    CASES.append(Hostile(f"keras: {name}({config})", "keras", make, ("size", "config", "damaged")))


_metric("AUC", num_thresholds=10**9)
_metric("MeanIoU", num_classes=10**6)
_metric("MeanIoU", num_classes=29_999)
_metric("IoU", num_classes=10**5, target_class_ids=[0])
_metric("PrecisionAtRecall", recall=0.5, num_thresholds=10**10)


@hostile("keras", "config", "damaged", "names", "shapes")
def a_model_that_is_a_layer(data):
    return changed(data, lambda c: first_layer(c))


@hostile("keras", "config", "damaged")
def layers_that_are_no_list(data):
    return changed(data, lambda c: c["config"].update(layers={"0": 1}))


@hostile("keras", "config", "damaged")
def a_layer_that_is_no_object(data):
    return changed(data, lambda c: c["config"]["layers"].append("Dense"))


@hostile("keras", "config", "damaged")
def two_layers_of_one_name(data):
    return changed(data, lambda c: c["config"]["layers"].append(copy.deepcopy(first_layer(c))))


def _graph(nodes: Any, outputs: Any = ("b", 0, 0)) -> Callable[[dict], dict]:
    def layer(name: str, inbound: Any) -> dict:
        config = {"name": name, "units": 4}
        return {"module": "keras.layers", "class_name": "Dense", "config": config, "name": name,
                "registered_name": None, "inbound_nodes": inbound}  # fmt: skip

    def change(config: dict) -> dict:
        x = {"module": "keras.layers", "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
             "config": {"name": "x", "batch_shape": [None, 4]},
             "registered_name": None}  # fmt: skip
        inner = {"name": "m", "layers": [x, layer("a", nodes[0]), layer("b", nodes[1])],
                 "input_layers": ["x", 0, 0], "output_layers": list(outputs)}  # fmt: skip
        return {"module": "keras.src.models.functional", "class_name": "Functional",
                "config": inner, "registered_name": "Functional"}  # fmt: skip

    return change


def _tensor(*history: Any) -> list:
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": list(history)}
    tensor = {"class_name": "__keras_tensor__", "config": config}
    return [{"args": [tensor], "kwargs": {}}]


def _call(function: str, node: dict) -> Callable[[bytes], bytes]:
    """A functional model whose second layer is a function between layers."""

    def change(config: dict) -> dict:
        found = _graph([_tensor("x", 0, 0), _tensor("a", 0, 0)])(config)
        found["config"]["layers"][2] = {
            "module": "cornu.ops", "class_name": "FunctionCall", "name": "b",
            "config": {"name": "b", "function": function}, "registered_name": "FunctionCall",
            "inbound_nodes": [node],
        }  # fmt: skip
        return found

    return lambda data: changed(data, change)


_ON_A = _tensor("a", 0, 0)[0]
CASES += [
    Hostile(f"keras: the function {function}", "keras", _call(function, node), rules)
    for function, node, rules in (
        ("backend.set_floatx", _ON_A, ("code",)),
        ("backend.clear_session", _ON_A, ("code",)),
        ("random.set_seed", _ON_A, ("code",)),
        ("ones", {"args": [[10**5, 10**6]], "kwargs": {}}, ("config",)),
        ("arange", {"args": [10**10], "kwargs": {}}, ("config",)),
        (
            "repeat",
            {**_ON_A, "kwargs": {"repeats": 10**14}},
            ("config", "damaged", "shapes", "size"),
        ),
        ("os.system", _ON_A, ("names", "config", "damaged", "code")),
        ("__import__", _ON_A, ("names",)),
    )
]


@hostile("keras", "config", "damaged")
def layers_in_a_circle(data):
    return changed(data, _graph([_tensor("b", 0, 0), _tensor("a", 0, 0)]))


@hostile("keras", "config", "damaged")
def a_layer_that_is_not_there(data):
    return changed(data, _graph([_tensor("x", 0, 0), _tensor("ghost", 0, 0)]))


@hostile("keras", "config", "damaged")
def a_call_that_is_not_there(data):
    return changed(data, _graph([_tensor("x", 0, 0), _tensor("a", 10**12, 0)]))


@hostile("keras", "config", "damaged")
def an_output_that_is_not_there(data):
    return changed(data, _graph([_tensor("x", 0, 0), _tensor("a", 0, 10**12)]))


@hostile("keras", "config", "damaged")
def an_output_before_the_first(data):
    return changed(data, _graph([_tensor("x", 0, 0), _tensor("a", 0, -5)]))


@hostile("keras", "config", "damaged")
def a_place_that_is_no_number(data):
    return changed(data, _graph([_tensor("x", 0, 0), _tensor("a", "0", None)]))
