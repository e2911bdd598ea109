"""Keeps one Blender on the bus: finds the server, connects, registers, listens, and comes back after a loss. No bpy.

Two daemon threads. The worker owns the session and reads its event stream. The sender delivers job results,
re-registers when the facts change, and keeps the session alive while nothing else happens, whatever the main thread does.
A sender that loses the server aborts the MCP client; the worker notices and starts over.
"""

import logging
import random
import threading
import time
from typing import Any, Callable, Dict, Optional

from .endpoint import Endpoint, EndpointFinder, EndpointNotFound
from .jobs import JobDesk
from .mcp_client import EventStream, McpClient, ToolResult
from .mcp_errors import Aborted, BadAnswer, McpError, Refused, RpcError, SessionGone, Unauthorized, Unproven, Unreachable
from .messages import CancelRequest, Job, MalformedJob, UnregisteredNotice, parse_notification
from .registration import Registration, Unregistered, register, token_text, unregistered_by_notice, unregistered_by_refusal
from .status import ENDED, Status
from .version import ADDON_VERSION

log = logging.getLogger(__name__)

CLIENT_NAME = "busbar-blender"
BACKOFF_FIRST_S = 0.5
BACKOFF_LIMIT_S = 30.0
# A session that lasted this long was a good one: after it, waiting starts from the shortest again.
GOOD_SESSION_S = 5.0
REFUSED_RETRY_S = 30.0
SEARCH_RETRY_S = 5.0
# How often a wait looks whether the endpoint file has changed: a server that comes back is found this fast.
WATCH_S = 0.5
HEARTBEAT_S = 20.0
STREAM_REOPENS = 3
# A failure that the server reports for one update is retried this often before the update is given up.
UPDATE_ATTEMPTS = 5


class Connection:
    """Starts with `start()`, ends with `stop()`; not reusable. `status` may be read from any thread."""

    def __init__(
        self,
        finder: EndpointFinder,
        desk: JobDesk,
        registration: Registration,
        *,
        clock: Callable[[], float] = time.monotonic,
        unix_time: Callable[[], float] = time.time,
        jitter: Callable[[float, float], float] = random.uniform,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._finder = finder
        self._desk = desk
        self._registration = registration
        self._clock = clock
        self._unix_time = unix_time
        self._jitter = jitter
        self._heartbeat_s = heartbeat_s
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._status = Status("off", "Not connected.")
        self._client: Optional[McpClient] = None
        # The client that is registered and may send; None while there is no such session.
        self._registered: Optional[McpClient] = None
        self._loss: Optional[McpError] = None
        self._dirty = False
        self._threads = [
            threading.Thread(target=self._work, name="busbar-connection", daemon=True),
            threading.Thread(target=self._send, name="busbar-sender", daemon=True),
        ]
        desk.outbox.on_change(self._wake)

    @property
    def status(self) -> Status:
        return self._status

    @property
    def ended(self) -> bool:
        """Whether no more tries follow: stopped, or unregistered by the operator."""
        return self._stop.is_set() or self._status.state in ENDED

    def start(self) -> None:
        self._set("connecting", "Connecting to Busbar.")
        for thread in self._threads:
            thread.start()

    def update_registration(self, registration: Registration) -> None:
        """Registers again, at once when it is registered, if the facts differ from the last ones."""
        with self._changed:
            if registration != self._registration:
                self._registration = registration
                self._dirty = True
                self._changed.notify_all()

    def stop(self, timeout_s: float = 2.0, flush_s: float = 0.0) -> None:
        """Disconnects: ends the session and both threads, in at most about `timeout_s` seconds. May be called again.

        `flush_s` is how long results may take to go out first, if the server is there.
        """
        if flush_s > 0 and self._registered is not None:
            self._desk.outbox.wait_empty(flush_s)
        with self._changed:
            self._stop.set()
            client, registered = self._client, self._registered is not None
            self._changed.notify_all()
        if client is not None and registered:
            client.close_stream()
        elif client is not None:
            client.abort()
        self._join(timeout_s)
        if client is not None:
            client.abort()
        self._join(0.2)
        if self._status.state not in ENDED:
            self._set("off", "Not connected.")

    def _join(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _set(self, state: str, text: str, url: str = "", retry_at: Optional[float] = None) -> None:
        previous, self._status = self._status, Status(state, text, url, retry_at)
        if (previous.state, previous.text) != (state, text):
            log.info("%s: %s", state.capitalize(), text)

    # The worker: one attempt after the other until stopped or unregistered.

    def _work(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            began: Optional[float] = None
            url = ""
            watched = self._finder.fingerprint()
            try:
                endpoint = self._finder.find()
                url = endpoint.url
                began = self._clock()
                self._session(endpoint)
                return
            except EndpointNotFound as error:
                state, text, delay = "searching", str(error), SEARCH_RETRY_S
            except Unregistered as error:
                self._leave(str(error), url)
                return
            except Unauthorized:
                state, text, delay = "refused", token_text(endpoint), REFUSED_RETRY_S
            except Unproven as error:
                state, text, delay = "unproven", str(error), REFUSED_RETRY_S
            except (Unreachable, Aborted, SessionGone) as error:
                state, text, delay = "waiting", f"Busbar is away: {error}", None
            except McpError as error:
                order = unregistered_by_refusal(error, self._unix_time()) if isinstance(error, Refused) else None
                if order is not None:
                    self._leave(str(order), url)
                    return
                state, text, delay = "refused", str(error), None
            except Exception as error:  # The thread's own boundary: a bug must not leave Blender away for ever.
                log.exception("The connection failed in an unexpected way.")
                state, text, delay = "waiting", f"The connection failed ({type(error).__name__}).", None
            finally:
                self._detach()
            if delay is None:
                lasted = began is not None and self._clock() - began >= GOOD_SESSION_S
                attempt = 1 if lasted else attempt + 1
                limit = min(BACKOFF_LIMIT_S, BACKOFF_FIRST_S * 2.0 ** min(attempt - 1, 10))
                delay = self._jitter(limit / 2, limit)
            if not self._stop.is_set():
                self._set(state, text, url, self._clock() + delay)
                self._wait_to_retry(delay, watched)

    def _session(self, endpoint: Endpoint) -> None:
        """One session from initialize to its end. Returns when stopped; every other end is an exception."""
        if self._status.state not in ("waiting", "refused", "unproven"):
            self._set("connecting", f"Connecting to {endpoint.url}.", endpoint.url)
        client = McpClient(
            endpoint.url, endpoint.token, CLIENT_NAME, ADDON_VERSION, self._on_notification, prove=endpoint.needs_proof
        )
        with self._changed:
            self._client, self._loss = client, None
        if self._stop.is_set():
            return
        client.initialize()
        # The stream first: a job may be sent the moment that the registration is known.
        stream = client.open_stream()
        try:
            self._register(client)
            with self._changed:
                self._registered = client
                self._changed.notify_all()
            self._set("connected", f"Connected to {endpoint.url}.", endpoint.url)
            reopened = 0
            while True:
                heard = self._listen(client, stream)
                stream.close()
                if self._stop.is_set():
                    break
                if self._loss is not None:
                    raise self._loss
                reopened = 1 if heard else reopened + 1
                if reopened > STREAM_REOPENS:
                    raise Unreachable("The server keeps closing the event stream.")
                asked = stream.retry_ms
                self._stop.wait(BACKOFF_FIRST_S * reopened if asked is None else min(asked / 1000, BACKOFF_LIMIT_S))
                if self._stop.is_set():
                    break
                stream = client.open_stream(stream.last_event_id, asked)
        except Unregistered as order:
            if not order.session_ended:
                client.end_session(1.0)
            raise
        finally:
            stream.close()
        client.end_session(1.0)

    def _listen(self, client: McpClient, stream: EventStream) -> bool:
        """Acts on what the stream brings until it ends. Tells whether it brought anything."""
        heard = False
        try:
            for message in stream.messages():
                heard = True
                client.receive(message)
                if self._stop.is_set():
                    break
        except Unreachable as error:
            log.debug("The event stream ended: %s", error)
        return heard

    def _register(self, client: McpClient) -> None:
        with self._changed:
            registration = self._registration
            self._dirty = False
        register(client, registration, self._unix_time)

    def _on_notification(self, method: str, params: Dict[str, Any]) -> None:
        delivery = parse_notification(method, params)
        if isinstance(delivery, Job):
            self._desk.offer(delivery)
        elif isinstance(delivery, MalformedJob):
            self._desk.refuse(delivery)
        elif isinstance(delivery, CancelRequest):
            self._desk.cancel(delivery)
        elif isinstance(delivery, UnregisteredNotice):
            raise unregistered_by_notice(delivery, self._unix_time())

    def _leave(self, text: str, url: str) -> None:
        self._detach()
        self._desk.drop_all()
        self._set("unregistered", text, url)
        with self._changed:
            self._stop.set()
            self._changed.notify_all()
        self._desk.wake()

    def _detach(self) -> None:
        with self._changed:
            client, self._client, self._registered = self._client, None, None
        if client is not None and not self._stop.is_set():
            client.abort()

    def _wait_to_retry(self, delay_s: float, watched: str) -> None:
        deadline = self._clock() + delay_s
        while not self._stop.is_set():
            left = deadline - self._clock()
            if left <= 0 or self._finder.fingerprint() != watched:
                return
            self._stop.wait(min(left, WATCH_S))

    # The sender: job updates, changed facts, and a sign of life when nothing else went out.

    def _send(self) -> None:
        attempts = 0
        while True:
            with self._changed:
                if self._stop.is_set():
                    return
                client = self._registered
                quiet = client is None or not (self._dirty or len(self._desk.outbox))
                if quiet and not self._changed.wait(self._heartbeat_s):
                    quiet = False
                if quiet or client is None or client is not self._registered:
                    continue
                dirty = self._dirty
            update = None if dirty else self._desk.outbox.peek()
            try:
                if dirty:
                    self._register(client)
                elif update is not None:
                    self._deliver(client, update)
                    self._desk.outbox.done(update)
                else:
                    client.ping()
                attempts = 0
            except Unregistered as error:
                self._leave(str(error), self._status.url)
                client.abort()
                return
            except RpcError as error:
                # Not about the connection: the server did not like this one message.
                log.warning("The server refused a message: %s", error)
                if update is not None:
                    self._desk.outbox.done(update)
            except McpError as error:
                attempts += 1
                if update is not None and isinstance(error, (BadAnswer, Refused)) and attempts >= UPDATE_ATTEMPTS:
                    log.warning("An update of job %s was given up: %s", update["job_id"], error)
                    self._desk.outbox.done(update)
                    attempts = 0
                self._lose(client, error)
            except Exception:  # The thread's own boundary, as in the worker.
                log.exception("The sender failed in an unexpected way.")
                self._lose(client, Unreachable("The connection failed."))

    def _deliver(self, client: McpClient, update: Dict[str, Any]) -> None:
        answer: ToolResult = client.call_tool("blender_job_update", update)
        if answer.is_error or answer.data.get("status") != "ok":
            problem = answer.data.get("message") or answer.data.get("error")
            log.warning("The server did not take an update of job %s: %s", update["job_id"], problem)

    def _lose(self, client: McpClient, error: McpError) -> None:
        with self._changed:
            if self._registered is client:
                self._registered = None
                self._loss = error
        client.abort()
