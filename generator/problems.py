"""Errors of the generator. Each is one line that names the place."""

from __future__ import annotations


class GeneratorProblem(Exception):
    """Base of all errors that stop the generator; `str()` is one line for the maintainer."""


class DocumentProblem(GeneratorProblem):
    """A document is malformed at `place`, a JSON pointer or a line of the file."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem
