"""Read Markdown: its title, its first sentence, and the links that are not in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"^ *(`{3,}|~{3,})")
_LINK = re.compile(r"(?P<code>`+)(?:(?!(?P=code)).)*?(?P=code)|(?P<start>\]\()(?P<target>[^()\s]*)(?P<end>[^()]*\))")
_DEFINITION = re.compile(r"^(?P<start>\[(?!\^)[^\]]+\]: +)(?P<target>\S+)(?P<end>.*)$")
_PROSE = re.compile(r"^[^\W_]|^[`*\[(\"']")
_SENTENCE = re.compile(r"^.*?[.!?](?= [^a-z]|$)", re.DOTALL)


def title(text: str) -> str:
    """Return the text of the first heading, without markup."""
    for line, in_code in _lines(text):
        if line.startswith("# ") and not in_code:
            return plain(line.removeprefix("# "))
    raise ValueError(f"the page has no title: expected a line that starts with '# ', not {text[:60]!r}")


def first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph, without markup; empty if there is no paragraph."""
    paragraph: list[str] = []
    for line, in_code in _lines(text):
        if not in_code and (_PROSE.match(line) if not paragraph else line.strip()):
            paragraph.append(line.strip())
        elif paragraph:
            break
    prose = plain(" ".join(paragraph))
    sentence = _SENTENCE.match(prose)
    return (sentence[0] if sentence else prose).rstrip(":").strip()


def plain(text: str) -> str:
    """Return a line without emphasis, code marks, and the targets of its links."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*]|\\(?=[<>_|])", "", text).strip()


def replace_links(text: str, replace: Callable[[str], str]) -> str:
    """Return the text with another target for each link and image that is not in code."""

    def replaced(match: re.Match[str]) -> str:
        if match.groupdict().get("code"):
            return match[0]
        return match["start"] + replace(match["target"]) + match["end"]

    lines: list[str] = []
    for line, in_code in _lines(text):
        lines.append(line if in_code else _LINK.sub(replaced, _DEFINITION.sub(replaced, line)))
    return "\n".join(lines)


def links(text: str) -> list[str]:
    """Return the targets of all links and images that are not in code."""
    targets: list[str] = []

    def visit(target: str) -> str:
        targets.append(target)
        return target

    replace_links(text, visit)
    return targets


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it belongs to a fenced block of code."""
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            yield line, True
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            fence = mark[1] if mark else ""
            yield line, bool(mark)
