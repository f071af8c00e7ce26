"""Where random numbers come from: a seed, a counter, and nothing else."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.trace import is_traced
from cornu_engine.variable import Variable

_WORD = 2**32 - 1
_LONG = 2**64 - 1


class _Source:
    """A seed, drawn when it is needed, and how many seeds were derived from it."""

    def __init__(self, draw: Callable[[], int] | None = None) -> None:
        self.lock = threading.Lock()
        self.draw = draw or functools.partial(secrets.randbits, 64)
        self.given = draw is not None
        self.drawn = 0
        self.generator: SeedGenerator | None = None

    @functools.cached_property
    def entropy(self) -> int:
        """The seed."""
        return _whole(self.draw()) & _LONG


_PROCESS = _Source()
_SCOPED: ContextVar[_Source | None] = ContextVar("cornu_seed_scope", default=None)


def _source() -> _Source:
    return _SCOPED.get() or _PROCESS


def set_seed(seed: int) -> None:
    """Fix every source of randomness of Cornu: weights, dropout, shuffling.

    Seeds that layers and initializers take for themselves are derived from this one in the order in
    which they are made, so the same script gives the same numbers, bit for bit.

    Parameters
    ----------
    seed
        Any whole number.

    Examples
    --------
    >>> import cornu
    >>> cornu.set_seed(0)
    >>> first = cornu.random.uniform((2,))
    >>> cornu.set_seed(0)
    >>> bool((first == cornu.random.uniform((2,))).all())
    True
    """
    source = _source()
    with source.lock:
        source.entropy = _whole(seed) & _LONG
        source.given = True
        source.drawn = 0
        if source.generator is not None:  # in place: programs that draw from it hold its variable
            source.generator.state.assign(np.array([source.entropy & _WORD, 0], np.uint32))


@contextmanager
def seed_scope(seed: int | Callable[[], int]) -> Iterator[None]:
    """Derive seeds from this one inside a `with` block, and from the global one again after it.

    The block has a source of its own: what other threads draw does not change its numbers.

    Parameters
    ----------
    seed
        Any whole number, or a function that returns one when the first is needed.

    Examples
    --------
    >>> import cornu
    >>> draws = []
    >>> for _ in range(2):
    ...     with seed_scope(0):
    ...         draws.append(cornu.random.draw_seed())
    >>> draws[0] == draws[1]
    True
    """
    draw = seed if callable(seed) else functools.partial(int, _whole(seed))
    token = _SCOPED.set(_Source(draw))
    try:
        yield
    finally:
        _SCOPED.reset(token)


def is_seeded() -> bool:
    """Tell whether a seed was given (`cornu.set_seed`), or drawn by chance."""
    return _source().given


def draw_seed() -> int:
    """The next seed derived from the global one: what `seed=None` stands for.

    Examples
    --------
    >>> import cornu
    >>> cornu.random.draw_seed() != cornu.random.draw_seed()
    True
    """
    source = _source()
    with source.lock:
        place = source.drawn
        source.drawn += 1
        mixed = np.random.SeedSequence(source.entropy, spawn_key=(place,))
    return int(mixed.generate_state(1, np.uint32)[0])


def seed_state() -> dict[str, Any]:
    """Return what `restore_seed_state` needs to go on from here with the same numbers."""
    source = _source()
    with source.lock:
        generator = source.generator
        return {
            "entropy": source.entropy,
            "drawn": source.drawn,
            "generator": None if generator is None else generator.state.numpy(),
        }


def restore_seed_state(state: dict[str, Any]) -> None:
    """Bring the process-wide seed to a state that `seed_state` returned."""
    generator = None if state["generator"] is None else global_generator()
    source = _source()
    with source.lock:
        source.entropy, source.drawn = state["entropy"], state["drawn"]
        if generator is not None:
            generator.state.assign(state["generator"])


class SeedGenerator:
    """A stream of random numbers: a seed and a counter that every draw advances.

    Parameters
    ----------
    seed
        Whole number; the same seed gives the same stream on every backend. `None` derives one
        from the global seed (`cornu.set_seed`) and the order of creation.
    name
        Short name of its state.

    Attributes
    ----------
    state
        Variable of dtype uint32: the seed, and how many draws were made. It is part of the state of
        any program that draws from the generator.

    Examples
    --------
    >>> import cornu
    >>> generator = cornu.random.SeedGenerator(0)
    >>> a = cornu.random.uniform((2,), seed=generator)
    >>> b = cornu.random.uniform((2,), seed=generator)
    >>> bool((a != b).all())
    True
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise TypeError(f"SeedGenerator() takes no argument {sorted(kwargs)[0]!r}.")
        self.name = name or "seed_generator"
        self._given = seed
        self.seed = draw_seed() if seed is None else _whole(seed)
        start = np.array([self.seed & _WORD, 0], np.uint32)
        self.state = Variable(start, dtype="uint32", trainable=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> Any:
        """The state as it is, `(seed, counter)`; the counter advances.

        Parameters
        ----------
        ordered
            Accepted for Keras' sake.
        """
        now = self.state.value
        now = now if is_traced(now) else np.array(now)
        self.state.assign(p.add(now, np.array([0, 1], np.uint32)))
        return now

    def traced_from(self) -> dict[str, Any]:
        """What a step that draws from it follows from: the variable, and no number in it."""
        return {"state": self.state}

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal generator."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator of a config."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<SeedGenerator seed={self.seed}>"


def global_generator() -> SeedGenerator:
    """The generator of draws that name no seed."""
    source = _source()
    with source.lock:
        if source.generator is None:
            source.generator = SeedGenerator(source.entropy & _WORD, name="global_seed_generator")
    return source.generator


def random_words(shape: tuple[int, ...], seed: Any) -> Any:
    """Uniform 32-bit words (uint32) from a seed, a generator, or the global one."""
    if seed is None:
        seed = global_generator()
    if isinstance(seed, SeedGenerator):
        state = seed.next()
        # the key is two words, the second 0: streams of one seed differ by the counter alone
        key = p.pad(
            p.slice(state, start=(0,), stop=(1,), step=(1,)),
            low=(0,),
            high=(1,),
            interior=(0,),
            value=0,
        )
        counter = p.reshape(p.slice(state, start=(1,), stop=(2,), step=(1,)), shape=())
        return p.random_bits(key, counter, shape=tuple(shape))
    key = np.array([_whole(seed) & _LONG, 0], np.uint64)
    return p.random_bits(key, np.zeros((), np.uint32), shape=tuple(shape))


def _whole(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"A seed is a whole number, a SeedGenerator or None, got {seed!r}.")
    return int(seed)
