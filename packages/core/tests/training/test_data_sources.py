"""Batches: which rows, in which order, cut into which epochs."""

import itertools
import warnings

import numpy as np
import pytest

from cornu.errors import DataError
from cornu_data import KnownOutput, make_source
from cornu_data.dataset import PyDataset, Sequence
from cornu_data.prefetch import ordered_prefetch


class Bound:
    """Stands for a compiled step: buffers of the right shape, and what was copied into them."""

    def __init__(self, spec):
        from cornu import tree

        self.spec = spec
        self.buffers = [np.empty(s.shape, s.dtype) for s in tree.flatten(spec) if s is not None]

    def check(self, data):
        pass


def batches(source):
    """Return the arrays of each batch of one epoch."""
    return [[b.copy() for b in source.load(token, Bound).buffers] for token in source.epoch()]


def rows(source):
    return [batch[0].tolist() for batch in batches(source)]


def flat(lists):
    return [number for part in lists for number in part]


def generator(seed=0):
    return np.random.default_rng(seed)


def test_rows_in_order_with_a_smaller_last_batch():
    source = make_source(np.arange(5), batch_size=2)
    assert rows(source) == [[0, 1], [2, 3], [4]]
    assert source.num_batches == source.steps_per_epoch == 3


def test_arrays_of_one_batch_stay_together():
    x = np.arange(10, dtype="float32")
    data = {"a": x, "b": np.stack([x, x], 1)}
    source = make_source(data, -x, x + 1, batch_size=4, shuffle=True, generator=generator())
    for a, b, y, weight in batches(source):
        np.testing.assert_array_equal(b, np.stack([a, a], 1))
        np.testing.assert_array_equal(y, -a)
        np.testing.assert_array_equal(weight, a + 1)


def test_each_epoch_has_its_own_order_and_each_row_once():
    source = make_source(np.arange(20), batch_size=8, shuffle=True, generator=generator())
    first, second = flat(rows(source)), flat(rows(source))
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second


def test_the_same_seed_gives_the_same_order():
    orders = [
        rows(make_source(np.arange(20), batch_size=8, shuffle=True, generator=generator(3)))
        for _ in range(2)
    ]
    assert orders[0] == orders[1]


def test_shuffling_inside_batches():
    source = make_source(np.arange(12), batch_size=4, shuffle="batch", generator=generator())
    found = rows(source)
    assert [sorted(batch) for batch in found] == [list(range(i, i + 4)) for i in (0, 4, 8)]
    assert found != [sorted(batch) for batch in found]


def test_steps_go_on_where_the_last_epoch_stopped():
    source = make_source(np.arange(7), batch_size=1, steps=3)
    assert [rows(source) for _ in range(2)] == [[[0], [1], [2]], [[3], [4], [5]]]
    with pytest.warns(UserWarning, match="ran out after 1 of 3"):
        assert rows(source) == [[6]]
    assert rows(source) == [[0], [1], [2]]


def test_a_pass_that_ends_with_the_epoch_is_no_reason_to_warn():
    source = make_source(np.arange(4), batch_size=1, steps=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [rows(source) for _ in range(3)] == [[[0], [1]], [[2], [3]], [[0], [1]]]


def test_steps_alone_set_the_batch_size():
    source = make_source(np.arange(10), steps=3)
    assert source.batch_size == 4


def test_batch_size_is_32_unless_given():
    assert make_source(np.arange(100)).batch_size == 32


def test_generators_are_used_up():
    made = ((np.full((2, 1), i), np.zeros(2)) for i in range(5))
    source = make_source(made, steps=2)
    assert source.one_shot
    assert [b[0][0, 0] for b in batches(source)] == [0, 1]
    assert [b[0][0, 0] for b in batches(source)] == [2, 3]
    with pytest.warns(UserWarning, match="ran out after 1 of 2"):
        assert len(batches(source)) == 1
    assert source.finished


def test_iterables_start_again():
    source = make_source(Batches([(np.zeros((2, 1)), np.zeros(2))] * 3))
    assert [len(batches(source)) for _ in range(2)] == [3, 3]
    assert not source.finished


class Batches:
    """An iterable that is neither a list nor an iterator."""

    def __init__(self, made):
        self.made = made

    def __iter__(self):
        return iter(self.made)


def test_looking_ahead_uses_nothing_up():
    source = make_source(np.full((1, 1), i) for i in range(3))
    seen = []
    source.prepare(lambda spec: seen.append(spec) or Bound(spec))
    assert seen[0].shape == (1, 1)
    assert [b[0][0, 0] for b in batches(source)] == [0, 1, 2]


def test_a_stream_without_batches():
    with pytest.raises(DataError, match="not a single batch"):
        make_source(iter(())).prepare(Bound)


class Numbers(Sequence):
    def __init__(self, count=6, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.events = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return np.full((2, 1), index), np.zeros(2)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


def numbers_of(source):
    return [int(batch[0][0, 0]) for batch in batches(source)]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_dataset_keeps_its_order_whoever_makes_the_batches(workers):
    source = make_source(Numbers(40), workers=workers, max_queue_size=4)
    assert numbers_of(source) == list(range(40))


def test_a_dataset_is_told_of_epochs():
    dataset = Numbers(2)
    source = make_source(dataset)
    for _ in range(2):
        numbers_of(source)
    assert dataset.events == ["begin", "end"] * 2


class Planned(Numbers):
    """What it gives is drawn when an epoch begins."""

    def on_epoch_begin(self):
        super().on_epoch_begin()
        self.plan = [10 * len(self.events) + index for index in range(self.count)]

    def __getitem__(self, index):
        return np.full((2, 1), self.plan[index]), np.zeros(2)


@pytest.mark.parametrize("steps", [None, 2])
@pytest.mark.parametrize("looks", [0, 1, 2])
def test_an_epoch_begins_before_its_first_batch_is_looked_at(looks, steps):
    dataset = Planned(2)
    source = make_source(dataset, steps=steps)
    for _ in range(looks):
        source.prepare(lambda spec: None)
    assert numbers_of(source) == [10, 11]
    assert numbers_of(source) == [30, 31]
    assert dataset.events == ["begin", "end"] * 2


def test_an_epoch_that_was_left_early_begins_anew():
    dataset = Planned(2)
    source = make_source(dataset)
    source.prepare(lambda spec: None)
    next(iter(source.epoch()))
    next(iter(source.epoch()))
    assert dataset.events == ["begin"] * 2


def test_a_dataset_is_shuffled_by_batches():
    source = make_source(Numbers(30), shuffle=True, generator=generator())
    found = numbers_of(source)
    assert sorted(found) == list(range(30)) != found


def test_a_data_set_that_says_no_length_goes_on():
    class Unknown(PyDataset):
        def __getitem__(self, index):
            return index

    assert list(itertools.islice(Unknown(), 4)) == [0, 1, 2, 3]


def test_a_dataset_without_end_needs_steps():
    class Endless(PyDataset):
        num_batches = None

        def __getitem__(self, index):
            return np.full((1, 1), index)

    source = make_source(Endless(), steps=3)
    assert [numbers_of(source) for _ in range(2)] == [[0, 1, 2], [3, 4, 5]]


def test_a_dataset_that_forgets_super_works():
    class Forgetful(Sequence):
        def __init__(self):
            pass

        def __len__(self):
            return 1

        def __getitem__(self, index):
            return np.zeros((1, 1))

    assert len(batches(make_source(Forgetful()))) == 1


def test_an_empty_dataset():
    with pytest.raises(DataError, match="Numbers has no batches"):
        make_source(Numbers(0))


def test_errors_of_workers_arrive():
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 3:
                raise KeyError("three")
            return super().__getitem__(index)

    with pytest.raises(KeyError, match="three"):
        batches(make_source(Broken(), workers=2))


def test_workers_end_with_a_loop_that_breaks_off():
    import threading

    stream = ordered_prefetch(Numbers(1000), range(1000), workers=2, queue_size=4)
    next(stream)
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("cornu-data")]


def test_class_weights_become_sample_weights():
    x, y = np.zeros((4, 1)), np.array([0, 1, 2, 1])
    one_hot = np.eye(3)[y]
    for targets in (y, y[:, None], one_hot):
        source = make_source(x, targets, class_weight={1: 5.0, 2: 0.5})
        np.testing.assert_array_equal(batches(source)[0][2], [1, 5, 0.5, 5])


def test_class_weights_multiply_sample_weights():
    source = make_source(
        np.zeros((3, 1)), np.array([0, 1, 1]), np.array([1, 2, 3]), class_weight={1: 10.0}
    )
    np.testing.assert_array_equal(batches(source)[0][2], [1, 20, 30])


def test_class_weights_of_one_of_several_outputs():
    y = [np.array([0, 1]), np.array([1, 1])]
    outputs = [KnownOutput("a"), KnownOutput("b")]
    for given in ({"b": {1: 3.0}}, [None, {1: 3.0}]):
        source = make_source(np.zeros((2, 1)), y, class_weight=given, outputs=outputs)
        _, _, _, b = batches(source)[0]  # none for a
        assert b.tolist() == [3, 3]
    with pytest.raises(DataError, match="several outputs"):
        make_source(np.zeros((2, 1)), y, class_weight={0: 1.0}, outputs=outputs)
    with pytest.raises(DataError, match=r"'c'.*outputs are 'a', 'b'"):
        make_source(np.zeros((2, 1)), y, class_weight={"c": {0: 1.0}}, outputs=outputs)


def test_one_weight_per_sample_serves_every_output():
    y = {"a": np.zeros(3), "b": np.zeros((3, 2))}
    source = make_source(np.zeros((3, 1)), y, np.arange(3))
    assert [b.tolist() for b in batches(source)[0][3:]] == [[0, 1, 2]] * 2
    with pytest.raises(DataError, match="cannot serve several outputs"):
        make_source(np.zeros((3, 1)), y, np.zeros((3, 4)))


class Counted(Sequence):
    """Thirteen batches, each of its own number."""

    def __len__(self):
        return 13

    def __getitem__(self, index):
        return np.full((2, 2), float(index), "float32"), np.zeros((2, 1), "float32")


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_fit_generator_begins_a_new_pass_within_an_epoch(line, workers):
    """Keras 2 trains so many steps in each epoch; in `fit`, the data runs out, as in Keras 3."""
    from cornu.base import Callback

    class Counts(Callback):
        def __init__(self):
            super().__init__()
            self.steps, self.validated = [], []

        def on_epoch_begin(self, epoch, logs=None):
            self.steps.append(0)
            self.validated.append(0)

        def on_train_batch_end(self, batch, logs=None):
            self.steps[-1] += 1

        def on_test_batch_end(self, batch, logs=None):
            self.validated[-1] += 1

    counts = Counts()
    options = {"steps_per_epoch": 12, "epochs": 4, "verbose": 0}
    line.fit_generator(
        Counted(), workers=workers, callbacks=[counts], validation_data=Counted(),
        validation_steps=9, shuffle=False, **options,
    )  # fmt: skip
    assert counts.steps == [12] * 4
    assert counts.validated == [9] * 4
    counts = Counts()
    with pytest.warns(UserWarning, match="ran out after 1 of 12"):
        line.fit(Counted(), callbacks=[counts], **options)
    assert counts.steps == [12, 1, 12, 1]


def test_a_list_of_batches(line, points):
    x, y = points
    batches = [(x[i : i + 10], y[i : i + 10]) for i in range(0, 50, 10)]
    weights = line.get_weights()
    history = line.fit(batches, epochs=2, shuffle=False, validation_data=batches, verbose=0).history
    losses = [line.evaluate(data, verbose=0) for data in (batches, [(*batches[0], np.ones(10))])]
    found, predictions = line.get_weights(), line.predict(batches, verbose=0)
    line.set_weights(weights)
    expected = line.fit(
        x, y, batch_size=10, epochs=2, shuffle=False, validation_data=(x, y), verbose=0
    ).history
    assert history == {name: pytest.approx(v, rel=1e-6) for name, v in expected.items()}
    np.testing.assert_array_equal(found[0], line.get_weights()[0])
    assert losses[0] == pytest.approx(line.evaluate(x, y, verbose=0), rel=1e-6)
    assert losses[1] == pytest.approx(line.evaluate(*batches[0], verbose=0), rel=1e-6)
    np.testing.assert_allclose(predictions, line.predict(x, verbose=0), rtol=1e-6)
    with pytest.raises(DataError, match="validation_split takes the last samples of arrays"):
        line.fit(batches, validation_split=0.2, verbose=0)
