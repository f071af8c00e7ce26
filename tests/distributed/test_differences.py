"""Ranks that do not do the same: named, and never a hang."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest

from tests.distributed.jobs import script

JOB = """
    import sys
    d = cornu.distribution
    d.initialize()
    d.set_distribution(d.DataParallel({options}))
    rank = d.DataParallel()._shared.rank
    cornu.set_seed(0)
    {lines}
    x, y = np.ones((8, 3), "float32"), np.ones((8, 2), "float32")
    {more}
    model.fit(x, y, batch_size=4, verbose=0)
"""
MODEL = "model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)]); "
SGD = 'model.compile("sgd", "mse")'

CASES = {
    "seeds": (
        "",
        "cornu.set_seed(rank); " + MODEL + SGD,
        "cornu.set_seed(0)",
        "kernel' has other values on rank 1 than on rank 0",
    ),
    "weights": (
        "",
        "model = cornu.Sequential([cornu.Input((3,)), *[layers.Dense(2)] * 1, "
        "*[layers.Dense(2) for _ in range(rank)]]); " + SGD,
        "cornu.set_seed(0)",
        "program of rank 1 has other weights",
    ),
    "activations": (
        "",
        "model = cornu.Sequential([cornu.Input((3,)), "
        "layers.Dense(2, activation=['relu', 'tanh'][rank])]); " + SGD,
        "",
        "program of rank 1 does not compute what that of rank 0 does",
    ),
    "shapes": (
        "",
        MODEL.replace("3,", "None,").replace("layers.Dense", "layers.GlobalAveragePooling1D")
        .replace("Input((None,))", "Input((None, 2))").replace("Pooling1D(2)", "Pooling1D()")
        + "model.add(layers.Dense(2)); " + SGD,
        "x = np.ones((8, 3 + rank, 2), 'float32')",
        "program of rank 1 has inputs of other shapes or dtypes",
    ),
    "lengths": (
        "auto_shard_dataset=False",
        MODEL + SGD,
        "x, y = (x, y) if rank == 0 else (x[:4], y[:4])",
        "different lengths",
    ),
    "data": (
        "",
        MODEL + SGD,
        "x, y = (x, y) if rank == 0 else (x[:7], y[:7])",
        "Rank 1 has another number of samples",
    ),
    "order": (
        "",
        MODEL + SGD,
        "cornu.utils.set_random_seed(rank)",
        "Rank 1 has another order of samples than rank 0",
    ),
    "stops": (
        "",
        """
    class Stops(cornu.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = rank == 1
    """
        + MODEL
        + SGD,
        "model.fit(x, y, verbose=0, epochs=2, callbacks=[Stops()])",
        "Rank 1 has not set stop_training as rank 0 has",
    ),
    "weights that drift": (
        "",
        """
    class Sets(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if rank == 1:
                self.model.layers[0].bias.assign([1.0, 1.0])
    """
        + MODEL
        + SGD,
        "model.fit(x, y, verbose=0, callbacks=[Sets()])",
        "Rank 1 has come to other weights than rank 0",
    ),
    "too few samples": ("", MODEL + SGD, "x, y = x[:1], y[:1]", "1 samples for 2 processes"),
    "line by line": (
        "",
        MODEL + "model.compile('sgd', 'mse', run_eagerly=True)",
        "",
        "run_eagerly=True runs on one process",
    ),
    "gradients of one's own": (
        "",
        """
    class Own(cornu.Sequential):
        def train_step(self, batch):
            from cornu import ops
            x, y = batch
            g = [ops.ones(v.shape) for v in self.trainable_variables]
            self.optimizer.apply(g, self.trainable_variables)
            return {}
    model = Own([cornu.Input((3,)), layers.Dense(2)]); """
        + SGD,
        "",
        "by gradients of this process alone",
    ),
    "a metric that is no sum": (
        "",
        """
    class Largest(cornu.metrics.Metric):
        def __init__(self):
            super().__init__(name="largest")
            self.largest = self.add_variable((), "zeros", name="largest")
        def update_state(self, y_true, y_pred, sample_weight=None):
            from cornu import ops
            self.largest.assign(ops.maximum(self.largest, ops.max(y_pred)))
        def result(self):
            return self.largest.value
    """
        + MODEL
        + "model.compile('sgd', 'mse', metrics=[Largest()])",
        "",
        "is not a sum over batches",
    ),
    "state that is no sum": (
        "",
        """
    class Seen(layers.Layer):
        def build(self, shape):
            self.seen = self.add_weight(
                (), "zeros", "bool", trainable=False, name="seen")
        def call(self, x):
            from cornu import ops
            self.seen.assign(ops.any(x > 2))
            return x
    """
        + MODEL
        + "model.add(Seen()); "
        + SGD,
        "",
        "/seen' keeps bool values of this process' rows",
    ),
    "pairs of a batch": (
        "",
        MODEL + "model.compile('sgd', cornu.losses.Circle())",
        "y = np.zeros(8, 'int32')",
        "The circle loss compares each sample with all others of its batch",
    ),
    "states of samples": (
        "",
        "model = cornu.Sequential([cornu.Input(batch_shape=(2, 3, 1)), "
        "layers.LSTM(2, stateful=True, name='keeps')]); " + SGD,
        "x = x[..., None]",
        "LSTM 'keeps' is stateful",
    ),
    "one rank alone": (
        "",
        MODEL + SGD,
        "model.evaluate(x, y, verbose=0) if rank == 0 else sys.exit()",
        "rank 1 has come to the end of its script: all processes call fit() and evaluate()",
    ),
    "epochs": (
        "",
        MODEL + SGD,
        "model.fit(x, y, verbose=0, epochs=3, initial_epoch=rank)",
        "Rank 1 has begun at another place of the training than rank 0",
    ),
    "predictions": (
        "",
        MODEL + SGD,
        "model.set_weights([w + rank for w in model.get_weights()]); "
        "cornu.distributed.predict(model, x)",
        "The checksum of the weights of 'sequential' differs between processes",
    ),
    "samples to predict": (
        "",
        MODEL + SGD,
        "cornu.distributed.predict(model, x[rank:])",
        "The number of samples differs between processes: 8 on rank 0, 7 on rank 1",
    ),
    "too few to predict": (
        "",
        MODEL + SGD,
        "cornu.distributed.predict(model, x[:1])",
        "1 samples for 2 processes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_differs_is_named(name):
    options, lines, more, message = CASES[name]
    # lines of several cases are indented as the job is
    text = JOB.format(options=options, lines=lines.strip(), more=more)
    status, said = script(2, text, CORNU_DISTRIBUTED_TIMEOUT="120")
    assert status != 0
    assert message in said, said


def test_a_rank_that_fails_ends_the_job_and_is_named():
    status, said = script(
        2,
        JOB.format(
            options="",
            lines=MODEL + SGD,
            more="class Fails(cornu.callbacks.Callback):\n"
            "        def on_train_batch_end(self, batch, logs=None):\n"
            "            if rank == 1: raise KeyError('mine')\n"
            "    model.fit(x, y, batch_size=4, verbose=0, callbacks=[Fails()])",
        ),
    )
    assert status != 0
    assert "Rank 1 of 2 ended with KeyError" in said


def test_a_rank_that_is_killed_ends_the_job_and_is_named():
    status, said = script(
        2,
        JOB.format(
            options="",
            lines=MODEL + SGD,
            more="import os, signal\n"
            "    class Dies(cornu.callbacks.Callback):\n"
            "        def on_train_batch_end(self, batch, logs=None):\n"
            "            if rank == 1: os.kill(os.getpid(), signal.SIGKILL)\n"
            "    model.fit(x, y, batch_size=4, verbose=0, callbacks=[Dies()])",
        ),
    )
    assert status != 0
    assert "has waited" not in said  # mpiexec saw it
    killed = re.search(r"rank 1 is PID (\d+)", said)  # MPICH names a process that is gone by this
    assert killed is not None, said
    assert f"PID {killed[1]}" in said[killed.end() :] or "rank 1" in said[killed.end() :], said


SLOW = """
    from cornu_distributed import the_world
    import time
    class Slow(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            {lines}
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[Slow()])
"""


@pytest.mark.parametrize("lines", ["time.sleep(0.5 * rank)", "hangs"])
def test_a_slow_rank_is_waited_for_and_one_that_hangs_is_not(lines):
    # rank 0 loses its patience once both are there: a busy machine starts them one by one
    hangs = "time.sleep(10000) if rank else setattr(the_world(), 'timeout', 1.0)"
    more = SLOW.replace("{lines}", hangs if lines == "hangs" else lines)
    status, said = script(2, JOB.format(options="", lines=MODEL + SGD, more=more.strip()))
    assert (status != 0) == (lines == "hangs"), said
    assert ("Rank 0 of 2 has waited 1 s for the others" in said) == (lines == "hangs")


@pytest.mark.parametrize(
    "stop", ["raise KeyboardInterrupt", "sys.exit(3)", "raise ValueError('mine')"]
)
def test_a_rank_that_ends_alone_ends_the_job_and_is_named(stop):
    """In its data, where no callback of ours is asked."""
    more = f"""
    def batches():
        yield x[:4], y[:4]
        if rank == 1:
            {stop}
        yield x[4:], y[4:]
    model.fit(batches(), verbose=0)
    """
    status, said = script(2, JOB.format(options="", lines=MODEL + SGD, more=more.strip()))
    assert status != 0
    named = ("Rank 1 of 2 ended with", "rank 1 has come to the end of its script")
    assert any(words in said for words in named), said


def test_a_job_ends_where_mpi_does_not_end_it():
    more = """
    import time
    from cornu_distributed import world
    class Hangs:
        def Abort(self, status):
            time.sleep(10000)
    class Fails(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if rank == 1:
                world._world.comm, world.ENDED_WITHIN = Hangs(), 0.5
                raise ValueError("mine")
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[Fails()])
    """
    status, said = script(2, JOB.format(options="", lines=MODEL + SGD, more=more.strip()))
    assert status != 0
    assert "Rank 1 of 2 ended with ValueError, and the job with it." in said


def test_rank_0_alone_writes_and_shows(tmp_path):
    text = f"""
        import os
        d = cornu.distribution
        d.set_distribution(d.DataParallel())
        cornu.set_seed(0)
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
        model.compile("sgd", "mse")
        C = cornu.callbacks
        made = [C.CSVLogger({str(tmp_path)!r} + f"/log{{os.getpid()}}"),
            C.ModelCheckpoint({str(tmp_path)!r} + f"/model{{os.getpid()}}.keras")]
        model.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=2, callbacks=made)
    """
    status, said = script(2, text)
    assert status == 0, said
    assert said.count("Epoch 1/1") + said.count("1/1 -") in (1, 2), said
    assert len(list(tmp_path.glob("log*"))) == len(list(tmp_path.glob("model*"))) == 1


@pytest.mark.parametrize("then", [2, 3])
def test_a_job_that_was_killed_goes_on_where_it_was(tmp_path, then):
    text = """
        import os, sys, signal
        d = cornu.distribution
        d.set_distribution(d.DataParallel())
        cornu.config.set_floatx("float64")
        cornu.utils.set_random_seed(0)
        rank = d.distribution()._shared.rank
        rng = np.random.default_rng(0)
        x, y = rng.standard_normal((17, 3)), rng.standard_normal((17, 2))
        model = cornu.Sequential([cornu.Input((3,)), MORE, layers.Dense(2)])
        model.compile("adam", "mse")
        class Dies(cornu.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2 and DIES and rank == 1: os.kill(os.getpid(), signal.SIGKILL)
        made = [cornu.callbacks.BackupAndRestore(FOLDER), Dies()] if FOLDER else []
        h = model.fit(x, y, batch_size=8, epochs=4, verbose=0, callbacks=made)
        if rank == 0:
            print("epochs", h.epoch, "sum", *(repr(float(w.sum())) for w in model.get_weights()))
    """

    def run(ranks, folder, dies):
        filled = text.replace("FOLDER", repr(folder)).replace("DIES", repr(dies))
        more = "layers.Dropout(0.3)" if then == 2 else "layers.Dense(4, 'tanh')"
        filled = filled.replace("MORE", more)
        status, said = script(ranks, filled)
        assert (status != 0) == dies, said
        return said

    whole = run(2, "", False).split("sum")[1].split()[:2]
    run(2, str(tmp_path / "backup"), True)
    resumed = run(then, str(tmp_path / "backup"), False)
    # The last backup may not have been whole when the job ended: then it goes on from that before.
    assert "epochs [2, 3]" in resumed or "epochs [1, 2, 3]" in resumed
    found = resumed.split("sum")[1].split()[:2]
    if then == 2:
        assert found == whole
    else:
        assert [float(x) for x in found] == pytest.approx([float(x) for x in whole], rel=1e-12)


def test_a_model_may_be_trained_alone_and_then_together():
    text = """
        from cornu_distributed import the_world
        d = cornu.distribution
        cornu.utils.set_random_seed(0)
        rng = np.random.default_rng(0)
        x, y = rng.standard_normal((16, 3)), rng.standard_normal((16, 2))
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
        model.compile("sgd", "mse", metrics=["mae"])
        found = []
        for there in (None, d.DataParallel(), None, d.DataParallel()):
            d.set_distribution(there)
            model.fit(x, y, batch_size=8, verbose=0)
            model.evaluate(x, y, verbose=0)
            found.append(model.get_weights()[0].tolist())
        with d.DataParallel().scope():
            model.fit(x, y, batch_size=8, verbose=0)
        assert d.distribution() is there
        rows = the_world().gather_objects(found)
        assert all(row == rows[0] for row in rows)
        if the_world().rank == 0:
            print("FOUND", found)
    """
    found = []
    for ranks in (1, 2):
        status, said = script(ranks, text)
        assert status == 0, said
        found.append(ast.literal_eval(said[said.index("FOUND") + 5 :].strip()))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)
