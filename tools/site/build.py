"""Build the site, or serve it while its pages change."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from tools.site import llms, navigation, pages, staging
from tools.site.pages import Page

SITE = pages.ROOT / "site"
URL = os.environ.get("CLERKKIT_SITE_URL", "")
_ZENSICAL = [sys.executable, "-m", "zensical"]
_ENVIRONMENT = {**os.environ, "NO_COLOR": "1"}


def build() -> staging.Staged:
    """Write the site to the folder site/, and return its pages and what is wrong with them."""
    staged = staging.stage()
    sections, problems = navigation.sections(pages.ROOT, staged.pages)
    shutil.rmtree(SITE, ignore_errors=True)
    done = subprocess.run([*_ZENSICAL, "build", "--clean", "--strict"], cwd=pages.ROOT, env=_ENVIRONMENT, check=False)
    if done.returncode:
        problems.append(f"Zensical ended with exit code {done.returncode}: see its warnings above")
    write_texts(SITE, staged.pages, sections)
    return staging.Staged(staged.pages, [*staged.problems, *problems])


def write_texts(site: Path, all_pages: list[Page], sections: dict[str, list[Page]]) -> None:
    """Write what programs read: the Markdown of each page, llms.txt and llms-full.txt."""
    for page in all_pages:
        twin = site / page.path
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_text(page.text, encoding="utf-8")
    (site / "llms.txt").write_text(llms.index(sections, URL), encoding="utf-8")
    (site / "llms-full.txt").write_text(llms.full(sections), encoding="utf-8")


def serve(address: str) -> None:
    """Serve the site until Ctrl+C, and build pages again when they change."""
    staging.stage()
    stopped = threading.Event()
    watcher = threading.Thread(target=_stage_changes, args=(stopped,))
    watcher.start()
    try:
        subprocess.run([*_ZENSICAL, "serve", "--dev-addr", address], cwd=pages.ROOT, check=True)
    except KeyboardInterrupt:
        pass
    finally:
        stopped.set()
        watcher.join()


def _stage_changes(stopped: threading.Event) -> None:
    """Collect the pages again, once a second, so that Zensical sees what has changed."""
    while not stopped.wait(1):
        # A file can be gone between two steps, as editors replace files.
        with contextlib.suppress(OSError):
            staging.stage()
