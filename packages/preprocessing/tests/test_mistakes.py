"""Arguments of the wrong kind: the error names the argument and what it must be."""

import numpy as np
import pytest

import cornu
from cornu import layers, utils
from cornu.errors import DataError, ShapeError
from cornu.preprocessing import image, sequence, text
from cornu_preprocessing.dataset import Batches

X = np.zeros((4, 8, 8, 3), "float32")


def fitted(name):
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(["a"])
    return getattr(tokenizer, name)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Batches(3, None, batch_size="32"), "batch_size='32' must be a whole number, 1"),
        (lambda: Batches(3, None, batch_size=0), "batch_size=0 must be .*, or None"),
        (lambda: image.ImageDataGenerator().flow(X, batch_size=0), "batch_size=0 must be"),
        (lambda: image.ImageDataGenerator().flow(None), "x is None; pass pictures as an array"),
        (lambda: image.ImageDataGenerator(rotation_range="20"), "rotation_range='20' must be a"),
        (lambda: image.ImageDataGenerator(validation_split="0.2"), "validation_split='0.2' must"),
        (lambda: image.smart_resize(X, (8, 8, 3)), r"size is height and width"),
        (lambda: sequence.pad_sequences([[1]], maxlen=2.0), "maxlen=2.0 must be a whole number"),
        (lambda: sequence.pad_sequences([[1]], maxlen=-1), "maxlen=-1 must be a whole number, 0"),
        (lambda: sequence.timeseries_dataset_from_array(np.arange(5), None, "3"),
         "sequence_length='3' must be"),
        (lambda: sequence.skipgrams([1, 2], 3, window_size="2"), "window_size='2' must be"),
        (lambda: text.Tokenizer(num_words="100"), "num_words='100' must be"),
        (lambda: text.Tokenizer().fit_on_texts(None), "texts is None, and must be a list"),
        (lambda: fitted("texts_to_sequences")(7), "texts is 7, and must be a list"),
        (lambda: fitted("sequences_to_texts")([1, 2]), r"sequences\[0\] is 1, and must be a list"),
        (lambda: layers.IntegerLookup(vocabulary=["a"]), "vocabulary has 'a'. StringLookup"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "num_oov_indices=-1 must be"),
        (lambda: layers.TextVectorization(max_tokens="9"), "write max_tokens=9"),
        (lambda: layers.TextVectorization(output_sequence_length=-1), "length=-1 must be"),
        (lambda: layers.Hashing("3"), "num_bins must be .* write num_bins=3"),
        (lambda: layers.HashedCrossing(True), "num_bins=True must be"),
        (lambda: layers.Discretization(num_bins=2.5), "num_bins=2.5 must be"),
        (lambda: layers.CategoryEncoding("3"), "num_tokens must be .* write num_tokens=3"),
        (lambda: layers.Resizing(-1, 3), "height=-1 must be"),
        (lambda: layers.CenterCrop(3, None), "width=None must be"),
        (lambda: layers.RandomFlip()({"image": X}), r"the 'images' of a dict; this one has \['im"),
        (lambda: utils.image_dataset_from_directory(".", interpolation=None), "interpolation="),
    ],
)  # fmt: skip
def test_arguments_of_the_wrong_kind(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_a_frame_is_no_dict():
    with pytest.raises(TypeError, match="dataframe is a dict; make a frame of it"):
        image.ImageDataGenerator().flow_from_dataframe({"filename": ["a.png"]})


def test_inputs_of_another_width_than_was_adapted_to():
    layer = layers.Normalization()
    layer.adapt(np.ones((3, 2)))
    with pytest.raises(ShapeError, match=r"shape \(None, 2\), and was called on shape \(3, 4\)"):
        layer(np.ones((3, 4)))
    assert layer(np.ones(2)).shape == (1, 2)  # other ranks broadcast, as in Keras


def test_one_text_in_place_of_many_is_pointed_out():
    with pytest.warns(UserWarning, match=r"each of its characters .* pass \[text\]"):
        text.Tokenizer().fit_on_texts("one text")
    tokenizer = text.Tokenizer(char_level=True)
    tokenizer.fit_on_texts("by character that is what is meant")
    assert tokenizer.texts_to_sequences("at") == [[tokenizer.word_index[c]] for c in "at"]


def test_an_empty_folder_says_what_was_looked_for(tmp_path):
    with pytest.raises(DataError, match=r"has no files whose names end in \.bmp, \.gif"):
        cornu.utils.image_dataset_from_directory(tmp_path, labels=None)
