"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu_layers.initializers.constant import Constant as Constant
from cornu_layers.initializers.constant import Identity as Identity
from cornu_layers.initializers.constant import Ones as Ones
from cornu_layers.initializers.constant import Zeros as Zeros
from cornu_layers.initializers.distributions import RandomNormal as RandomNormal
from cornu_layers.initializers.distributions import RandomUniform as RandomUniform
from cornu_layers.initializers.distributions import TruncatedNormal as TruncatedNormal
from cornu_layers.initializers.orthogonal import Orthogonal as Orthogonal
from cornu_layers.initializers.stft import STFT as STFT
from cornu_layers.initializers.variance_scaling import GlorotNormal as GlorotNormal
from cornu_layers.initializers.variance_scaling import GlorotUniform as GlorotUniform
from cornu_layers.initializers.variance_scaling import HeNormal as HeNormal
from cornu_layers.initializers.variance_scaling import HeUniform as HeUniform
from cornu_layers.initializers.variance_scaling import LecunNormal as LecunNormal
from cornu_layers.initializers.variance_scaling import LecunUniform as LecunUniform
from cornu_layers.initializers.variance_scaling import VarianceScaling as VarianceScaling
