"""Random numbers that are a hash: a draw depends on (seed, replication, person, activity, visit) and nothing else.

So an alternative that adds a bed or a person moves no other draw (common random numbers), and the answer does not
depend on the order of events or on the number of processes. The hash is the finaliser of splitmix64 (Steele, Lea and
Flood 2014, "Fast splittable pseudorandom number generators"), applied block-wise to NumPy arrays.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Floats = NDArray[np.float64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = (np.uint64(shift) for shift in (30, 27, 31, 11))
_UNIT = 2.0**-53


def key(*words: str | int) -> np.uint64:
    """The number of a name: the same on every machine and in every process. Parts are kept apart."""
    text = "\x1f".join(str(word) for word in words)
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def mixed(numbers: Ids) -> Ids:
    """splitmix64's finaliser: neighbouring numbers come out unrelated."""
    numbers = numbers + _STEP
    numbers ^= numbers >> _30
    numbers *= _FIRST
    numbers ^= numbers >> _27
    numbers *= _SECOND
    numbers ^= numbers >> _31
    return numbers


def persons(stream: np.uint64, first: int, count: int) -> Ids:
    """The ids of `count` people of a stream, from its person number `first` on."""
    return mixed(np.arange(first, first + count, dtype=np.uint64) ^ stream)


def root(seed: int, replication: int) -> np.uint64:
    """What all draws of one replication begin with."""
    return key("lightship", seed, replication)


def uniforms(root: np.uint64, people: Ids, activity: np.uint64, visit: int = 0) -> Floats:
    """One number in (0, 1) for each person: never 0 or 1, so every inverse distribution function is finite."""
    with np.errstate(over="ignore"):
        salt = activity + np.uint64(visit) * _STEP
        hashed = mixed(mixed(people ^ root) ^ salt)
    return (hashed >> _11).astype(np.float64) * _UNIT + 0.5 * _UNIT
