"""Sources of documents: an archive over HTTP, a folder, a checkout; and their errors."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from generator.fetch.source import find, newest
from generator.problems import DocumentProblem
from tests.generator.documents import DOCUMENT, FRONTEND
from tests.generator.projects import COMMIT, archive, newer, specs
from tests.loopback import Act, refused, respond, serve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a folder of documents that also contains other files."""
    specs(tmp_path / "specs", DOCUMENT, newer())
    for name in ("bapi/latest.yml", "bapi/2099-01-01.yml.bak", "other/2099-01-01.yml", "README.md"):
        (tmp_path / "specs" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "specs" / name).write_text("none", encoding="utf-8")
    return tmp_path / "specs"


def test_repository_is_read_with_one_request(folder: Path) -> None:
    with serve(respond(200, archive(folder))) as server:
        contract, events = newest(f"{server.url}/clerk/openapi-specs")
    assert server.request.path == "/clerk/openapi-specs/archive/HEAD.tar.gz"
    assert contract.source == f"clerk/openapi-specs@{COMMIT[:7]}:bapi/2030-02-02.yml"
    assert contract.data["info"]["version"] == "2030-02-02"
    assert events.source == f"clerk/openapi-specs@{COMMIT[:7]}:webhooks/2030-01-01.yml"


def test_folder_and_single_document_give_the_same(folder: Path) -> None:
    sources = [document.source for document in newest(str(folder))]
    assert sources == ["specs:bapi/2030-02-02.yml", "specs:webhooks/2030-01-01.yml"]
    (alone,) = newest(str(folder / "bapi" / "2030-01-01.yml"))
    assert alone.source == "bapi/2030-01-01.yml"
    assert list(find(str(folder)).versions("bapi")) == ["2030-01-01", "2030-02-02"]


def test_document_of_the_frontend_api_is_optional(folder: Path) -> None:
    (folder / "fapi").mkdir()
    (folder / "fapi" / "2030-01-01.yml").write_text(json.dumps(FRONTEND), encoding="utf-8")
    sources = [document.source for document in newest(str(folder))]
    assert sources == ["specs:bapi/2030-02-02.yml", "specs:webhooks/2030-01-01.yml", "specs:fapi/2030-01-01.yml"]


def test_source_of_a_checkout_has_its_commit(folder: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
        done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet")
    git("remote", "add", "origin", "git@forge.example.com:clerk/openapi-specs.git")
    git("add", ".")
    git("commit", "--quiet", "--message", "all")
    commit = git("rev-parse", "HEAD")[:7]
    assert newest(str(folder))[0].source == f"clerk/openapi-specs@{commit}:bapi/2030-02-02.yml"
    (folder / "bapi" / "2030-02-02.yml").write_text("{}", encoding="utf-8")
    assert find(str(folder)).name == f"clerk/openapi-specs@{commit}-dirty"


@pytest.mark.parametrize("cut", [0, 100, -20])
def test_incomplete_archive_is_rejected(folder: Path, cut: int) -> None:
    with (
        serve(respond(200, archive(folder)[:cut])) as server,
        pytest.raises(DocumentProblem, match="is not a complete archive"),
    ):
        newest(server.url)


def test_unreachable_source_is_named(tmp_path: Path) -> None:
    with refused() as url, pytest.raises(DocumentProblem, match=f"{url}.* cannot be fetched"):
        newest(f"{url}/clerk/openapi-specs")
    with serve(respond(404)) as server, pytest.raises(DocumentProblem, match=r"cannot be fetched .*404"):
        newest(server.url)
    with serve([Act.HANG_UP]) as server, pytest.raises(DocumentProblem, match="cannot be fetched"):
        newest(server.url)
    with pytest.raises(DocumentProblem, match="cannot be fetched"):
        newest("https://[::1/clerk")
    with pytest.raises(DocumentProblem, match="nowhere: is not a folder"):
        newest(str(tmp_path / "nowhere"))


def test_source_without_documents_is_rejected(tmp_path: Path, folder: Path) -> None:
    (folder / "bapi").rename(folder / "backend")
    with pytest.raises(DocumentProblem, match=r"holds no bapi/YYYY-MM-DD\.yml"):
        newest(str(folder))
    with serve(respond(200, archive(folder))) as server, pytest.raises(DocumentProblem, match="holds no bapi"):
        newest(server.url)
