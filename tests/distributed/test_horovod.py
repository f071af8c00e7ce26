"""Scripts with Horovod's names."""

from __future__ import annotations

import ast

import pytest

from tests.distributed.jobs import script

# As in Horovod's own example of Keras: each rank has its part of the data.
SCRIPT = """
    import cornu_distributed.horovod as hvd
    hvd.init()
    cornu.config.set_floatx("float64")
    cornu.utils.set_random_seed(5 + hvd.rank())
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((32, 3)), rng.standard_normal((32, 2))
    own = 8 // hvd.size()
    mine = np.arange(32).reshape(4, hvd.size(), own)[:, hvd.rank()].ravel()
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)])
    if hvd.rank() == 0:
        rng = np.random.default_rng(1)
        model.set_weights([rng.standard_normal(w.shape) for w in model.get_weights()])
    optimizer = hvd.DistributedOptimizer(cornu.optimizers.SGD(0.05, momentum=0.9), {options})
    model.compile(optimizer, "mse")
    c = hvd.callbacks
    calls = [c.BroadcastGlobalVariablesCallback(0), c.MetricAverageCallback()]
    h = model.fit(x[mine], y[mine], batch_size=own, epochs=3, shuffle=False,
                  callbacks=calls, verbose=0)
    from cornu_distributed import the_world
    found = [float(w.sum()) for w in model.get_weights()] + h.history["loss"]
    rows = the_world().gather_objects(found)
    if hvd.rank() == 0:
        assert "all_reduce" in str(model.program("train"))
        print("ROWS", rows)
"""


def found(ranks, options=""):
    status, said = script(ranks, SCRIPT.replace("{options}", options))
    assert status == 0, said
    rows = ast.literal_eval(said[said.index("ROWS") + 4 :].strip())
    assert len(rows) == ranks
    assert all(row == rows[0] for row in rows)  # bit for bit
    return rows[0]


@pytest.mark.parametrize(
    ("options", "tolerance"),
    [
        ("", 1e-12),
        ("backward_passes_per_step=2", 1e-12),
        ("backward_passes_per_step=2, average_aggregated_gradients=True", 1e-12),
        ("compression=hvd.Compression.fp16", 1e-2),
    ],
)
def test_two_ranks_come_to_what_one_does(options, tolerance):
    alone = found(1, options)
    assert len(alone) == 7
    assert found(2, options) == pytest.approx(alone, rel=tolerance, abs=tolerance)


def test_the_sum_is_the_mean_at_so_many_times_the_rate():
    mean = found(2, "op=hvd.Average")
    assert found(2, "op=hvd.Sum") != pytest.approx(mean, rel=1e-3)


def test_values_of_all_ranks():
    status, said = script(
        3,
        """
        import cornu_distributed.horovod as hvd
        hvd.init()
        r = hvd.rank()
        assert (hvd.size(), hvd.local_rank(), hvd.local_size()) == (3, r, 3)
        same = np.testing.assert_array_equal
        same(hvd.allreduce(np.float64([r, 1.0])), [1.0, 1.0])
        same(hvd.allreduce(np.int64([r, 1]), op=hvd.Sum), [3, 3])
        same(hvd.allreduce([float(r)], average=False), [3.0])
        same(hvd.allreduce(np.float32([r]), op=hvd.Max), [2.0])
        same(hvd.allreduce(np.float32([r]), op=hvd.Min), [0.0])
        same(hvd.allreduce(np.float32([r]), compression=hvd.Compression.fp16), [1.0])
        same(hvd.allgather(np.full((r, 2), r)), [[1, 1], [2, 2], [2, 2]])
        same(hvd.broadcast(np.full(2, r), root_rank=1), [1, 1])
        assert hvd.broadcast_object({"r": r}, 2) == {"r": 2}
        # one order of the sum on all ranks, whatever the sizes
        from cornu_distributed import the_world
        from cornu_distributed.sums import sum_once
        for size in (1, 2, 3, 100, 1001):
            rngs = [np.random.default_rng(i) for i in range(3)]
            parts = [rng.standard_normal(size).astype("float32") for rng in rngs]
            same(sum_once(the_world(), parts[r]), parts[0] + parts[1] + parts[2])
        print("DONE", flush=True)
        """,
    )
    assert status == 0, said
    assert said.count("DONE") == 3


def test_a_rate_that_grows():
    status, said = script(
        2,
        """
        import cornu_distributed.horovod as hvd
        hvd.init()
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
        model.compile(hvd.DistributedOptimizer(cornu.optimizers.SGD(0.1)), "mse")
        rates = []
        class Look(cornu.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                rates.append(float(self.model.optimizer.learning_rate))
        c = hvd.callbacks
        model.fit(np.ones((8, 3)), np.ones((8, 2)), batch_size=4, epochs=4, verbose=0, callbacks=[
            c.BroadcastGlobalVariablesCallback(0),
            c.LearningRateWarmupCallback(initial_lr=0.4, warmup_epochs=2),
            c.LearningRateScheduleCallback(0.4, 0.1, start_epoch=3), Look()])
        np.testing.assert_allclose(rates, [0.2, 0.25, 0.3, 0.35, 0.4, 0.4, 0.04, 0.04], rtol=1e-6)
        """,
    )
    assert status == 0, said


@pytest.mark.parametrize(
    "lines", ["", "hvd.init(); d = cornu.distribution; d.set_distribution(d.DataParallel())"]
)
def test_without_init_its_optimizer_says_so(lines):
    status, said = script(
        1,
        f"""
        import cornu_distributed.horovod as hvd
        {lines}
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
        model.compile(hvd.DistributedOptimizer(cornu.optimizers.SGD(0.1)), "mse")
        model.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=0)
        """,
    )
    assert status != 0
    assert "call hvd.init() first" in said
