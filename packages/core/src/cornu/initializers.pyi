"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_layers.initializers.constant import Constant as Constant
from cornu_layers.initializers.variance_scaling import GlorotNormal as GlorotNormal
from cornu_layers.initializers.variance_scaling import GlorotUniform as GlorotUniform
from cornu_layers.initializers.variance_scaling import HeNormal as HeNormal
from cornu_layers.initializers.variance_scaling import HeUniform as HeUniform
from cornu_layers.initializers.constant import Identity as Identity
from cornu.base.initializer import Initializer as Initializer
from cornu_layers.initializers.variance_scaling import LecunNormal as LecunNormal
from cornu_layers.initializers.variance_scaling import LecunUniform as LecunUniform
from cornu_layers.initializers.constant import Ones as Ones
from cornu_layers.initializers.orthogonal import Orthogonal as Orthogonal
from cornu_layers.initializers.distributions import RandomNormal as RandomNormal
from cornu_layers.initializers.distributions import RandomUniform as RandomUniform
from cornu_layers.initializers.stft import STFT as STFT
from cornu_layers.initializers.distributions import TruncatedNormal as TruncatedNormal
from cornu_layers.initializers.variance_scaling import VarianceScaling as VarianceScaling
from cornu_layers.initializers.constant import Zeros as Zeros

IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal
STFTInitializer = STFT
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
normal = RandomNormal
one = Ones
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
stft = STFT
truncated_normal = TruncatedNormal
uniform = RandomUniform
variance_scaling = VarianceScaling
zero = Zeros
zeros = Zeros

def get(identifier: Any) -> Any: ...
def serialize(initializer: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
