"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu_layers.constraints.norms import MaxNorm as MaxNorm
from cornu_layers.constraints.norms import MinMaxNorm as MinMaxNorm
from cornu_layers.constraints.norms import UnitNorm as UnitNorm
from cornu_layers.constraints.sign import NonNeg as NonNeg
