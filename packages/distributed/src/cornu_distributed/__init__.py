"""Training on many processes: one Allreduce per step, in the program, in a fixed order.

`cornu.distribution` has the names of `keras.distribution`, `cornu_distributed.horovod` those of
Horovod.
"""

from cornu_distributed.errors import RanksDifferError
from cornu_distributed.predicting import predict
from cornu_distributed.world import World, the_world

__all__ = ["RanksDifferError", "World", "predict", "the_world"]
