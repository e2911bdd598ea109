"""Joins the parts: one identity, one desk, one executor and at most one connection in this Blender.

Touches bpy, and belongs to the main thread. Its timer is the only road on which jobs reach bpy in a Blender with a window;
a background Blender has no timers and drains the queue in `serve`.
"""

import logging
import os
import time
from dataclasses import dataclass
from typing import Callable, Optional

import bpy

from . import facts, identity
from .artist import ArtistWatch, may_push_undo_step, tool_runs
from .changes import watch_changes
from .commands import create_commands
from .connection import Connection
from .context import OVERRIDE_IS_SAFE, window_context
from .endpoint import EndpointFinder, default_data_dir, other_data_dirs
from .executor import Executor, job_title
from .files import remember_file
from .foreign_code import kind_of
from .interrupt import Interrupter
from .jobs import JobDesk, Outbox
from .json_text import visible
from .messages import Job
from .registration import Registration
from .signs import Signs
from .status import Status

log = logging.getLogger(__name__)

TICK_S = 0.02
FLUSH_S = 1.0
SETTLE_S = 0.25
COME_BACK = "To come back, press Connect in the Busbar tab (N in the 3D view). While it is blocked, ask who runs Busbar."


@dataclass(frozen=True)
class Settings:
    """What the artist set in the preferences; "" where nothing is set. The environment fills label and group."""

    url: str = ""
    token: str = ""
    label: str = ""
    group: str = ""

    def __repr__(self) -> str:
        return f"Settings(url={self.url!r}, label={self.label!r}, group={self.group!r})"  # Never the token.


class Service:
    """The add-on at work. `close()` undoes everything; a job that runs meanwhile still delivers its answer.

    `read_settings` answers None where there are none to read: then the last ones stay. `on_taken_away` is called after a job
    that disabled the add-on that runs it, with the settings until then, and whether it was paused.
    """

    def __init__(
        self, read_settings: Callable[[], Optional[Settings]], on_taken_away: Callable[[Settings, bool], None]
    ) -> None:
        self._read_settings = read_settings
        self._on_taken_away = on_taken_away
        self._settings = Settings()
        self._data_dir = default_data_dir()
        self._desk = JobDesk(Outbox())
        self._artist = ArtistWatch()
        self._signs = Signs()
        interrupter = Interrupter(self._desk.say, kind_of)
        self._executor = Executor(
            self._desk,
            create_commands(interrupter),
            self._undo_step,
            self._settle,
            busy=self._artist.busy,
            interrupter=interrupter,
            ready=self._announce,
            show_progress=self._signs.progress,
            watch_changes=_watch_changes,
        )
        # The name of an undo step that waits for the artist's tool, which a script may have started, to end.
        self._step: Optional[str] = None
        self._identity: Optional[identity.Identity] = None
        self._connection: Optional[Connection] = None
        self._drawn: object = None
        # The alert that the artist has put away.
        self._put_away = ""
        # Blender knows a timer by the function object, and every `self._tick` is a new one.
        self._timer = self._tick
        # The path of the open file when it was told last.
        self._file = ""
        self._paused = False
        self._closed = False
        self._serving = False

    @property
    def status(self) -> Status:
        return self._connection.status if self._connection is not None else Status("off", "Not connected.")

    @property
    def wanted(self) -> bool:
        """Whether a connection is held or being tried for."""
        return self._connection is not None and not self._connection.ended

    @property
    def uuid(self) -> str:
        return self._identity.uuid if self._identity is not None else ""

    @property
    def history(self) -> list:
        return list(self._executor.history)

    @property
    def jobs_waiting(self) -> int:
        return self._desk.waiting

    @property
    def working(self) -> str:
        """Who works here now, and at what, for the artist to read; "" where nobody does."""
        return self._signs.working

    @property
    def alert(self) -> str:
        """What is shown over the editors; "" for nothing."""
        return self._signs.alert

    def put_alert_away(self) -> None:
        """The artist has read the alert."""
        self._put_away = self._signs.alert
        self._signs.tell("")

    @property
    def busy(self) -> bool:
        return self._desk.running is not None

    @property
    def paused(self) -> bool:
        """Whether the artist wants no jobs for now."""
        return self._paused

    def pause(self, paused: bool) -> None:
        """Refuses jobs for now, or takes them again, and says so on the bus. A job that runs goes on."""
        self._paused = paused
        self._desk.pause(f"the artist at {facts.label_of(self._label)}" if paused else None)
        if self._connection is not None and self.wanted:
            self._connection.update_registration(self._registration())

    def connect(self) -> None:
        """Starts to connect, with the settings as they are now. Does nothing while a connection is wanted."""
        if self.wanted or self._closed:
            return
        self._settings = self._read_settings() or self._settings
        remember_file(again=False)
        if self._identity is None:
            self._identity = identity.acquire(self._data_dir)
        finder = EndpointFinder(
            self._settings.url,
            self._settings.token,
            data_dir=self._data_dir,
            other_data_dirs=other_data_dirs(),
            allow_remote=getattr(bpy.app, "online_access", True),
        )
        self._connection = Connection(finder, self._desk, self._registration())
        self._connection.start()
        if not bpy.app.background and not bpy.app.timers.is_registered(self._timer):
            self._artist.start()
            self._signs.start()
            bpy.app.timers.register(self._timer, first_interval=TICK_S, persistent=True)

    def disconnect(self, reason: str = "The artist disconnected this Blender.") -> None:
        """Ends the connection; jobs that have not started are cancelled. Takes at most a few seconds."""
        if self._connection is not None:
            self._desk.cancel_all(reason)
            self._connection.stop(flush_s=FLUSH_S)

    def refresh(self) -> None:
        """Registers anew if the file, label or group changed; connects anew if the server's address or token did."""
        if self._connection is None or not self.wanted:
            return
        self._file = bpy.data.filepath
        remember_file(again=False)
        before, self._settings = self._settings, self._read_settings() or self._settings
        if (before.url, before.token) != (self._settings.url, self._settings.token):
            self._connection.stop()
            self.connect()
            return
        self._connection.update_registration(self._registration())

    def serve(self, should_end: Callable[[], bool]) -> Status:
        """Connects and runs jobs on this thread until unregistered, or until `should_end` says so."""
        self._serving = True
        try:
            self.connect()
            while self.wanted and not should_end():
                try:
                    self._executor.run_next(timeout_s=0.2)
                except KeyboardInterrupt:
                    # Asked to end just before or after the job's own code, which ended as it should.
                    log.debug("Interrupted between two jobs.")
                self._tell_file()
            self.disconnect("This Blender was asked to end.")
        finally:
            self._serving = False
            if self._closed:
                self._release()
        return self.status

    def close(self) -> None:
        """Undoes everything. A running job may itself cause this (by loading factory settings): then it waits for it."""
        self._closed = True
        if not self.busy and not self._serving:
            self._release()

    def _release(self) -> None:
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)
        self._artist.stop()
        self._signs.stop()
        self.disconnect("Blender is closing.")
        if self._identity is not None:
            self._identity.release()
            self._identity = None

    def _settle(self) -> None:
        """Waits until the network threads are idle: scripts may override the context too (see context.py)."""
        if not OVERRIDE_IS_SAFE and self.status.state == "connected":
            self._desk.outbox.wait_empty(SETTLE_S)

    @property
    def _label(self) -> str:
        return self._settings.label or os.environ.get("BUSBAR_LABEL", "")

    def _registration(self) -> Registration:
        group = self._settings.group or os.environ.get("BUSBAR_GROUP", "")
        return facts.registration(self.uuid, self._label, group, self._paused)

    def _tick(self) -> Optional[float]:
        try:
            if not self.busy:
                self._work()
            self._tell_file()
            self._alert_when_taken_off()
            self._redraw_when_changed()
        except Exception:  # Blender drops a timer that raises: a bug must not end the service without a word.
            log.exception("The add-on's timer failed.")
        if self._closed:
            self._release()
            self._on_taken_away(self._settings, self._paused)
            return None
        return TICK_S

    def _tell_file(self) -> None:
        """Tells of a file whose loading or saving nobody told of: a script may have cleared Blender's handlers."""
        if bpy.data.filepath != self._file:
            self.refresh()

    def _work(self) -> None:
        # What the last job changed has reached the scene by now, and what comes is the artist's.
        self._artist.own_changes(False)
        if self._step is not None and not tool_runs():
            with window_context():
                _push_undo_step(self._step)
            self._step = None
        if self.wanted and self._desk.waiting:
            self._artist.own_changes(True)
            with window_context():
                ran = self._executor.run_next()
            self._artist.own_changes(ran)
            if ran:
                self._signs.done()
        elif self._signs.working:
            # The job that was about to start was withdrawn.
            self._signs.done()

    def _announce(self, job: Job) -> bool:
        return self._signs.begins(f"{visible(job.from_label) or 'Busbar'} is working: {job_title(job)}")

    def _alert_when_taken_off(self) -> None:
        status = self.status
        text = f"Busbar: {status.text} {COME_BACK}" if status.state == "unregistered" else ""
        if not text:
            self._put_away = ""
        if not text or text != self._put_away:
            self._signs.tell(text)

    def _undo_step(self, name: str) -> None:
        if bpy.app.background or not may_push_undo_step():
            return
        if tool_runs():
            self._step = name
        else:
            _push_undo_step(name)

    def _redraw_when_changed(self) -> None:
        status = self.status
        now = (status, status.retry_in_s(time.monotonic()), len(self._executor.history), self._desk.waiting)
        if now == self._drawn:
            return
        self._drawn = now
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                if area.type == "VIEW_3D":
                    area.tag_redraw()


def _watch_changes(job: Job) -> Callable[[], bool]:
    code = job.params.get("code")
    # A background Blender keeps no undo history.
    return watch_changes(code) if isinstance(code, str) and not bpy.app.background else lambda: False


def _push_undo_step(name: str) -> None:
    try:
        bpy.ops.ed.undo_push(message=name)
    except RuntimeError as error:  # No window to push from, for example while Blender closes.
        log.debug("No undo step was made: %s", error)


_current: Optional[Service] = None


def current() -> Optional[Service]:
    """The service of the enabled add-on."""
    return _current


def set_current(service: Optional[Service]) -> None:
    global _current
    _current = service
