"""A backend: what turns a program into something that runs. This one takes the time.

It needs the engine alone, and so serves where nothing else of Cornu is installed.
"""

from collections import Counter
from time import perf_counter

import numpy as np

from cornu_engine.backend import Backend, Executable
from cornu_engine.reference import evaluate


class TimedExecutable(Executable):
    """A program run instruction by instruction, by the definitions of the operations.

    Attributes
    ----------
    seconds : Counter
        How long each operation took in all runs together.
    """

    def __init__(self, program):
        self.program = program
        self.plan = program.plan(lowers=())  # no composites: primitives only
        self.source = str(self.plan)
        self.seconds = Counter()

    def __call__(self, *inputs):
        program, plan = self.program, self.plan
        values = dict(zip(program.inputs, map(np.asarray, inputs), strict=True))
        values |= {leaf: variable.array.copy() for variable, leaf in program.state.items()}
        for instruction in plan.instructions:
            start = perf_counter()
            evaluate([instruction.node], values)
            self.seconds[instruction.op] += perf_counter() - start
        results = evaluate(program.outputs, values)
        fresh = evaluate(program.updates.values(), values)
        for variable, new in zip(program.updates, fresh, strict=True):
            variable.array[...] = new
        return [np.array(result) for result in results]


class TimedBackend(Backend):
    """``CORNU_BACKEND=timed``, ``compile(backend="timed")``."""

    name = "timed"

    def compile(self, program):
        return TimedExecutable(program)
