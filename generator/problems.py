"""What goes wrong while a document becomes code, said in one line with the place."""

from __future__ import annotations


class GeneratorProblem(Exception):
    """Anything that stops the generator; `str()` is the one line that a maintainer reads."""


class DocumentProblem(GeneratorProblem):
    """The document is not what it should be, at `place` (a JSON pointer, or a line of the file)."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem
