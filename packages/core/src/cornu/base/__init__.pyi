"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu.base.callback import Callback as Callback
from cornu.base.constraint import Constraint as Constraint
from cornu.base.host_layer import HostLayer as HostLayer
from cornu.base.initializer import Initializer as Initializer
from cornu.base.layer import InputSpec as InputSpec
from cornu.base.layer import KerasTensor as KerasTensor
from cornu.base.layer import Layer as Layer
from cornu.base.loss import Loss as Loss
from cornu.base.metric import Metric as Metric
from cornu.base.optimizer import Optimizer as Optimizer
from cornu.base.regularizer import Regularizer as Regularizer
from cornu_engine.backend import Availability as Availability
from cornu_engine.backend import Backend as Backend
from cornu_engine.backend import Executable as Executable
