"""Completions in an editor, requested from pyright's language server."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any


def completions(folder: Path, preamble: str, expressions: Sequence[str]) -> dict[str, set[str]]:
    """Return the names offered after each expression, without those that begin with `_`.

    Args:
        folder: An empty folder for the edited file.
        preamble: The lines before the expressions.
        expressions: The typed expressions, one per line. Each ends with a dot.
    """
    text = "\n".join([preamble.rstrip(), *expressions])
    path = folder / "edited.py"
    path.write_text(text, encoding="utf-8")
    first = len(preamble.rstrip().splitlines())
    with _served(folder) as server:
        server.call("initialize", processId=os.getpid(), rootUri=folder.as_uri(), capabilities=_CAPABILITIES)
        server.send(method="initialized", params={})
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        server.send(method="textDocument/didOpen", params={"textDocument": document})
        found: dict[str, set[str]] = {}
        for line, expression in enumerate(expressions, first):
            position = {"line": line, "character": len(expression)}
            response = server.call("textDocument/completion", textDocument={"uri": path.as_uri()}, position=position)
            labels = {item["label"] for item in response["items"]}
            found[expression] = {label for label in labels if not label.startswith("_")}
        return found


_CAPABILITIES = {"workspace": {"configuration": True}}


class _Server:
    def __init__(self, written: IO[bytes], read: IO[bytes]) -> None:
        self._written = written
        self._read = read
        self._last = 0

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._written.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._written.flush()

    def call(self, method: str, **params: Any) -> Any:
        """Send a request and return its result. Meanwhile, handle requests of the server."""
        self._last += 1
        self.send(id=self._last, method=method, params=params)
        while True:
            message = self._receive()
            if "method" not in message:
                if message["id"] == self._last:
                    return message["result"]
            elif "id" in message:
                asked = message["params"].get("items", ()) if message["method"] == "workspace/configuration" else None
                result = None if asked is None else [{"pythonPath": sys.executable} for _ in asked]
                self.send(id=message["id"], result=result)

    def _receive(self) -> Any:
        length = 0
        while line := self._read.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server has ended"
        return json.loads(self._read.read(length))


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[_Server]:
    command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = _Server(process.stdin, process.stdout)
        try:
            yield server
            server.call("shutdown")
            server.send(method="exit")
        finally:
            process.stdin.close()
            process.terminate()
