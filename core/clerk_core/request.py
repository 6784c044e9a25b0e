"""`Request[T]`: one call, ready to send, whose response decodes to a `T`. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, BinaryIO, Generic, NamedTuple, Protocol, TypeVar

from clerk_core.response import Response

T_co = TypeVar("T_co", covariant=True)


class RequestInfo(NamedTuple):
    """A description of a request for errors. It excludes query, headers and body, which may contain secrets."""

    method: str
    path: str
    operation: str
    """Method and path template, such as `GET /users/{user_id}`."""


class Upload(Protocol):
    """A file of a multipart body; see `clerk_core.File`."""

    content_type: str
    filename: str

    def open(self, argument: str) -> AbstractContextManager[bytes | BinaryIO]:
        """Open the file; errors name `argument`."""
        ...


class Request(Generic[T_co]):
    """One call, ready to send. Create it with an endpoint function, and send it with a client, as often as you like.

    A request stores bytes, not the objects that it was created from, so later changes to them do not affect it. Only
    open files are read when the request is sent.
    """

    __slots__ = ()

    method: str
    path: str
    operation: str
    """Method and path template, such as `GET /users/{user_id}`."""
    query: str
    content: bytes
    """The JSON body."""
    fields: Mapping[str, str]
    """The text fields of a multipart body."""
    files: Mapping[str, Upload]
    """The files of a multipart body."""
    row: Callable[[Any], Any] | None
    """Reads one row, for an operation that lists pages."""
    rows_key: str
    """The key that holds the rows of a page that is an object."""

    @property
    def info(self) -> RequestInfo:
        """The description of this request in errors."""
        return RequestInfo(self.method, self.path, self.operation)

    def open_files(self) -> AbstractContextManager[Mapping[str, bytes | BinaryIO]]:
        """Open the files while the request is sent."""
        return _open(self.files) if self.files else _NO_FILES

    def decode(self, response: Response) -> T_co:
        """Return the result that a response contains.

        Raises:
            ApiError: the server returned an error, or a body that cannot be read (`InvalidResponse`).
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<Request {self.operation}>"


class WrappedRequest(Request[T_co]):
    """A request that is sent as another one and decodes the response differently."""

    __slots__ = ("wrapped",)

    def __init__(self, request: Request[Any]) -> None:
        self.wrapped = request

    def __getattr__(self, name: str) -> Any:
        if name == "wrapped":  # not set yet, while the request is copied
            raise AttributeError(name)
        return getattr(self.wrapped, name)


@contextmanager
def _open(files: Mapping[str, Upload]) -> Generator[Mapping[str, bytes | BinaryIO]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(file.open(name)) for name, file in files.items()}


_NO_FILES: AbstractContextManager[Mapping[str, bytes | BinaryIO]] = nullcontext({})
