"""Sounds in a directory as a data set."""

import numpy as np
import pytest
from scipy.io import wavfile

import cornu
from cornu.errors import DataError
from cornu_preprocessing.audio import UnreadableAudioError, read_wav

RATE = 8000


def tone(samples, pitch=440, channels=1):
    wave = 0.5 * np.sin(2 * np.pi * pitch * np.arange(samples) / RATE)
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.fixture
def folder(tmp_path):
    for index in range(6):
        kind = tmp_path / ("high" if index % 2 else "low")
        kind.mkdir(exist_ok=True)
        wavfile.write(kind / f"{index}.wav", RATE, np.int16(tone(1000 + 100 * index) * 32767))
    return tmp_path


def dataset(folder, **arguments):
    return cornu.utils.audio_dataset_from_directory(
        folder, **{"shuffle": False, "verbose": False, **arguments}
    )


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("encode", "step"),
    [
        (lambda x: np.uint8(np.round(x * 127 + 128)), 1 / 127),
        (lambda x: np.int16(np.round(x * 32767)), 1 / 32767),
        (lambda x: np.int32(np.round(x * (2**31 - 1))), 1e-6),
        (np.float32, 1e-7),
    ],
)
def test_what_is_read_is_what_was_written(encode, step, channels, tmp_path):
    wave = tone(400, channels=channels)
    wavfile.write(tmp_path / "a.wav", RATE, encode(wave))
    rate, found = read_wav(tmp_path / "a.wav")
    assert rate == RATE
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wave, atol=step)


def test_batches_are_filled_up_to_the_longest(folder):
    data = dataset(folder, batch_size=4)
    assert data.class_names == ["high", "low"]
    x, y = data[0]
    assert x.shape == (4, 1500, 1)
    np.testing.assert_array_equal(y, [0, 0, 0, 1])
    np.testing.assert_allclose(x[0, :1100, 0], tone(1100)[:, 0], atol=1e-4)
    assert not x[0, 1100:].any()
    assert dataset(folder, batch_size=None)[1][0].shape == (1300, 1)


@pytest.mark.parametrize("length", [200, 5000])
def test_one_length_for_all(folder, length):
    x = dataset(folder, output_sequence_length=length, label_mode=None)[0]
    assert x.shape == (6, length, 1)
    kept = min(length, 1100)
    np.testing.assert_allclose(x[0, :kept, 0], tone(kept)[:, 0], atol=1e-4)
    assert not x[0, 1500:].any()


@pytest.mark.parametrize("rate", [4000, 12000])
def test_a_tone_keeps_its_pitch_at_another_rate(folder, rate):
    x = dataset(folder, sampling_rate=rate, output_sequence_length=1000, labels=None)[0]
    assert x.shape == (6, 1000 * rate // RATE, 1)
    spectrum = np.abs(np.fft.rfft(x[0, :, 0]))
    assert spectrum.argmax() * rate / x.shape[1] == pytest.approx(440, abs=rate / x.shape[1])


def test_subsets_and_labels(folder, capsys):
    training, validation = dataset(
        folder,
        validation_split=0.5,
        subset="both",
        seed=1,
        shuffle=True,
        label_mode="categorical",
        verbose=True,
    )
    assert capsys.readouterr().out.splitlines() == [
        "Found 6 files belonging to 2 classes.",
        "Using 3 files for training.",
        "Using 3 files for validation.",
    ]
    assert not set(training.file_paths) & set(validation.file_paths)
    assert len(training.file_paths) == len(validation.file_paths) == 3
    assert validation[0][1].shape == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ragged": True}, "ragged=True asks for ragged tensors"),
        ({"sampling_rate": 1.5}, "sampling_rate=1.5 must be a whole number"),
        ({"output_sequence_length": 0}, "output_sequence_length=0 must be"),
        ({"class_names": ["low", "hihg"]}, "no subdirectory for the classes 'hihg'"),
        ({"label_mode": "one_hot"}, "label_mode='one_hot' must be"),
        ({"validation_split": 0.2}, "go together"),
    ],
)
def test_wrong_arguments(folder, arguments, message):
    with pytest.raises(DataError, match=message):
        dataset(folder, **arguments)


def test_files_that_cannot_be_read(folder, tmp_path):
    path = folder / "high" / "1.wav"
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(UnreadableAudioError, match=r"1\.wav' cannot be read as a WAV file"):
        dataset(folder)[0]
    wavfile.write(path, RATE, np.int16(tone(100, channels=2) * 32767))
    with pytest.raises(DataError, match=r"has 1 channels and .*1\.wav' 2"):
        dataset(folder)[0]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"has no files whose names end in \.wav"):
        dataset(tmp_path / "empty", labels=None)
