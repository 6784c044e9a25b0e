"""What is measured, and what is promised of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What the numbers of a measure are."""

    SECONDS = "s"
    BYTES = "B"


class Rival(Enum):
    """Whom a ratio is taken against."""

    PLAIN = "plain"
    OFFICIAL = "official"


@dataclass(frozen=True)
class Target:
    """A promise: ours, divided by the rival's, is at most `bound`, or `below` it."""

    rival: Rival
    bound: float
    below: bool = False


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds of ours divided by theirs, with the middle half of the rounds."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Measure:
    """One thing measured round by round, each round on every side; `official` is empty where it is not there."""

    name: str
    plain_is: str
    unit: Unit
    ours: tuple[float, ...]
    plain: tuple[float, ...]
    official: tuple[float, ...]
    targets: tuple[Target, ...] = ()

    def ratio(self, rival: Rival) -> Ratio | None:
        """Ours against a rival: rounds are compared one by one, so that what slows the machine slows both."""
        return ratio(self.ours, self.plain if rival is Rival.PLAIN else self.official)


@dataclass(frozen=True)
class Verdict:
    """A target and what came out; `ratio` is None where there was nothing to compare with."""

    measure: Measure
    target: Target
    ratio: Ratio | None

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds."""
        if self.ratio is None:
            return None
        middle, bound = self.ratio.middle, self.target.bound
        return middle < bound if self.target.below else middle <= bound


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> Ratio | None:
    """Compare two sides round by round."""
    quotients = [mine / other for mine, other in zip(ours, theirs, strict=False)]
    if not quotients:
        return None
    low, middle, high = statistics.quantiles(quotients, n=4, method="inclusive")
    return Ratio(middle, low, high)


def verdicts(measures: Iterable[Measure]) -> list[Verdict]:
    """Every target of every measure."""
    return [Verdict(measure, target, measure.ratio(target.rival)) for measure in measures for target in measure.targets]
