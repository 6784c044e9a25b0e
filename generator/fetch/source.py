"""Find Clerk's documents: in its public repository (as one archive), in a folder, or as a single document."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import tarfile
import zlib
from pathlib import Path

import attrs

from generator.fetch import document
from generator.fetch.document import Document
from generator.problems import DocumentProblem

CLERK_REPOSITORY = "https://github.com/clerk/openapi-specs"
FOLDERS = ("bapi", "webhooks", "fapi")
_OPTIONAL = ("fapi",)
"""The folders that a source may lack."""

_DATED = re.compile(r"(?P<folder>bapi|fapi|webhooks)/(?P<version>\d{4}-\d{2}-\d{2})\.ya?ml")
_DOCUMENT = (".json", ".yaml", ".yml")
_ARCHIVE = (".tar.gz", ".tgz")


@attrs.frozen
class Source:
    """All dated documents at one revision."""

    place: str
    """The source as given by the user."""
    name: str
    """Its name in the lock file: `owner/repository@commit`, or the name of the folder."""
    files: dict[str, bytes]
    """Contents by path, such as `bapi/2026-05-12.yml`."""

    def versions(self, folder: str) -> dict[str, str]:
        """Return the path of each version in a folder, oldest first."""
        found = [match for match in map(_DATED.fullmatch, sorted(self.files)) if match and match["folder"] == folder]
        return {match["version"]: match[0] for match in found}

    def read(self, folder: str, version: str | None = None) -> Document:
        """Return the document of a version, or the newest one.

        Raises:
            DocumentProblem: the document does not exist or is malformed.
        """
        versions = self.versions(folder)
        wanted = version or max(versions, default=None)
        if wanted is None or wanted not in versions:
            there = f"; there are {', '.join(versions)}" if versions else ""
            raise DocumentProblem(self.place, f"holds no {folder}/{version or 'YYYY-MM-DD'}.yml{there}")
        path = versions[wanted]
        return document.parse(f"{self.place}, {path}", self.files[path], recorded_as=f"{self.name}:{path}")


def newest(place: str) -> list[Document]:
    """Return the newest documents of the Backend API, of the events and, if there is one, of the Frontend API.

    Of a single document, return only that one.

    Raises:
        DocumentProblem: a document is missing, cannot be fetched, or is malformed.
    """
    if place.endswith(_DOCUMENT):
        return [document.read(place)]
    source = find(place)
    return [source.read(folder) for folder in FOLDERS if folder not in _OPTIONAL or source.versions(folder)]


def find(place: str) -> Source:
    """Return all dated documents at the URL of a repository or archive, or in a folder."""
    if not document.is_url(place):
        return _folder(Path(place))
    archive = place if place.endswith(_ARCHIVE) else f"{place.rstrip('/')}/archive/HEAD.tar.gz"
    return _archive(archive, document.fetch(archive))


def _archive(url: str, raw: bytes) -> Source:
    """Read all documents from an archive; git writes the commit into its header."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(raw))) as archive:
            commit = archive.pax_headers.get("comment", "")
            for member in archive:
                path = member.name.partition("/")[2]
                if _DATED.fullmatch(path) and (content := archive.extractfile(member)):
                    files[path] = content.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DocumentProblem(url, f"is not a complete archive ({error})") from error
    return Source(url, _named("/".join(url.split("/")[3:5]), commit[:7]), files)


def _folder(folder: Path) -> Source:
    if not folder.is_dir():
        raise DocumentProblem(str(folder), "is not a folder")
    paths = [path for inner in FOLDERS for path in sorted((folder / inner).glob("*.y*ml"))]
    files = {path.relative_to(folder).as_posix(): document.fetch(str(path)) for path in paths}
    name, commit = folder.resolve().name, ""
    if (folder / ".git").exists():
        commit = _git(folder, "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*")
        remote = re.search(r"([^/:]+/[^/:]+?)(\.git)?$", _git(folder, "remote", "get-url", "origin"))
        name = remote[1] if remote else name
    return Source(str(folder), _named(name, commit), files)


def _git(folder: Path, *arguments: str) -> str:
    """Return the output of a git command, or an empty string if it fails."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() if done.returncode == 0 else ""


def _named(repository: str, commit: str) -> str:
    return f"{repository}@{commit}" if commit else repository
