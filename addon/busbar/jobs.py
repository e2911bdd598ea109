"""Jobs on their way in and results on their way out. Thread-safe; no bpy.

The network thread offers deliveries, the main thread takes jobs, most urgent first, then oldest. Results wait in the
outbox until the server has accepted them, however often the connection is lost in between.
"""

import heapq
import itertools
import logging
import threading
from collections import OrderedDict, deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .messages import CancelRequest, Job, MalformedJob

log = logging.getLogger(__name__)

MAX_QUEUED_JOBS = 1000
MAX_REMEMBERED_JOBS = 512
# All answers together. Of those that don't fit, the oldest are forgotten; that their jobs have run is not.
MAX_REMEMBERED_CHARS = 32 * 1024 * 1024
MAX_OUTBOX_CHARS = 64 * 1024 * 1024

Update = Dict[str, Any]
TERMINAL = frozenset({"completed", "failed", "cancelled"})


class Outbox:
    """Arguments of `blender_job_update` calls that the server has yet to accept, in order.

    Of several progress reports of one job only the newest waits, and none outlives the job's final update. Over
    MAX_OUTBOX_CHARS the oldest updates are dropped, with a warning.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._updates: Deque[Update] = deque()
        self._chars = 0
        self._listener: Callable[[], None] = lambda: None

    def on_change(self, listener: Callable[[], None]) -> None:
        """Sets the one function that is called, on the adding thread, after each `add`."""
        self._listener = listener

    def add(self, update: Update) -> None:
        with self._changed:
            if "progress" in update or update["status"] in TERMINAL:
                self._drop_progress(update["job_id"])
            self._updates.append(update)
            self._chars += _size(update)
            dropped = 0
            while self._chars > MAX_OUTBOX_CHARS and len(self._updates) > 1:
                self._chars -= _size(self._updates.popleft())
                dropped += 1
        if dropped:
            log.warning("The outbox is full: %d of the oldest job updates were dropped.", dropped)
        self._listener()

    def peek(self) -> Optional[Update]:
        """The next update to send; it stays until `done`."""
        with self._changed:
            return self._updates[0] if self._updates else None

    def done(self, update: Update) -> None:
        """Forgets an update that the server accepted (or refused for good)."""
        with self._changed:
            for index, waiting in enumerate(self._updates):
                if waiting is update:
                    del self._updates[index]
                    self._chars -= _size(update)
                    break
            if not self._updates:
                self._changed.notify_all()

    def wait_empty(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._updates, timeout_s)

    def clear(self) -> None:
        with self._changed:
            self._updates.clear()
            self._chars = 0
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._updates)

    def _drop_progress(self, job_id: str) -> None:
        for waiting in [u for u in self._updates if u["job_id"] == job_id and "progress" in u]:
            self._updates.remove(waiting)
            self._chars -= _size(waiting)


class JobDesk:
    """The queue of jobs to run, each once: a delivery that repeats a known job never runs a second time."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._changed = threading.Condition()
        self._heap: List[Tuple[int, int, Job]] = []
        self._order = itertools.count()
        self._queued: Dict[str, Job] = {}
        # What the sender of a job that is held back was told.
        self._held: Dict[str, str] = {}
        self._running: Optional[Job] = None
        self._interrupt: Callable[[Job], None] = lambda job: None
        self._paused_by: Optional[str] = None
        # Finished jobs by id, oldest first: what they were, and their final update while it is kept.
        self._finished: "OrderedDict[str, Tuple[str, Optional[Update]]]" = OrderedDict()
        self._remembered_chars = 0

    def on_interrupt(self, interrupt: Callable[[Job], None]) -> None:
        """Sets the one function that is called, on any thread, to interrupt the job that runs."""
        self._interrupt = interrupt

    @property
    def running(self) -> Optional[Job]:
        with self._changed:
            return self._running

    @property
    def waiting(self) -> int:
        with self._changed:
            return len(self._queued)

    def pause(self, who: Optional[str]) -> None:
        """Refuses jobs from now on in the name of `who`, also those that wait; with None takes them again.

        A job that runs goes on, and so do looks.
        """
        with self._changed:
            self._paused_by = who
            refused = [] if who is None else [job for job in self._queued.values() if not job.look]
            for job in refused:
                del self._queued[job.job_id]
                self._held.pop(job.job_id, None)
        for job in refused:
            self.outbox.add(_update(job.job_id, "failed", error=f"paused: {who}"))

    def offer(self, job: Job) -> None:
        """Queues a job, unless it repeats one that waits, runs or is finished (whose answer is then sent again)."""
        with self._changed:
            known = self._queued.get(job.job_id)
            if known is None and self._running is not None and self._running.job_id == job.job_id:
                known = self._running
            if known is not None:
                log.info("Job %s was delivered again while it is in hand: ignored.", job.job_id)
                return
            fingerprint, answer = self._finished.get(job.job_id, ("", None))
            repeat = fingerprint == job.fingerprint
            paused_by = None if repeat or job.look else self._paused_by
            full = not repeat and len(self._queued) >= MAX_QUEUED_JOBS
            if not repeat and not full and paused_by is None:
                self._queued[job.job_id] = job
                heapq.heappush(self._heap, (job.priority, next(self._order), job))
                self._changed.notify_all()
        if repeat:
            log.info("Job %s was delivered again after it had run: not run again.", job.job_id)
            forgotten = "This job ran before, and its answer is no longer kept. It was not run again."
            self.outbox.add(_update(job.job_id, "failed", error=forgotten) if answer is None else answer)
        elif paused_by is not None:
            # Not remembered: sent again later, it may run.
            self.outbox.add(_update(job.job_id, "failed", error=f"paused: {paused_by}"))
        elif full:
            problem = f"This Blender already has {MAX_QUEUED_JOBS} jobs waiting. Try again later."
            self.outbox.add(_update(job.job_id, "failed", error=problem))

    def refuse(self, job: MalformedJob) -> None:
        self.outbox.add(_update(job.job_id, "failed", error=job.problem))

    def cancel(self, request: CancelRequest) -> None:
        """Drops a job that has not started. One that runs goes on, unless it is to be interrupted."""
        with self._changed:
            job = self._queued.pop(request.job_id, None)
            self._held.pop(request.job_id, None)
            running = self._running
        if job is not None:
            self._finish(job, _update(job.job_id, "cancelled", error="Cancelled before it started."))
        elif request.interrupt and running is not None and running.job_id == request.job_id:
            self._interrupt(running)

    def say(self, job: Job, text: str) -> None:
        """Tells the sender of the running job something about it; nothing once it has ended."""
        with self._changed:
            if self._running is job:
                self.outbox.add({**_update(job.job_id, "running"), "progress_message": text})

    def take(
        self,
        timeout_s: float = 0.0,
        hold: Callable[[Job], Optional[str]] = lambda job: None,
        ready: Callable[[Job], bool] = lambda job: True,
    ) -> Optional[Job]:
        """The most urgent job that may start, now running, or None when there is none within `timeout_s` seconds.

        `hold` says why a job has to wait, or None. Its sender is told once for each reason, as `running`; the job stays
        in the queue, where it can be withdrawn, and others may pass it. `ready` is asked last, for the job whose turn it
        is: where it says False nothing starts yet, and none may pass.
        """
        updates: List[Update] = []
        taken: Optional[Job] = None
        with self._changed:
            if timeout_s > 0 and not self._queued:
                self._changed.wait(timeout_s)
            # By identity: a cancelled job leaves its heap entry behind, and its id may be queued anew.
            self._heap = [entry for entry in self._heap if self._queued.get(entry[2].job_id) is entry[2]]
            for entry in sorted(self._heap):
                job = entry[2]
                reason = hold(job)
                if reason is None:
                    if not ready(job):
                        break
                    taken = self._running = job
                    self._heap.remove(entry)
                    del self._queued[job.job_id]
                    break
                if self._held.get(job.job_id) != reason:
                    self._held[job.job_id] = reason
                    updates.append({**_update(job.job_id, "running"), "progress_message": reason})
            heapq.heapify(self._heap)
            if taken is not None:
                was_held = self._held.pop(taken.job_id, None) is not None
                # What it waited for is over.
                over = {"progress_message": ""} if was_held else {}
                updates.append({**_update(taken.job_id, "running"), **over})
        for update in updates:
            self.outbox.add(update)
        return taken

    def progress(self, job: Job, fraction: float, message: str) -> None:
        """Reports how far a running job is: `fraction` from 0 to 1."""
        update = _update(job.job_id, "running")
        update["progress"] = fraction
        if message:
            update["progress_message"] = message
        self.outbox.add(update)

    def finish(self, job: Job, status: str, result: str, error: str) -> None:
        """Ends the running job: `status` is completed, failed or cancelled, `result` a JSON text or ""."""
        with self._changed:
            self._running = None
        self._finish(job, _update(job.job_id, status, result, error))

    def wake(self) -> None:
        """Makes a waiting `take` return."""
        with self._changed:
            self._changed.notify_all()

    def cancel_all(self, reason: str) -> None:
        """Drops the jobs that wait and tells their senders why: this Blender leaves of its own will."""
        for job in self._empty():
            self._finish(job, _update(job.job_id, "cancelled", error=reason))

    def drop_all(self) -> None:
        """Forgets waiting jobs and results not yet sent: this client was unregistered, and the server told their senders.

        The job that runs is interrupted.
        """
        self._empty()
        self.outbox.clear()
        running = self.running
        if running is not None:
            self._interrupt(running)

    def _empty(self) -> List[Job]:
        with self._changed:
            jobs = list(self._queued.values())
            self._queued.clear()
            self._held.clear()
            self._heap.clear()
        return jobs

    def _finish(self, job: Job, update: Update) -> None:
        # Pictures for the panel, several a minute, would push out the answers of work.
        if not job.look:
            with self._changed:
                self._remember(job, update)
        self.outbox.add(update)

    def _remember(self, job: Job, update: Update) -> None:
        _, before = self._finished.pop(job.job_id, ("", None))
        self._remembered_chars += _size(update) - (0 if before is None else _size(before))
        self._finished[job.job_id] = (job.fingerprint, update)
        while len(self._finished) > MAX_REMEMBERED_JOBS:
            _, (_, oldest) = self._finished.popitem(last=False)
            self._remembered_chars -= 0 if oldest is None else _size(oldest)
        for job_id in list(self._finished):
            if self._remembered_chars <= MAX_REMEMBERED_CHARS or job_id == job.job_id:
                break
            fingerprint, kept = self._finished[job_id]
            if kept is not None:
                self._remembered_chars -= _size(kept)
                self._finished[job_id] = (fingerprint, None)


def _update(job_id: str, status: str, result: str = "", error: str = "") -> Update:
    return {"job_id": job_id, "status": status, "result": result, "error": error}


def _size(update: Update) -> int:
    return len(update["result"]) + len(update["error"]) + 200
