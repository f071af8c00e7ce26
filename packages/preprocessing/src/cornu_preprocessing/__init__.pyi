"""What stands here, each name with its home: editors read this, and so does the module."""

from cornu_preprocessing import bounding_boxes as bounding_boxes
from cornu_preprocessing import datasets as datasets
from cornu_preprocessing import image as image
from cornu_preprocessing import sequence as sequence
from cornu_preprocessing import text as text
from cornu_preprocessing import visualization as visualization
from cornu_preprocessing.audio import audio_dataset_from_directory as audio_dataset_from_directory
from cornu_preprocessing.image import image_dataset_from_directory as image_dataset_from_directory
from cornu_preprocessing.sequence import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)
from cornu_preprocessing.text import text_dataset_from_directory as text_dataset_from_directory
