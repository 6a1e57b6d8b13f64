"""Exact results of queueing theory that the engine is laid beside. Sources: the documents of the studies."""

from __future__ import annotations

import math


def erlang_b(offered: float, servers: int) -> float:
    """The share of people who find all servers busy where nobody can wait. offered: arrival rate x mean service."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """The share of people who wait where everybody can. offered: as in `erlang_b`, less than `servers`."""
    blocked = erlang_b(offered, servers)
    return blocked / (1 - offered / servers * (1 - blocked))


def mean_wait(rate: float, mean_service: float, servers: int) -> float:
    """The mean wait of M/M/c over all people, those who do not wait among them; in the unit of `mean_service`."""
    return erlang_c(rate * mean_service, servers) / (servers / mean_service - rate)


def pool_moments(there: int, rate: float, mean_stay: float, time: float) -> tuple[float, float]:
    """Mean and variance of the number in a pool without limit, `time` after `there` people were in it.

    Stays are exponential. Those of the start who are still there are binomial, those who came since are Poisson.
    """
    stays = math.exp(-time / mean_stay)
    came = rate * mean_stay * (1 - stays)
    return there * stays + came, there * stays * (1 - stays) + came
