"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu.configuration.objects import deserialize_keras_object as deserialize_keras_object
from cornu.configuration.objects import serialize_keras_object as serialize_keras_object
from cornu.plugins.custom_objects import CustomObjectScope as CustomObjectScope
from cornu.plugins.custom_objects import custom_object_scope as custom_object_scope
from cornu.plugins.custom_objects import get_custom_objects as get_custom_objects
from cornu.plugins.custom_objects import get_registered_name as get_registered_name
from cornu.plugins.custom_objects import get_registered_object as get_registered_object
from cornu.plugins.custom_objects import register_keras_serializable as register_keras_serializable
from cornu.saving.model_file import load_model as load_model
from cornu.saving.model_file import save_model as save_model
from cornu.saving.weights import load_weights as load_weights
from cornu.saving.weights import save_weights as save_weights
from cornu.utils import KerasFileEditor as KerasFileEditor
