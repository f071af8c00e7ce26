"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu_optim.callbacks.step_folders import CheckpointManager as CheckpointManager
from cornu_preprocessing.feature_space import FeatureSpace as FeatureSpace
from cornu_keras.utilities.enqueuers import GeneratorEnqueuer as GeneratorEnqueuer
from cornu_keras.utilities.hdf5 import HDF5Matrix as HDF5Matrix
from cornu_keras.files.file_editor import KerasFileEditor as KerasFileEditor
from cornu_keras.utilities.enqueuers import OrderedEnqueuer as OrderedEnqueuer
from cornu_optim.callbacks.progbar import Progbar as Progbar
from cornu_preprocessing.image.convert import array_to_img as array_to_img
from cornu_preprocessing.audio import audio_dataset_from_directory as audio_dataset_from_directory
from cornu_preprocessing import bounding_boxes as bounding_boxes
from cornu_keras.backend.phases import clear_session as clear_session
from cornu_preprocessing.files.cache import get_file as get_file
from cornu_preprocessing.image.dataset import image_dataset_from_directory as image_dataset_from_directory
from cornu_preprocessing.image.convert import img_to_array as img_to_array
from cornu_preprocessing.image.convert import load_img as load_img
from cornu_keras.showing.plotting import model_to_dot as model_to_dot
from cornu_keras.utilities.arrays import normalize as normalize
from cornu_preprocessing.sequence.padding import pad_sequences as pad_sequences
from cornu_keras.showing.curves import plot_history as plot_history
from cornu_keras.showing.plotting import plot_model as plot_model
from cornu_keras.utilities.summary import print_summary as print_summary
from cornu_preprocessing.image.convert import save_img as save_img
from cornu_preprocessing.splitting import split_dataset as split_dataset
from cornu_keras.backend.dtypes import standardize_dtype as standardize_dtype
from cornu_preprocessing.text.directory import text_dataset_from_directory as text_dataset_from_directory
from cornu_preprocessing.sequence.timeseries import timeseries_dataset_from_array as timeseries_dataset_from_array
from cornu_keras.utilities.arrays import to_categorical as to_categorical

from cornu.utils import conv_utils as conv_utils
from cornu.utils import data_utils as data_utils
from cornu.utils import generic_utils as generic_utils
from cornu.utils import io_utils as io_utils
from cornu.utils import layer_utils as layer_utils
from cornu.utils import np_utils as np_utils
from cornu.utils import vis_utils as vis_utils
