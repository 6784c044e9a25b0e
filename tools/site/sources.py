"""Pages that show files and folders of the repository to which other pages link, such as examples and their README.md.

The site shows them itself: its links work offline, and show the version that belongs to the text.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = "repository"
_LANGUAGES = {
    ".css": "css",
    ".html": "html",
    ".js": "javascript",
    ".json": "json",
    ".py": "python",
    ".sh": "sh",
    ".toml": "toml",
    ".ts": "typescript",
    ".yaml": "yaml",
    ".yml": "yaml",
}
_HIDDEN = re.compile(r"^(?:\.|__pycache__$|node_modules$)|\.pyc$|\.sqlite3$")


def path_on_site(root: Path, source: str) -> str:
    """Return the path of the page that shows a file or folder."""
    if (root / source).is_dir():
        return f"{FOLDER}/{source}/index.md"
    if Path(source).name == "README.md":  # Zensical leaves it out beside an index.md
        return f"{FOLDER}/{Path(source).with_name('readme-md.md').as_posix()}"
    return f"{FOLDER}/{source}" if source.endswith(".md") else f"{FOLDER}/{source}.md"


def text(root: Path, source: str) -> str:
    """Return the Markdown of the page that shows a file or folder."""
    file = root / source
    if file.is_dir():
        rows = [f"- [{path.name}{'/' * path.is_dir()}]({file.name}/{path.name})" for path in _visible(file)]
        return f"# {source}/\n\nThe files of this folder.\n\n" + "\n".join(rows) + "\n"
    content = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return content
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", content)), default=0))
    language = "docker" if file.name == "Dockerfile" else _LANGUAGES.get(file.suffix, "text")
    return f"# {source}\n\n{fence}{language}\n{content.rstrip()}\n{fence}\n"


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not _HIDDEN.search(path.name) and not is_binary(path))


def is_binary(path: Path) -> bool:
    """Return whether a file is not text."""
    return path.is_file() and b"\0" in path.read_bytes()[:4096]
