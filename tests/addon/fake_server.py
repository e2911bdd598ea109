"""A fake of the Busbar server, for tests of the add-on alone: Streamable HTTP with a few switches for trouble."""

import hashlib
import hmac
import json
import os
import queue
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Optional
from urllib.parse import parse_qs, urlsplit

TOKEN = "fake-token"
# Longest wait for anything that ought to happen, as in tests/blender/rig.
LIMIT_S = float(os.environ.get("BUSBAR_TEST_LIMIT_MS") or 60_000) / 1000


class FakeSession:
    """One MCP session: its open stream's queue of events, and what the client answered to requests."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.events: "queue.Queue[Optional[bytes]]" = queue.Queue()
        self.streams = 0


class FakeServer:
    """Use as a context manager. `calls` holds every tools/call as (tool, arguments), in order of arrival."""

    def __init__(self, port: int = 0, answer: str = "json") -> None:
        self.answer = answer  # "json", "sse", or "sse-resumed": the answer comes on a second GET
        self.accepted_token = TOKEN
        self.proves = True  # False: as a server from before there were proofs
        self.questions: List[str] = []  # the query of every question for a proof
        self.register_answers: List[Dict[str, Any]] = []
        self.update_status = 200
        self.block: Optional[Dict[str, Any]] = None  # the body of the 403 that every request gets
        self.calls: List[Any] = []
        self.requests: List[Dict[str, Any]] = []  # method, headers and body of every HTTP request
        self.responses: List[Dict[str, Any]] = []  # JSON-RPC responses that the client sent
        self.sessions: Dict[str, FakeSession] = {}
        self.deleted: List[str] = []
        self.withheld: Dict[str, bytes] = {}
        self.changed = threading.Condition()
        self._server = QuietServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "FakeServer":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.drop_streams()

    def wait_for(self, condition: Callable[[], Any], what: str = "the condition") -> Any:
        """Waits until `condition()` is true, and returns it. Fails after a generous limit."""
        deadline = time.monotonic() + LIMIT_S
        with self.changed:
            while True:
                value = condition()
                if value:
                    return value
                if time.monotonic() > deadline:
                    raise AssertionError(f"{what} never came; calls: {self.calls}")
                self.changed.wait(0.05)

    def note(self, change: Callable[[], Any]) -> None:
        with self.changed:
            change()
            self.changed.notify_all()

    def registrations(self) -> List[Dict[str, Any]]:
        return [arguments for tool, arguments in list(self.calls) if tool == "blender_register_client"]

    def updates(self, job_id: Optional[str] = None) -> List[Dict[str, Any]]:
        found = [arguments for tool, arguments in list(self.calls) if tool == "blender_job_update"]
        return [update for update in found if job_id is None or update["job_id"] == job_id]

    def wait_registered(self, count: int = 1) -> FakeSession:
        self.wait_for(lambda: len(self.registrations()) >= count and self._streaming(), f"registration {count}")
        return self._streaming()[-1]

    def wait_final(self, job_id: str) -> Dict[str, Any]:
        final = ("completed", "failed", "cancelled")
        return self.wait_for(lambda: [u for u in self.updates(job_id) if u["status"] in final], f"end of {job_id}")[0]

    def _streaming(self) -> List[FakeSession]:
        return [session for session in list(self.sessions.values()) if session.streams]

    def push(self, message: Dict[str, Any], event_id: str = "") -> None:
        """Sends a JSON-RPC message on the newest session's stream (once it is open)."""
        text = (f"id: {event_id}\n" if event_id else "") + f"data: {json.dumps(message)}\n\n"
        session = self.wait_for(self._streaming, "an open stream")[-1]
        session.events.put(text.encode())

    def deliver(self, payload: Dict[str, Any], **data: Any) -> None:
        """Sends a bus message, shaped like a delivery of the bus."""
        message = {"from_uuid": "llm-1", "payload": payload, "message_id": uuid.uuid4().hex, "priority": 6, **data}
        params = {"level": "info", "logger": "_message_bus", "data": message}
        self.push({"jsonrpc": "2.0", "method": "notifications/message", "params": params})

    def drop_streams(self) -> None:
        for session in self.sessions.values():
            session.events.put(None)

    def forget_sessions(self) -> None:
        """As after a restart: every known session id gets 404 from now on."""
        self.drop_streams()
        self.sessions = {}


class QuietServer(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # Connections that clients drop are part of the tests.


def _handler(server: FakeServer) -> type:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._record("POST", message)
            if not self._admitted(message):
                return
            if "method" not in message:
                server.note(lambda: server.responses.append(message))
                self._empty(202)
            elif "id" not in message:
                self._empty(202)
            elif message["method"] == "initialize":
                session = FakeSession()
                server.note(lambda: server.sessions.__setitem__(session.id, session))
                info = {"name": "fake-busbar", "version": "0"}
                version = message["params"]["protocolVersion"]
                result = {"protocolVersion": version, "capabilities": {}, "serverInfo": info}
                self._answer(message["id"], result, {"Mcp-Session-Id": session.id})
            elif message["method"] == "tools/call":
                self._tool(message)
            else:
                self._answer(message["id"], {})

        def _tool(self, message: Dict[str, Any]) -> None:
            name, arguments = message["params"]["name"], message["params"]["arguments"]
            if name == "blender_job_update" and server.update_status != 200:
                self._empty(server.update_status)
                return
            data: Dict[str, Any] = {"status": "ok"}
            if name == "blender_register_client" and server.register_answers:
                data = server.register_answers.pop(0)
            text = [{"type": "text", "text": json.dumps(data)}]
            result = {"content": text, "structuredContent": data, "isError": data["status"] == "error"}
            server.note(lambda: server.calls.append((name, arguments)))
            self._answer(message["id"], result)

        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/healthz":
                self._health()
                return
            self._record("GET", None)
            if not self._admitted({}):
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            withheld = server.withheld.pop(self.headers.get("Last-Event-ID", ""), None)
            if withheld is not None:
                self.wfile.write(withheld)
                return
            session = server.sessions[self.headers["Mcp-Session-Id"]]
            self.wfile.flush()
            server.note(lambda: setattr(session, "streams", session.streams + 1))
            try:
                while True:
                    event = session.events.get()
                    if event is None:
                        return
                    self.wfile.write(event)
                    self.wfile.flush()
            finally:
                server.note(lambda: setattr(session, "streams", session.streams - 1))
                self.close_connection = True

        def _health(self) -> None:
            query = urlsplit(self.path).query
            server.note(lambda: server.questions.append(query))
            data = {"status": "ok", "version": "0"}
            if server.proves and query:
                asked = {name: values[0] for name, values in parse_qs(query).items()}
                key = hashlib.sha256(server.accepted_token.encode()).digest()
                if hashlib.sha256(key).hexdigest()[:8] != asked["token_id"]:
                    key = b"nobody has this key"
                text = f"{asked['nonce']} 127.0.0.1:{server.port}"
                data["proof"] = hmac.new(key, text.encode(), "sha256").hexdigest()
            body = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_DELETE(self) -> None:
            self._record("DELETE", None)
            known = server.sessions.pop(self.headers["Mcp-Session-Id"], None)
            if known is not None:
                known.events.put(None)
                server.note(lambda: server.deleted.append(known.id))
            self._empty(200)

        def _record(self, verb: str, body: Any) -> None:
            request = {"verb": verb, "headers": dict(self.headers.items()), "body": body}
            server.note(lambda: server.requests.append(request))

        def _admitted(self, message: Dict[str, Any]) -> bool:
            if self.headers.get("Authorization") != "Bearer " + server.accepted_token:
                self._empty(401)
                return False
            if server.block is not None:
                body = json.dumps(server.block).encode()
                self.send_response(403)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return False
            if message.get("method") != "initialize" and self.headers.get("Mcp-Session-Id") not in server.sessions:
                self._empty(404)
                return False
            return True

        def _answer(self, request_id: Any, result: Dict[str, Any], headers: Optional[Dict[str, str]] = None) -> None:
            text = json.dumps({"jsonrpc": "2.0", "id": request_id, "result": result})
            kind, body = "application/json", text.encode()
            if server.answer == "sse":
                noise = json.dumps({"jsonrpc": "2.0", "method": "notifications/progress", "params": {}})
                kind, body = "text/event-stream", f": hello\r\ndata: {noise}\r\n\r\ndata: {text}\r\n\r\n".encode()
            elif server.answer == "sse-resumed" and "initialize" not in text and not headers:
                event_id = uuid.uuid4().hex
                server.withheld[event_id] = f"data: {text}\n\n".encode()
                kind, body = "text/event-stream", f"id: {event_id}\nretry: 10\ndata:\n\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _empty(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
