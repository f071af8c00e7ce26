"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu.base.layer import KerasTensor as KerasTensor
from cornu.models.cloning import clone_model as clone_model
from cornu.models.function import Function as Function
from cornu.models.input_layer import Input as Input
from cornu.models.input_layer import InputLayer as InputLayer
from cornu.models.model import Functional as Functional
from cornu.models.model import Model as Model
from cornu.models.sequential import Sequential as Sequential
from cornu.saving.model_file import load_model as load_model
from cornu.saving.model_file import save_model as save_model
from cornu.saving.text import model_from_config as model_from_config
from cornu.saving.text import model_from_json as model_from_json
from cornu.saving.text import model_from_yaml as model_from_yaml
