"""Texts: the results of keras_preprocessing 1.1.2 (Keras 2.3.1); errors name the item."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cornu.errors import DataError
from cornu_preprocessing import text

RECORDED = json.loads(
    (Path(__file__).parent / "recorded" / "keras_preprocessing.json").read_text(encoding="utf-8")
)
FITTED = RECORDED["tokenizer"]


def fitted(case):
    tokenizer = text.Tokenizer(**case["kwargs"])
    tokenizer.fit_on_texts(case["texts"])
    return tokenizer


@pytest.mark.parametrize(("string", "kwargs", "words"), RECORDED["words"])
def test_text_to_word_sequence_cuts_as_keras_did(string, kwargs, words):
    assert text.text_to_word_sequence(string, **kwargs) == words


@pytest.mark.parametrize(("string", "n", "numbers"), RECORDED["hashing"])
def test_hashing_trick_by_md5_is_that_of_keras(string, n, numbers):
    assert text.hashing_trick(string, n, "md5") == numbers


def test_md5_is_the_same_in_every_process_and_hash_is_not_promised_to_be():
    program = (
        "from cornu.preprocessing.text import hashing_trick, one_hot\n"
        "print(hashing_trick('the quick brown fox', 10**9, 'md5'), one_hot('fox', 10**9))"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    (first, one), (second, two) = (line.strip().split("] [") for line in found)
    assert first == second
    assert one != two


def test_one_hot_stays_in_its_range_and_takes_a_hash_of_yours():
    assert all(1 <= index < 5 for index in text.one_hot("a b c d e f g h", 5))
    assert text.hashing_trick("aa b", 10, hash_function=len) == [3, 2]


@pytest.mark.parametrize("case", FITTED, ids=lambda case: json.dumps(case["kwargs"]))
def test_tokenizer_learns_what_that_of_keras_learned(case):
    tokenizer = fitted(case)
    assert [list(pair) for pair in tokenizer.word_counts.items()] == case["word_counts"]
    assert dict(tokenizer.word_docs) == case["word_docs"]
    assert tokenizer.word_index == case["word_index"]
    assert tokenizer.index_word == {i: word for word, i in case["word_index"].items()}
    assert {str(i): n for i, n in tokenizer.index_docs.items()} == case["index_docs"]
    assert tokenizer.document_count == case["document_count"]
    assert tokenizer.texts_to_sequences(case["probe"]) == case["sequences"]


@pytest.mark.parametrize(
    "case", [c for c in FITTED if "matrix" in c], ids=lambda case: json.dumps(case["kwargs"])
)
def test_tokenizer_writes_what_that_of_keras_wrote(case):
    tokenizer = fitted(case)
    sequences = tokenizer.texts_to_sequences(case["probe"])
    assert tokenizer.sequences_to_texts([*sequences, [1, 2, 3, 99]]) == case["back"]
    for mode, expected in case["matrix"].items():
        matrix = tokenizer.texts_to_matrix(case["probe"], mode)
        wanted = np.zeros(expected["shape"])
        for row, column, value in expected["cells"]:
            wanted[row, column] = value
        np.testing.assert_allclose(matrix, wanted, rtol=0, atol=1e-11)
    config, wanted = json.loads(tokenizer.to_json()), json.loads(case["json"])
    for name, value in wanted["config"].items():
        found = config["config"][name]
        if name.startswith(("word_", "index_")):  # texts of JSON, in no order
            assert json.loads(found) == json.loads(value)
        else:
            assert found == value


@pytest.mark.parametrize(
    "case", [c for c in FITTED if "again" in c], ids=lambda case: json.dumps(case["kwargs"])
)
def test_tokenizer_reads_json_of_keras_and_goes_on_learning(case):
    tokenizer = text.tokenizer_from_json(case["json"])
    assert tokenizer.texts_to_sequences(case["probe"]) == case["sequences"]
    tokenizer.fit_on_texts(["again the cat", "cat cat"])
    assert tokenizer.word_index == case["again"]["word_index"]
    assert tokenizer.document_count == case["again"]["document_count"]
    assert dict(tokenizer.word_docs) == case["again"]["word_docs"]


def test_fit_on_sequences_is_enough_for_tfidf():
    tokenizer = text.Tokenizer(num_words=6)
    tokenizer.fit_on_sequences([[1, 2, 2], [3, 5], [2]])
    expected = RECORDED["fit_on_sequences"]
    assert {str(i): n for i, n in tokenizer.index_docs.items()} == expected["index_docs"]
    matrix = tokenizer.sequences_to_matrix([[1, 2, 2, 9], [5]], "tfidf")
    np.testing.assert_allclose(matrix, expected["tfidf"], rtol=1e-12)


def test_tokenizer_takes_generators_and_a_text_of_characters():
    tokenizer = text.Tokenizer(char_level=True)
    tokenizer.fit_on_texts("abca")  # as scripts do that learn characters
    assert tokenizer.document_count == 4
    assert tokenizer.word_index == {"a": 1, "b": 2, "c": 3}
    made = tokenizer.texts_to_sequences_generator(word for word in ("ab", "ca"))
    assert list(made) == [[1, 2], [3, 1]]


def test_words_may_be_cut_by_a_function_of_yours():
    def pairs(string):
        return [string[i : i + 2] for i in range(0, len(string), 2)]

    tokenizer = text.Tokenizer(analyzer=pairs)
    tokenizer.fit_on_texts(["ABAB", "CD"])
    assert tokenizer.word_index == {"AB": 1, "CD": 2}
    assert text.hashing_trick("ABAB", 100, "md5", analyzer=pairs) == [
        *text.hashing_trick("AB", 100, "md5", lower=False) * 2
    ]
    assert len(text.one_hot("ABABAB", 100, analyzer=pairs)) == 3
    assert text.text_to_word_sequence(text="a b") == text.text_to_word_sequence("a b")


def test_scripts_without_blanks_come_by_characters():
    assert text.text_to_word_sequence("猫が好き") == ["猫が好き"]
    tokenizer = text.Tokenizer(char_level=True)
    tokenizer.fit_on_texts(["猫が好き", "猫"])
    assert tokenizer.texts_to_sequences(["好き猫"]) == [[3, 4, 1]]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda t: t.fit_on_texts(["a", None]), r"texts\[1\] is None"),
        (lambda t: t.fit_on_texts([b"a"]), r"texts\[0\] is bytes; decode it"),
        (lambda t: t.fit_on_texts([["a", 3]]), r"texts\[0\]\[1\] is 3"),
        (lambda t: t.texts_to_sequences(["a", 1.5]), r"texts\[1\] is 1.5"),
        (lambda t: t.texts_to_matrix(["a"]), "call fit_on_texts first"),
        (lambda t: text.Tokenizer(5).texts_to_matrix(["a"], "tfidf"), "fit_on_texts first"),
        (lambda t: text.Tokenizer(5).texts_to_matrix(["a"], "tf-idf"), "Did you mean 'tfidf'"),
        (lambda t: text.Tokenizer(5).sequences_to_matrix([["a"]]), "must hold word indices"),
        (lambda t: text.Tokenizer(5).sequences_to_matrix([[-1]]), "the index -1"),
        (lambda t: text.tokenizer_from_json("{}"), "no tokenizer"),
        (lambda t: text.tokenizer_from_json("nonsense"), "no tokenizer"),
        (lambda t: text.text_to_word_sequence(None), "input_text is None"),
        (lambda t: text.text_to_word_sequence("a", split=""), "char_level=True"),
        (lambda t: text.hashing_trick("a", 1), "n=1"),
        (lambda t: text.hashing_trick("a", 9, "sha1"), "hash_function='sha1'"),
    ],
)
def test_errors_name_the_item(action, message):
    with pytest.raises(DataError, match=message):
        action(text.Tokenizer())


def test_unknown_arguments_are_refused_and_the_name_of_keras_1_is_known():
    with pytest.raises(TypeError, match="num_word"):
        text.Tokenizer(num_word=3)
    assert text.Tokenizer(nb_words=3).num_words == 3
