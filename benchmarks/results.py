"""Measures, targets, and the ratios that decide whether a target is met."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """The unit of a measure."""

    SECONDS = "s"
    BYTES = "B"


class Rival(Enum):
    """The side that a ratio compares with."""

    PLAIN = "plain"
    OFFICIAL = "official"


@dataclass(frozen=True)
class Target:
    """The ratio of our value to the rival's must be at most `bound`, or less if `below` is true."""

    rival: Rival
    bound: float
    below: bool = False


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds of our value divided by theirs, with the interquartile range."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Measure:
    """The values of all sides in each round; `official` is empty if that side was not measured."""

    name: str
    plain_is: str
    unit: Unit
    ours: tuple[float, ...]
    plain: tuple[float, ...]
    official: tuple[float, ...]
    targets: tuple[Target, ...] = ()

    def ratio(self, rival: Rival) -> Ratio | None:
        """Return the ratio to a rival. Values of the same round are compared, so that load affects both."""
        return ratio(self.ours, self.plain if rival is Rival.PLAIN else self.official)


@dataclass(frozen=True)
class Verdict:
    """A target and the measured ratio, which is None if the rival was not measured."""

    measure: Measure
    target: Target
    ratio: Ratio | None

    @property
    def kept(self) -> bool | None:
        """Whether the target is met, or None if it was not measured."""
        if self.ratio is None:
            return None
        middle, bound = self.ratio.middle, self.target.bound
        return middle < bound if self.target.below else middle <= bound


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> Ratio | None:
    """Return the ratio of two sides, round by round."""
    quotients = [mine / other for mine, other in zip(ours, theirs, strict=False)]
    if not quotients:
        return None
    low, middle, high = statistics.quantiles(quotients, n=4, method="inclusive")
    return Ratio(middle, low, high)


def verdicts(measures: Iterable[Measure]) -> list[Verdict]:
    """Return all targets of all measures with their ratios."""
    return [Verdict(measure, target, measure.ratio(target.rival)) for measure in measures for target in measure.targets]
