"""Runs jobs, one at a time, on the thread that calls it: Blender's main thread. It is handed all that touches Blender."""

import logging
import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, Dict, Optional

from .interrupt import IN_ONE_CALL, Interrupted, Interrupter
from .jobs import JobDesk
from .json_text import dump_answer, visible, well_formed
from .messages import Job
from .script import CANCELLED, MAX_RESULT_BYTES, ScriptOutcome, format_error

log = logging.getLogger(__name__)

HISTORY = 20
# A script may report as often as it likes; the panel and the network see at most this many reports a second.
PROGRESS_INTERVAL_S = 0.1
INTERRUPTED = "The job was interrupted: Blender was asked to end."
NOT_STARTED = "Cancelled before it started."


class CommandError(Exception):
    """A command can't be done as asked. Its text is the job's error: what is wrong, and what to do."""


class ReportProgress:
    """`report_progress(fraction, message="")` of one job: `fraction` from 0 to 1, beyond is clamped.

    Raises Interrupted where the job was cancelled.
    """

    def __init__(
        self,
        desk: JobDesk,
        job: Job,
        settle: Callable[[], None],
        clock: Callable[[], float],
        interrupter: Interrupter,
        show: Callable[[float], None],
    ) -> None:
        self._desk = desk
        self._job = job
        self._show = show
        self._settle = settle
        self._clock = clock
        self._interrupter = interrupter
        self.check = interrupter.check
        self._last: Optional[float] = None

    def __call__(self, fraction: float, message: str = "") -> None:
        if self.aside(fraction, message):
            # A script may report from a thread of its own, and what is shown belongs to the main thread.
            if threading.current_thread() is threading.main_thread():
                self._show(min(1.0, max(0.0, float(fraction))))
            self._settle()
        self.check()

    def aside(self, fraction: float, message: str = "") -> bool:
        """The same from a thread beside the one that runs the job: it waits for nothing. False for one too soon."""
        value = float(fraction)
        if math.isnan(value):
            raise ValueError("report_progress needs a number from 0 to 1.")
        now = self._clock()
        if self._last is not None and now - self._last < PROGRESS_INTERVAL_S and value < 1.0:
            return False
        self._last = now
        if self._interrupter.asked and not self._interrupter.stopped:
            # What it tells of itself must not hide that it is being cancelled and can't be interrupted.
            message = f"{IN_ONE_CALL} {message}".strip()
        self._desk.progress(self._job, min(1.0, max(0.0, value)), well_formed(str(message)[:500]))
        return True


@dataclass(frozen=True)
class Command:
    """`run(params, report_progress, job)` returns JSON data, or a ScriptOutcome.

    `mutates`: where it changed something, that is one undo step. `reads`: it changes nothing, so it need not wait for the artist.
    """

    run: Callable[[Dict[str, Any], ReportProgress, Job], Any]
    mutates: bool = False
    reads: bool = False


@dataclass(frozen=True)
class JobRecord:
    """A job that has run: for the panel in Blender. `seconds` is how long it took."""

    title: str
    status: str
    seconds: float


def job_title(job: Job) -> str:
    """A short name for the undo history and the panel."""
    if job.description:
        return visible(job.description)[:60]
    code = job.params.get("code")
    lines = code.strip().splitlines() if isinstance(code, str) else []
    return visible(lines[0].strip())[:60] if lines else job.command


class Executor:
    """Takes jobs from the desk and finishes each exactly once, whatever it raises.

    `busy` says why no job may start that changes something, or None. Such jobs wait.
    `settle` is called after each update that is sent while a job is under way, and may wait a moment for it to go out.
    `interrupter` interrupts the job that runs. `ready` shows the artist a job that is about to change something; where it
    says False, it is asked again at the next `run_next`, and the job does not start before. `show_progress` shows how far
    the job is, 0 to 1. `watch_changes` is called before what mutates, and answers what says, after it, whether something
    changed.
    """

    def __init__(
        self,
        desk: JobDesk,
        commands: Dict[str, Command],
        undo_step: Callable[[str], None],
        settle: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        busy: Callable[[], Optional[str]] = lambda: None,
        interrupter: Optional[Interrupter] = None,
        ready: Callable[[Job], bool] = lambda job: True,
        show_progress: Callable[[float], None] = lambda fraction: None,
        watch_changes: Callable[[Job], Callable[[], bool]] = lambda job: lambda: True,
    ) -> None:
        self._desk = desk
        self._busy = busy
        self._watch_changes = watch_changes
        self._ready = ready
        self._show_progress = show_progress
        self._commands = commands
        self._undo_step = undo_step
        self._settle = settle
        self._clock = clock
        self._interrupter = interrupter or Interrupter()
        desk.on_interrupt(self._interrupter.request)
        self.history: Deque[JobRecord] = deque(maxlen=HISTORY)

    def run_next(self, timeout_s: float = 0.0) -> bool:
        """Runs one job; waits up to `timeout_s` seconds for it. False when there was none that may start."""
        job = self._desk.take(timeout_s, self._hold, self._may_start)
        if job is None:
            return False
        began = self._clock()
        status, result, error = "failed", "", INTERRUPTED
        try:
            with self._interrupter.watch(job):
                status, result, error = self._run(job)
        finally:
            self._desk.finish(job, status, result, error)
            if not job.look:
                self.history.append(JobRecord(job_title(job), status, self._clock() - began))
        return True

    def _hold(self, job: Job) -> Optional[str]:
        return None if self._only_reads(job) else self._busy()

    def _may_start(self, job: Job) -> bool:
        return self._only_reads(job) or self._ready(job)

    def _only_reads(self, job: Job) -> bool:
        command = self._commands.get(job.command)
        return command is None or command.reads

    def _run(self, job: Job) -> "tuple[str, str, str]":
        command = self._commands.get(job.command)
        if command is None:
            known = ", ".join(sorted(self._commands))
            return "failed", "", f"This Blender does not know the command {job.command[:100]!r}. It knows: {known}."
        changed: Callable[[], bool] = lambda: False
        try:
            # A look makes nobody wait: not the artist, for a word that it has begun.
            settle = (lambda: None) if job.look else self._settle
            settle()
            if self._interrupter.asked:
                return "cancelled", "", NOT_STARTED
            report_progress = ReportProgress(
                self._desk, job, settle, self._clock, self._interrupter, self._show_progress
            )
            if command.mutates:
                changed = self._watch(job)
            answer = command.run(job.params, report_progress, job)
            if isinstance(answer, ScriptOutcome):
                status = "cancelled" if answer.cancelled else "failed" if answer.error else "completed"
                result, error = answer.to_json(), answer.error or ""
            else:
                status, result, error = "completed", dump_answer(answer), ""
        except CommandError as problem:
            return "failed", "", well_formed(str(problem))
        except Interrupted:
            return "cancelled", "", f"{CANCELLED}."
        except KeyboardInterrupt:
            return "failed", "", INTERRUPTED
        except (Exception, SystemExit) as raised:  # A failing command is the job's outcome, not the add-on's end.
            log.exception("The command %s failed.", job.command)
            return "failed", "", format_error(raised)
        finally:
            self._make_undo_step(job, changed)
        if len(result.encode("utf-8")) > MAX_RESULT_BYTES:
            return "failed", "", "The answer is larger than 1 MiB. Ask for less at a time."
        return status, result, error

    def _watch(self, job: Job) -> Callable[[], bool]:
        try:
            return self._watch_changes(job)
        except Exception:  # The job can run all the same; a step too many is better than a change that can't be undone.
            log.exception("The changes of job %s are not watched.", job.job_id)
            return lambda: True

    def _make_undo_step(self, job: Job, changed: Callable[[], bool]) -> None:
        try:
            if changed():
                self._undo_step(f"Busbar: {job_title(job)}")
        except Exception:  # The job has run: what it did and answers does not depend on its undo step.
            log.exception("No undo step was made for job %s.", job.job_id)
