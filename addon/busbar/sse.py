"""Server-sent events, parsed as they arrive (WHATWG HTML, section 9.2). No I/O, no bpy."""

from typing import List, NamedTuple, Optional

# The largest single event that is kept: a payload may take 4 MiB of JSON, and escaping can double that.
MAX_EVENT_BYTES = 16 * 1024 * 1024


class SseOverflow(Exception):
    """The server sent one event larger than MAX_EVENT_BYTES."""


class SseEvent(NamedTuple):
    """One dispatched event; `event` is "message" unless the server named it."""

    event: str
    data: str


class SseParser:
    """Turns chunks of bytes into events.

    `last_event_id` is what a reconnect sends as Last-Event-ID ("" for none). `retry_ms` is the reconnection time the
    server asked for, or None. Both outlive one stream: hand them to the next parser.
    """

    def __init__(self, last_event_id: str = "", retry_ms: Optional[int] = None) -> None:
        self.last_event_id = last_event_id
        self.retry_ms = retry_ms
        self._tail = b""
        self._after_cr = False
        self._at_start = True
        self._data: List[str] = []
        self._size = 0
        self._event = ""

    def feed(self, chunk: bytes) -> List[SseEvent]:
        """The events completed by `chunk`. Raises SseOverflow."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        text = self._tail + chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._tail = text.split(b"\n")
        if len(self._tail) + self._size > MAX_EVENT_BYTES:
            raise SseOverflow()
        events: List[SseEvent] = []
        for line in lines:
            if self._at_start:
                self._at_start = False
                if line.startswith(b"\xef\xbb\xbf"):
                    line = line[3:]
            event = self._line(line.decode("utf-8", "replace"))
            if event is not None:
                events.append(event)
        return events

    def _line(self, line: str) -> Optional[SseEvent]:
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            return None
        field, _, value = line.partition(":")
        if value.startswith(" "):
            value = value[1:]
        if field == "data":
            self._data.append(value)
            self._size += len(value)
            if self._size > MAX_EVENT_BYTES:
                raise SseOverflow()
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self.last_event_id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)
        return None

    def _dispatch(self) -> Optional[SseEvent]:
        data, name = self._data, self._event
        self._data, self._event, self._size = [], "", 0
        return SseEvent(name or "message", "\n".join(data)) if data else None
