"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu_keras.compat.keras2.utils import conv_utils as conv_utils
from cornu_keras.compat.keras2.utils import data_utils as data_utils
from cornu_keras.compat.keras2.utils import generic_utils as generic_utils
from cornu_keras.compat.keras2.utils import io_utils as io_utils
from cornu_keras.compat.keras2.utils import layer_utils as layer_utils
from cornu_keras.compat.keras2.utils import losses_utils as losses_utils
from cornu_keras.compat.keras2.utils import metrics_utils as metrics_utils
from cornu_keras.compat.keras2.utils import multi_gpu_utils as multi_gpu_utils
from cornu_keras.compat.keras2.utils import np_utils as np_utils
from cornu_keras.compat.keras2.utils import test_utils as test_utils
from cornu_keras.compat.keras2.utils import vis_utils as vis_utils
from cornu_keras.compat.keras2.utils.data_utils import (
    GeneratorEnqueuer as GeneratorEnqueuer,
)
from cornu_keras.compat.keras2.utils.data_utils import (
    OrderedEnqueuer as OrderedEnqueuer,
)
from cornu_keras.compat.keras2.utils.data_utils import (
    Sequence as Sequence,
)
from cornu_keras.compat.keras2.utils.data_utils import (
    get_file as get_file,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    CustomObjectScope as CustomObjectScope,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    Progbar as Progbar,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    custom_object_scope as custom_object_scope,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    deserialize_keras_object as deserialize_keras_object,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    get_custom_objects as get_custom_objects,
)
from cornu_keras.compat.keras2.utils.generic_utils import (
    serialize_keras_object as serialize_keras_object,
)
from cornu_keras.compat.keras2.utils.io_utils import (
    H5Dict as H5Dict,
)
from cornu_keras.compat.keras2.utils.io_utils import (
    HDF5Matrix as HDF5Matrix,
)
from cornu_keras.compat.keras2.utils.layer_utils import (
    convert_all_kernels_in_model as convert_all_kernels_in_model,
)
from cornu_keras.compat.keras2.utils.layer_utils import (
    get_source_inputs as get_source_inputs,
)
from cornu_keras.compat.keras2.utils.layer_utils import (
    print_summary as print_summary,
)
from cornu_keras.compat.keras2.utils.multi_gpu_utils import (
    multi_gpu_model as multi_gpu_model,
)
from cornu_keras.compat.keras2.utils.np_utils import (
    normalize as normalize,
)
from cornu_keras.compat.keras2.utils.np_utils import (
    to_categorical as to_categorical,
)
from cornu_keras.compat.keras2.utils.vis_utils import (
    model_to_dot as model_to_dot,
)
from cornu_keras.compat.keras2.utils.vis_utils import (
    plot_model as plot_model,
)
