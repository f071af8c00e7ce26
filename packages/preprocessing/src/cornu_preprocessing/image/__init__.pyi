"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu_preprocessing.image.affine import apply_affine_transform as apply_affine_transform
from cornu_preprocessing.image.array_iterator import NumpyArrayIterator as NumpyArrayIterator
from cornu_preprocessing.image.convert import UnreadableImageError as UnreadableImageError
from cornu_preprocessing.image.convert import array_to_img as array_to_img
from cornu_preprocessing.image.convert import img_to_array as img_to_array
from cornu_preprocessing.image.convert import load_img as load_img
from cornu_preprocessing.image.convert import save_img as save_img
from cornu_preprocessing.image.dataframe_iterator import DataFrameIterator as DataFrameIterator
from cornu_preprocessing.image.dataset import (
    image_dataset_from_directory as image_dataset_from_directory,
)
from cornu_preprocessing.image.directory_iterator import DirectoryIterator as DirectoryIterator
from cornu_preprocessing.image.generator import ImageDataGenerator as ImageDataGenerator
from cornu_preprocessing.image.intensity import apply_brightness_shift as apply_brightness_shift
from cornu_preprocessing.image.intensity import apply_channel_shift as apply_channel_shift
from cornu_preprocessing.image.iterator import Iterator as Iterator
from cornu_preprocessing.image.random_functions import random_brightness as random_brightness
from cornu_preprocessing.image.random_functions import random_channel_shift as random_channel_shift
from cornu_preprocessing.image.random_functions import random_rotation as random_rotation
from cornu_preprocessing.image.random_functions import random_shear as random_shear
from cornu_preprocessing.image.random_functions import random_shift as random_shift
from cornu_preprocessing.image.random_functions import random_zoom as random_zoom
from cornu_preprocessing.image.resizing import smart_resize as smart_resize
