"""Errors that say what is wrong, where, and what to do next."""

from __future__ import annotations

from locales import text


class MatphoError(Exception):
    """An error whose message comes from the catalogue, in the language of whoever reads it.

    Args:
        message_id: name of the message in the catalogue, such as `error-file-missing`.
        arguments: values for the message: file, line, field, camera.
    """

    def __init__(self, message_id: str, **arguments: object) -> None:
        super().__init__(message_id, arguments)
        self.message_id = message_id
        self.arguments = arguments

    def __str__(self) -> str:
        return text(self.message_id, **self.arguments)


class ConfigError(MatphoError):
    """A configuration, scene or model card that cannot be used; nothing was started."""


class SourceError(MatphoError):
    """A camera or file that cannot be read.

    Attributes:
        retryable: whether trying again later may help.
        retry_after_s: the least time to wait before trying again, in seconds.
    """

    def __init__(self, message_id: str, *, retryable: bool, retry_after_s: float = 0.0, **arguments: object) -> None:
        super().__init__(message_id, **arguments)
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class ModelError(MatphoError):
    """A model that cannot be loaded or whose outputs are not understood."""


class StoreError(MatphoError):
    """An event store that cannot be opened, read or written."""


class SinkError(MatphoError):
    """A sink that cannot be started as configured."""


class ConsoleError(MatphoError):
    """A page that cannot be served as configured."""


class RequestError(MatphoError):
    """A request to the page that it cannot answer.

    Attributes:
        status: of HTTP.
        field: the query's field that is wrong, None where it is none of them.
    """

    def __init__(self, message_id: str, *, status: int = 422, field: str | None = None, **arguments: object) -> None:
        super().__init__(message_id, **arguments)
        self.status = status
        self.field = field


class VerifierError(MatphoError):
    """A second look gave no answer."""
