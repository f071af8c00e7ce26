"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu.base.layer.dtype_policy import DTypePolicy as DTypePolicy
from cornu.base.layer.dtype_policy import dtype_policy as dtype_policy
from cornu.base.layer.dtype_policy import set_dtype_policy as set_dtype_policy
from cornu.optimizers import LossScaleOptimizer as LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
