"""A small MCP client for Streamable HTTP, on http.client and threads. Never imports bpy.

It knows the protocol (initialize, tools/call, ping, the event stream) and nothing about the bus. Every request uses its
own TCP connection: on loopback that costs a fraction of a millisecond, and it removes the race with a server that closes
an idle kept-alive connection just as a request goes out. Where a proof is demanded, it and the request share the
connection, so that nobody can take the server's place in between. http.client never uses the system's proxies, as it must be for
a server on this machine.
"""

import contextlib
import http.client
import itertools
import logging
import socket
import threading
import time
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from .forked import close_in_children
from .json_text import dump_json, load_json
from .mcp_answers import Message, describe, error_of, first_text, parse_object, read_body, read_events, result_of
from .mcp_errors import Aborted, BadAnswer, McpError, Refused, SessionGone, Unauthorized, Unreachable
from .proof import demand_proof
from .sse import SseParser

log = logging.getLogger(__name__)

PROTOCOL_VERSION = "2025-11-25"
SUPPORTED_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26")

CONNECT_TIMEOUT_S = 5.0
REQUEST_TIMEOUT_S = 20.0
# The server sends a comment every 15 seconds. Four of them missing: the stream is dead, whatever TCP believes.
STREAM_SILENCE_S = 60.0


class ToolResult(NamedTuple):
    """The answer of a tool: its JSON object, and whether the tool calls it an error."""

    data: Dict[str, Any]
    is_error: bool


class EventStream:
    """The open GET stream. Iterate over `messages()`; `last_event_id` and `retry_ms` are for reopening it."""

    def __init__(self, response: http.client.HTTPResponse, parser: SseParser, release: Callable[[], None]) -> None:
        self._response = response
        self._parser = parser
        self._release = release

    @property
    def last_event_id(self) -> str:
        return self._parser.last_event_id

    @property
    def retry_ms(self) -> Optional[int]:
        return self._parser.retry_ms

    def messages(self) -> Iterator[Message]:
        """JSON-RPC messages until the server ends the stream. Raises Unreachable, Aborted, BadAnswer."""
        return read_events(self._response, self._parser)

    def close(self) -> None:
        self._release()


class McpClient:
    """One MCP session. Its methods block; call them from network threads only. `abort()` ends all of them at once.

    With `prove`, each connection has to prove that the server knows the token before anything is sent on it; where it does
    not, the call raises Unproven.
    """

    def __init__(
        self,
        url: str,
        token: str,
        name: str,
        version: str,
        on_notification: Callable[[str, Dict[str, Any]], None],
        prove: bool = False,
    ) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._path = (parts.path or "/") + (("?" + parts.query) if parts.query else "")
        self._token = token
        self._prove = prove
        self._client_info = {"name": name, "version": version}
        self._on_notification = on_notification
        self._ids = itertools.count(1)
        self._session_id: Optional[str] = None
        self._protocol_version: Optional[str] = None
        self._lock = threading.Lock()
        self._sockets: Dict[int, socket.socket] = {}
        self._stream_key: Optional[int] = None
        self._aborted = False

    @property
    def has_session(self) -> bool:
        return self._session_id is not None

    def initialize(self) -> Dict[str, Any]:
        """Opens the session and returns the server's `serverInfo`. Raises McpError."""
        result = self.request(
            "initialize",
            {"protocolVersion": PROTOCOL_VERSION, "capabilities": {}, "clientInfo": self._client_info},
        )
        version = result.get("protocolVersion")
        if version not in SUPPORTED_VERSIONS:
            raise BadAnswer(f"The server speaks MCP {version!r}, and this add-on does not.")
        self._protocol_version = version
        self.notify("notifications/initialized")
        info = result.get("serverInfo")
        return info if isinstance(info, dict) else {}

    def request(self, method: str, params: Optional[Message] = None, timeout_s: float = REQUEST_TIMEOUT_S) -> Message:
        """The `result` object of a JSON-RPC request. Raises McpError."""
        request_id = next(self._ids)
        message: Message = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params is not None:
            message["params"] = params
        deadline = time.monotonic() + timeout_s
        with self._exchange("POST", message, timeout_s) as (response, key):
            if method == "initialize":
                self._session_id = response.getheader("Mcp-Session-Id")
            if response.headers.get_content_type() != "text/event-stream":
                return result_of(parse_object(read_body(response)), request_id)
            parser = SseParser()
            answer = self._await_answer(response, parser, request_id, deadline)
        # A server may end the stream early and let the client fetch the rest (MCP 2025-11-25, Resumability).
        while answer is None:
            if not parser.last_event_id or time.monotonic() > deadline:
                raise Unreachable("The server closed the connection before it answered.")
            time.sleep(min((parser.retry_ms or 0) / 1000, 2.0))
            with self._exchange("GET", None, timeout_s, parser.last_event_id) as (response, key):
                parser = SseParser(parser.last_event_id, parser.retry_ms)
                answer = self._await_answer(response, parser, request_id, deadline)
        return result_of(answer, request_id)

    def notify(self, method: str) -> None:
        """Sends a notification. Raises McpError."""
        self._post_and_forget({"jsonrpc": "2.0", "method": method})

    def call_tool(self, name: str, arguments: Message, timeout_s: float = REQUEST_TIMEOUT_S) -> ToolResult:
        """Calls a tool whose answer is one JSON object. Raises McpError (BadAnswer when it is something else)."""
        result = self.request("tools/call", {"name": name, "arguments": arguments}, timeout_s)
        is_error = result.get("isError") is True
        data = result.get("structuredContent")
        if isinstance(data, dict):
            return ToolResult(data, is_error)
        text = first_text(result)
        try:
            data = load_json(text)
        except ValueError:
            data = None
        if isinstance(data, dict):
            return ToolResult(data, is_error)
        if is_error:
            return ToolResult({"status": "error", "error": "tool_error", "message": text[:500]}, True)
        raise BadAnswer(f"The tool {name} answered with something other than a JSON object.")

    def ping(self) -> None:
        """Asks the server for a sign of life. Raises McpError."""
        self.request("ping")

    def open_stream(self, last_event_id: str = "", retry_ms: Optional[int] = None) -> EventStream:
        """Opens the GET stream; returns once the server has accepted it. Close it when done. Raises McpError."""
        exchange = self._exchange("GET", None, STREAM_SILENCE_S, last_event_id)
        response, key = exchange.__enter__()
        if response.headers.get_content_type() != "text/event-stream":
            exchange.__exit__(None, None, None)
            raise BadAnswer("The server did not answer with an event stream.")
        with self._lock:
            self._stream_key = key
        return EventStream(response, SseParser(last_event_id, retry_ms), lambda: exchange.__exit__(None, None, None))

    def receive(self, message: Message) -> None:
        """Acts on one message from the server: answers requests at once, hands notifications on. Raises McpError."""
        method = message.get("method")
        if not isinstance(method, str):
            return
        if "id" in message:
            answer: Message = {"jsonrpc": "2.0", "id": message["id"]}
            if method == "ping":
                answer["result"] = {}
            else:
                answer["error"] = {"code": -32601, "message": f"Method not found: {method}"}
            self._post_and_forget(answer)
            return
        params = message.get("params")
        self._on_notification(method, params if isinstance(params, dict) else {})

    def close_stream(self) -> None:
        """Ends the GET stream from any thread; its reader returns at once."""
        with self._lock:
            sock = self._sockets.get(self._stream_key) if self._stream_key is not None else None
        if sock is not None:
            _shutdown(sock)

    def end_session(self, timeout_s: float) -> None:
        """DELETEs the session, so that the server need not wait for it. Failing is harmless and only logged."""
        if self._session_id is None:
            return
        try:
            with self._exchange("DELETE", None, timeout_s):
                pass
        except McpError as error:
            log.debug("The session was not ended on the server: %s", error)
        self._session_id = None

    def abort(self) -> None:
        """Fails every call under way, and every later one, with Aborted."""
        with self._lock:
            self._aborted = True
            sockets = list(self._sockets.values())
        for sock in sockets:
            _shutdown(sock)

    def _post_and_forget(self, message: Message) -> None:
        with self._exchange("POST", message, CONNECT_TIMEOUT_S):
            pass

    def _headers(self, body: Optional[bytes], last_event_id: str) -> Dict[str, str]:
        accept = "text/event-stream" if body is None else "application/json, text/event-stream"
        headers = {"Accept": accept, "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        if self._session_id is not None:
            headers["Mcp-Session-Id"] = self._session_id
        if self._protocol_version is not None:
            headers["MCP-Protocol-Version"] = self._protocol_version
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        return headers

    @contextlib.contextmanager
    def _exchange(
        self, verb: str, message: Optional[Message], timeout_s: float, last_event_id: str = ""
    ) -> Iterator[Tuple[http.client.HTTPResponse, int]]:
        body = None if message is None else dump_json(message).encode("utf-8")
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=min(CONNECT_TIMEOUT_S, timeout_s))
        key = id(connection)
        response: Optional[http.client.HTTPResponse] = None
        try:
            with self._translated():
                connection.connect()
                self._adopt(key, connection.sock, timeout_s)
                if self._prove:
                    demand_proof(connection, self._token)
                connection.request(verb, self._path, body=body, headers=self._headers(body, last_event_id))
                response = connection.getresponse()
                self._check(response)
            yield response, key
        finally:
            with self._lock:
                self._sockets.pop(key, None)
                if self._stream_key == key:
                    self._stream_key = None
            if response is not None:
                response.close()
            connection.close()

    def _adopt(self, key: int, sock: socket.socket, timeout_s: float) -> None:
        sock.settimeout(timeout_s)
        close_in_children(sock)
        with self._lock:
            if self._aborted:
                raise Aborted("The connection was closed.")
            self._sockets[key] = sock

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            if self._aborted:
                raise Aborted("The connection was closed.") from error
            raise Unreachable(describe(error)) from error

    def _check(self, response: http.client.HTTPResponse) -> None:
        status = response.status
        if 200 <= status < 300:
            return
        if status == 401:
            raise Unauthorized("The server did not accept the token.")
        if status == 404 and self._session_id is not None:
            raise SessionGone("The server no longer knows this session.")
        if status == 404:
            raise Refused(f"There is no MCP server at {self._path} (HTTP 404).", status)
        detail, data = error_of(response)
        raise Refused(f"The server answered HTTP {status}{': ' + detail if detail else ''}.", status, data)

    def _await_answer(
        self, response: http.client.HTTPResponse, parser: SseParser, request_id: int, deadline: float
    ) -> Optional[Message]:
        for message in read_events(response, parser, deadline):
            if message.get("id") == request_id and "method" not in message:
                return message
            self.receive(message)
        return None


def _shutdown(sock: socket.socket) -> None:
    try:
        # The plain shutdown, also for TLS: SSLSocket's own drops its state under the thread that reads from it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass  # It was closed already.
