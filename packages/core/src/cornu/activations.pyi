"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_layers.activations.smooth import celu as celu
from cornu_layers.activations.smooth import elu as elu
from cornu_layers.activations.smooth import exponential as exponential
from cornu_layers.activations.smooth import gelu as gelu
from cornu_layers.activations.gates import glu as glu
from cornu_layers.activations.rectifiers import hard_shrink as hard_shrink
from cornu_layers.activations.sigmoids import hard_sigmoid as hard_sigmoid
from cornu_layers.activations.smooth import hard_silu as hard_silu
from cornu_layers.activations.sigmoids import hard_tanh as hard_tanh
from cornu_layers.activations.rectifiers import leaky_relu as leaky_relu
from cornu_layers.activations.rectifiers import linear as linear
from cornu_layers.activations.sigmoids import log_sigmoid as log_sigmoid
from cornu_layers.activations.gates import log_softmax as log_softmax
from cornu_layers.activations.smooth import mish as mish
from cornu_layers.activations.rectifiers import relu as relu
from cornu_layers.activations.rectifiers import relu6 as relu6
from cornu_layers.activations.smooth import selu as selu
from cornu_layers.activations.sigmoids import sigmoid as sigmoid
from cornu_layers.activations.smooth import silu as silu
from cornu_layers.activations.rectifiers import soft_shrink as soft_shrink
from cornu_layers.activations.gates import softmax as softmax
from cornu_layers.activations.smooth import softplus as softplus
from cornu_layers.activations.sigmoids import softsign as softsign
from cornu_layers.activations.smooth import sparse_plus as sparse_plus
from cornu_layers.activations.sigmoids import sparse_sigmoid as sparse_sigmoid
from cornu_layers.activations.gates import sparsemax as sparsemax
from cornu_layers.activations.smooth import squareplus as squareplus
from cornu_layers.activations.sigmoids import tanh as tanh
from cornu_layers.activations.rectifiers import tanh_shrink as tanh_shrink
from cornu_layers.activations.rectifiers import threshold as threshold

exp = exponential
hard_swish = hard_silu
swish = silu

def get(identifier: Any) -> Any: ...
def serialize(activation: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
