"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu.config import disable_interactive_logging as disable_interactive_logging
from cornu.config import enable_interactive_logging as enable_interactive_logging
from cornu.config import is_interactive_logging_enabled as is_interactive_logging_enabled
from cornu.configuration.objects import deserialize_keras_object as deserialize_keras_object
from cornu.configuration.objects import serialize_keras_object as serialize_keras_object
from cornu.plugins.custom_objects import CustomObjectScope as CustomObjectScope
from cornu.plugins.custom_objects import custom_object_scope as custom_object_scope
from cornu.plugins.custom_objects import get_custom_objects as get_custom_objects
from cornu.plugins.custom_objects import get_registered_name as get_registered_name
from cornu.plugins.custom_objects import get_registered_object as get_registered_object
from cornu.plugins.custom_objects import register_keras_serializable as register_keras_serializable
from cornu.utils._brought import *
from cornu.utils.seeding import set_random_seed as set_random_seed
from cornu_data.dataset import PyDataset as PyDataset
from cornu_data.stored.tables import columns as columns
from cornu_data.symbolic.graph import get_source_inputs as get_source_inputs
from cornu_data.symbolic.keras_tensor import is_keras_tensor as is_keras_tensor
from cornu_data.unpack import pack_x_y_sample_weight as pack_x_y_sample_weight
from cornu_data.unpack import unpack_x_y_sample_weight as unpack_x_y_sample_weight

Sequence = PyDataset
