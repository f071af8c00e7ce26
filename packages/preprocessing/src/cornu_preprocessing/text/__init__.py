"""Texts: words, tokens, word indices, matrices of counts, and directories of text files.

>>> from cornu.preprocessing.text import Tokenizer
>>> tokenizer = Tokenizer()
>>> tokenizer.fit_on_texts(["The cat sat.", "The cat ran!"])
>>> tokenizer.texts_to_sequences(["the cat"])
[[1, 2]]
"""

from cornu_preprocessing.text.directory import text_dataset_from_directory
from cornu_preprocessing.text.tokenizer import Tokenizer, tokenizer_from_json
from cornu_preprocessing.text.words import hashing_trick, one_hot, text_to_word_sequence

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_dataset_from_directory",
    "text_to_word_sequence",
    "tokenizer_from_json",
]
