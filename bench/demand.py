"""Made-up demand of four kinds, by a generator that knows nothing of how it is forecast."""

from collections.abc import Callable, Iterator
from math import exp, pi, sin
from random import Random

DAYS = 365


def smooth(dice: Random) -> Iterator[int]:
    """Many buy independently, every day alike."""
    rate = dice.uniform(3, 40)
    for _ in range(DAYS):
        yield _buyers(dice, rate)


def seasonal(dice: Random) -> Iterator[int]:
    """The same, but more on some days of the week, and more or fewer as time goes by."""
    rate, growth = dice.uniform(5, 40), dice.uniform(-0.6, 1.5)
    swing, phase = dice.uniform(0.2, 0.7), dice.uniform(0, 7)
    for day in range(DAYS):
        week = 1 + swing * sin(2 * pi * (day + phase) / 7)
        yield _buyers(dice, rate * week * (1 + growth * day / DAYS))


def intermittent(dice: Random) -> Iterator[int]:
    """A few units now and then."""
    chance = dice.uniform(0.05, 0.4)
    for _ in range(DAYS):
        yield dice.randint(1, 3) if dice.random() < chance else 0


def lumpy(dice: Random) -> Iterator[int]:
    """Now and then, and sometimes very many at once."""
    chance, usual = dice.uniform(0.05, 0.4), dice.uniform(1, 2)
    for _ in range(DAYS):
        yield 1 + int(dice.lognormvariate(usual, 1)) if dice.random() < chance else 0


KINDS: dict[str, Callable[[Random], Iterator[int]]] = {
    "smooth": smooth,
    "trend and season": seasonal,
    "intermittent": intermittent,
    "lumpy": lumpy,
}


def _buyers(dice: Random, rate: float) -> int:
    """How many come in a day, where `rate` do on average (Knuth's way to a Poisson number)."""
    least, product, count = exp(-rate), dice.random(), 0
    while product > least:
        product *= dice.random()
        count += 1
    return count
