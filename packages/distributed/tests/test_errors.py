"""What cannot be is said, with what to do about it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cornu_engine.errors import MissingDistributionError


def test_without_mpi_the_line_that_installs_it_is_named():
    text = (
        "import sys; sys.modules['mpi4py'] = None\n"
        "from cornu_distributed import distribution\n"
        "distribution.initialize()"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert MissingDistributionError.__name__ in done.stderr
    assert "pip install 'cornu-distributed[mpi]'" in done.stderr


CALLS = {
    "initialize('a,b')": "job_addresses='a,b'",
    "initialize(num_processes=7)": "num_processes=7, but it is 1 here",
    "initialize(process_id=7)": "process_id=7, but it is 0 here",
    "DataParallel(device_mesh=1)": "device_mesh=",
    "DataParallel(devices=['cpu:0', 'cpu:1'])": "mpiexec -n 2",
    "set_distribution('all')": "takes a DataParallel, or None, not str",
    "distribute_tensor([[1]], (None, 'model'))": "processes share out rows",
    "distribute_tensor(1.0, ('batch',))": "processes share out rows",
}


@pytest.mark.parametrize("call", CALLS)
def test_arguments_that_cannot_be(call):
    pytest.importorskip("mpi4py", reason="these are asked of MPI")
    from cornu_distributed import distribution

    with pytest.raises((TypeError, ValueError)) as caught:
        eval(call, vars(distribution))
    assert CALLS[call] in str(caught.value)


HOROVOD = {
    "rank()": "call hvd.init() first",
    "DistributedOptimizer('sgd')": "takes an optimizer",
    "allreduce([1.0], average=True, op=Sum)": "Pass op= alone",
    "allreduce([1.0], op=Adasum)": "pass Average or Sum",
    "allreduce([1.0], compression='int8')": "pass Compression.none or Compression.fp16",
    "broadcast([1.0], root_rank=3)": "the ranks are 0 to 0",
    "broadcast_global_variables(0)": "Variables belong to models here",
    "callbacks.LearningRateWarmupCallback(0.1, momentum_correction=True)": "Leave it out",
}


@pytest.mark.parametrize("call", HOROVOD)
def test_arguments_of_horovod_that_cannot_be(call):
    pytest.importorskip("mpi4py", reason="these are asked of MPI")
    from cornu_distributed import horovod

    with pytest.raises((TypeError, ValueError)) as caught:
        eval(call, vars(horovod))
    assert HOROVOD[call] in str(caught.value)


@pytest.mark.parametrize("text", ["0", "-1", "soon", "nan"])
def test_a_time_that_is_none(monkeypatch, text):
    from cornu_distributed.world import TIMEOUT, _timeout

    monkeypatch.setenv(TIMEOUT, text)
    with pytest.raises(ValueError, match="seconds above 0"):
        _timeout()


def test_an_mpiexec_of_another_mpi_is_named(monkeypatch):
    from cornu_distributed.errors import RanksDifferError
    from cornu_distributed.world import _check_launcher

    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    with pytest.raises(RanksDifferError, match="has started 4 processes, but mpi4py sees one"):
        _check_launcher(1)
    _check_launcher(4)
