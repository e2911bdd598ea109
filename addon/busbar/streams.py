"""The standard streams of a script: bounded, its own, and with all that scripts expect of one. No bpy."""

import codecs
import contextlib
import io
import os
import sys
import threading
import weakref
from typing import Any, Callable, Iterator, Optional, TextIO

OWN_THREADS = "busbar-"


class Strangers:
    """The threads that are not a script's own: those that were there before it, and those that such a one starts.

    Use as a context manager around the script; entered on its thread.
    """

    def __init__(self) -> None:
        here = threading.get_ident()
        self._before = {ident for ident in sys._current_frames() if ident != here}
        self._threads = weakref.WeakSet(each for each in threading.enumerate() if each.ident in self._before)

    def __contains__(self, thread: threading.Thread) -> bool:
        # Only a thread that was not begun by `threading` is told by its number: the system gives that out again.
        return thread in self._threads or (
            isinstance(thread, threading._DummyThread) and thread.ident in self._before
        )

    def __enter__(self) -> "Strangers":
        self._start = start = threading.Thread.start

        def noting(thread: threading.Thread) -> None:
            if threading.current_thread() in self:
                self._threads.add(thread)
            start(thread)

        self._noting = threading.Thread.start = noting  # type: ignore[method-assign]
        return self

    def __exit__(self, *error: object) -> None:
        if threading.Thread.start is self._noting:
            threading.Thread.start = self._start  # type: ignore[method-assign]


class BoundedText(io.TextIOBase):
    """A stream that keeps the first `limit` characters and counts the rest.

    What the add-on's own threads write meanwhile (their log lines), and what `strangers` write, passes through to
    `outer`, the stream that this one stands for. `written` is called after each `write` of anybody else, and may raise.
    """

    errors = "replace"
    line_buffering = True
    write_through = True
    mode = "w"

    def __init__(
        self,
        limit: int,
        outer: Optional[TextIO],
        written: Callable[[], None],
        strangers: Any = (),
        name: str = "<stdout>",
    ) -> None:
        super().__init__()
        self.name = name
        self._limit = limit
        self._outer = outer
        self._written = written
        self._strangers = strangers
        self._lock = threading.Lock()
        self._parts: list = []
        self._kept = 0
        self._lost = 0
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:
        return "utf-8"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The one of the stream that this stands for: for `faulthandler`. What is written there is not kept."""
        if self._outer is None:
            raise io.UnsupportedOperation("fileno")
        return self._outer.fileno()

    def reconfigure(
        self,
        *,
        encoding: Optional[str] = None,
        errors: Optional[str] = None,
        newline: Optional[str] = None,
        line_buffering: Optional[bool] = None,
        write_through: Optional[bool] = None,
    ) -> None:
        """Takes what `io.TextIOWrapper` takes. Characters are kept as such, so there is nothing to set."""
        if encoding is not None:
            codecs.lookup(encoding)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        thread = threading.current_thread()
        if thread.name.startswith(OWN_THREADS) or thread in self._strangers:
            return self._outer.write(text) if self._outer is not None else len(text)
        with self._lock:
            part = text[: max(0, self._limit - self._kept)]
            if part:
                self._parts.append(part)
                self._kept += len(part)
            self._lost += len(text) - len(part)
        self._written()
        return len(text)

    def kept(self) -> "tuple[str, int]":
        """The text that was kept, and how many characters were not."""
        with self._lock:
            return "".join(self._parts), self._lost


class _Bytes(io.BufferedIOBase):
    """Takes the bytes of a text stream: UTF-8, with U+FFFD for what is none."""

    def __init__(self, text: BoundedText) -> None:
        super().__init__()
        # The text holds this one.
        self._text = weakref.proxy(text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.name = text.name

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._text.fileno()

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._text.write(self._decoder.decode(content))
        return len(content)


@contextlib.contextmanager
def no_input() -> Iterator[None]:
    """Whoever asks for input meanwhile (`input()`, a debugger) gets the end of the file at once."""
    before = sys.stdin
    with open(os.devnull, encoding="utf-8") as empty:
        sys.stdin = empty
        try:
            yield
        finally:
            sys.stdin = before
