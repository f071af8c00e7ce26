"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu_layers.regularizers.norms import L1 as L1
from cornu_layers.regularizers.norms import L1L2 as L1L2
from cornu_layers.regularizers.norms import L2 as L2
from cornu_layers.regularizers.orthogonal import OrthogonalRegularizer as OrthogonalRegularizer
