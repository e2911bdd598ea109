"""Interrupts the script of a job: asked for on any thread, raised on the main thread, and only inside the script. No bpy.

The main thread is asked to look up from its work. On POSIX a signal does that, which also ends what waits in the kernel,
such as `time.sleep`. On every system a pending call does, which runs between two instructions of the interpreter; where
there is no signal, the script gets a sleep in slices. Who looks up sees the frames that run at that moment: only where the
innermost code is the script's, or of a library that the script called, is `Interrupted` raised. For that reason it is
not left to PyThreadState_SetAsyncExc, which raises wherever the main thread happens to be next (docs/decisions/0015).
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from types import CodeType, FrameType
from typing import Any, Callable, Iterator, Optional

from .messages import Job

# A script may catch the interrupt and go on. After so many it is left alone.
MAX_INTERRUPTS = 20
# So many it may catch to put things in order, with PAUSE_S for it. From then on each that it catches is followed at once
# by the next one, until it is out of every `try`.
PATIENT = 2
PAUSE_S = 0.3
# How often the main thread is asked to look up.
ASK_S = 0.05
# After this the sender is told what keeps the script from being interrupted.
SAY_AFTER_S = 1.0
SLICE_S = 0.05
# Its default is to be ignored: one that comes late harms nobody, whatever handler is there by then.
SIGNAL: Optional[int] = getattr(signal, "SIGURG", None) if hasattr(signal, "pthread_kill") else None

IN_ONE_CALL = "Cancelling: Blender is in one long call that can't be interrupted. The job ends when that call does."
IN_ANOTHER_ADDON = "Cancelling: another add-on is at work, which is not interrupted. The job ends when it has done."
DOES_NOT_STOP = f"Does not stop: the script caught {MAX_INTERRUPTS} interrupts and goes on."

# Functions of libraries that hold a lock when they return, or let go of one: broken off, they would leave it locked.
LOCKING = frozenset({"__enter__", "__exit__", "acquire", "release", "_acquire_restore", "_release_save"})

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_ADD_PENDING_CALL = ctypes.pythonapi.Py_AddPendingCall
_ADD_PENDING_CALL.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
_PENDING_CALL = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Interrupted(BaseException):
    """The job was cancelled. No `Exception`, so that `except Exception` lets it pass."""

    # Set while a script runs: hears that one was caught and let go of.
    gone: Optional[Callable[[], None]] = None

    def __del__(self) -> None:
        if Interrupted.gone is not None:
            Interrupted.gone()


class _Run:
    """What is known of the job that runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.thread = threading.get_ident()
        self.asked = False
        # The script's own name for its code; None while no script runs.
        self.filename: Optional[str] = None
        self.due = False
        self.raised = 0
        self.gave_up = False
        # Why the last look on the main thread raised nothing; None where there was no look since the last request.
        self.held: Optional[str] = None
        self.over = threading.Event()


class Interrupter:
    """One at a time. `request` may be called on any thread, all else on the thread that runs jobs.

    `kind_of(frame)` tells of code that is not the script's own: a "handler" that Blender calls, an "addon", an "operator"
    that the script called, or None. `tell(job, text)` hears, on a thread of its own, what keeps a job from being
    interrupted.
    """

    def __init__(
        self,
        tell: Callable[[Job, str], None] = lambda job, text: None,
        kind_of: Callable[[FrameType], Optional[str]] = lambda frame: None,
        use_signal: bool = True,
    ) -> None:
        self._tell = tell
        self._kind_of = kind_of
        self._signal = SIGNAL if use_signal else None
        self._lock = threading.Lock()
        self._run: Optional[_Run] = None
        self._asked_early: Optional[Job] = None
        self._pending = False
        self._handles_signal = False
        self._callback = _PENDING_CALL(self._look_up)
        # The interpreter may call it after the add-on was disabled and this object is gone.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._callback))

    # On any thread.

    def request(self, job: Job) -> None:
        """Interrupts this job if it runs or is about to; nothing for one that has ended. Asked again it changes nothing."""
        with self._lock:
            run = self._run
            if run is None or run.job is not job:
                self._asked_early = job
                return
            if run.asked:
                return
            run.asked = run.due = True
        threading.Thread(target=self._insist, args=(run,), name="busbar-interrupt", daemon=True).start()

    def _insist(self, run: _Run) -> None:
        """Asks the main thread to look up, until the job has ended or has caught too many interrupts."""
        began = time.monotonic()
        seen = 0
        told: Optional[str] = None
        while not run.over.is_set():
            # One that was caught is followed by another, after a pause to put things in order.
            if not run.due and run.raised == seen:
                if run.raised >= MAX_INTERRUPTS:
                    run.gave_up = True
                    self._tell(run.job, DOES_NOT_STOP)
                    return
                run.due = True
            seen = run.raised
            if run.due:
                self._ask(run)
            run.over.wait(ASK_S if run.due else PAUSE_S)
            if run.raised == 0 and time.monotonic() - began >= SAY_AFTER_S and not run.over.is_set():
                reason = IN_ONE_CALL if run.held is None else run.held
                if reason not in ("", told):
                    told = reason
                    self._tell(run.job, reason)

    def _ask(self, run: _Run) -> None:
        with self._lock:
            if self._run is not run or run.filename is None:
                return
            run.held = None
            if not self._pending:
                self._pending = True
                if _ADD_PENDING_CALL(ctypes.cast(self._callback, ctypes.c_void_p), None) != 0:
                    self._pending = False  # The interpreter has no room now: at the next turn.
            if self._signal is not None and self._handles_signal:
                signal.pthread_kill(run.thread, self._signal)

    # On the thread that runs jobs.

    @contextlib.contextmanager
    def watch(self, job: Job) -> Iterator[None]:
        """Around all of a job: only now can it be interrupted."""
        with self._lock:
            run = self._run = _Run(job)
            early = self._asked_early is job
            self._asked_early = None
        if early:
            self.request(job)
        try:
            yield
        finally:
            with self._lock:
                self._run = None
            run.over.set()

    @property
    def asked(self) -> bool:
        """Whether the job that runs was cancelled."""
        run = self._run
        return run is not None and run.asked

    @property
    def stopped(self) -> bool:
        """Whether the script was interrupted, and was not left alone after it had caught too many."""
        run = self._run
        return run is not None and run.raised > 0 and not run.gave_up

    def check(self) -> None:
        """For the add-on's own functions that scripts call, before they return: raises Interrupted where it is due."""
        run = self._run
        if run is not None and run.due and run.thread == threading.get_ident():
            self._note_raised(run)
            raise Interrupted

    @contextlib.contextmanager
    def script(self, filename: str) -> Iterator[None]:
        """Around the script, whose code has this file name. Whatever was changed for it is after it as it was before."""
        run = self._run
        if run is None:
            yield
            return
        with contextlib.ExitStack() as restored:
            trace = sys.gettrace()
            restored.callback(self._forget_trace, trace)
            Interrupted.gone = self._was_caught
            restored.enter_context(self._signal_handled())
            if not self._handles_signal:
                restored.enter_context(self._sliced_sleep())
            restored.callback(self._disarm, run)
            run.filename = filename
            yield

    def _disarm(self, run: _Run) -> None:
        # Under the lock: nobody asks any more after this.
        with self._lock:
            run.filename = None
            run.due = False

    def _forget_trace(self, trace: Any) -> None:
        Interrupted.gone = None
        if sys.gettrace() in (None, self._trace):
            sys.settrace(trace)

    @contextlib.contextmanager
    def _signal_handled(self) -> Iterator[None]:
        number = self._signal
        if number is None or threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(number)
        if before is None:  # Somebody's handler in C: it could not be put back.
            yield
            return
        handler = self._on_signal
        signal.signal(number, handler)
        self._handles_signal = True
        try:
            yield
        finally:
            self._handles_signal = False
            # Any that is on its way arrives in this call, while the handler is still ours.
            signal.pthread_sigmask(signal.SIG_BLOCK, ())
            if signal.getsignal(number) == handler:
                signal.signal(number, before)

    @contextlib.contextmanager
    def _sliced_sleep(self) -> Iterator[None]:
        real = time.sleep
        thread = threading.get_ident()

        def sleep(seconds: float) -> None:
            if threading.get_ident() != thread or not isinstance(seconds, (int, float)) or not seconds > SLICE_S:
                real(seconds)
                self.check()
                return
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                real(min(left, SLICE_S))
                self.check()

        time.sleep = sleep
        try:
            yield
        finally:
            if time.sleep is sleep:
                time.sleep = real

    # Inside the script.

    def _on_signal(self, number: int, frame: Optional[FrameType]) -> None:
        if self._may_raise(frame):
            raise Interrupted

    def _look_up(self, _: Any) -> int:
        frame = sys._getframe().f_back
        run = self._run
        # What is raised in here goes nowhere: it is raised at the next instruction there.
        if run is not None and run.due and self._what_keeps(run, frame) is None:
            self._trace_from(frame)
        else:
            self._may_raise(frame)
        # Last: another one that waits while this one runs would hang a Python 3.11 that traces.
        self._pending = False
        return 0

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename.startswith(_OWN):
            return None
        if event in ("line", "opcode") and self._may_raise(frame):
            raise Interrupted
        return self._trace

    def _was_caught(self) -> None:
        """One is let go of: by a script that caught it, or because the script has ended. Runs in the code that does so."""
        run = self._run
        if run is None or run.thread != threading.get_ident():
            return
        if not PATIENT < run.raised < MAX_INTERRUPTS:
            return
        frame = sys._getframe(1).f_back
        if self._what_keeps(run, frame) is not None:
            return
        run.due = True
        self._trace_from(frame)

    def _trace_from(self, frame: Optional[FrameType]) -> None:
        """Looks at each instruction of the script from now on, until one is raised."""
        while frame is not None and not frame.f_code.co_filename.startswith(_OWN):
            frame.f_trace = self._trace
            # `while True: pass` comes to no other line.
            frame.f_trace_opcodes = True
            frame = frame.f_back
        sys.settrace(self._trace)

    def _may_raise(self, frame: Optional[FrameType]) -> bool:
        run = self._run
        if run is None or not run.due or run.thread != threading.get_ident():
            return False
        run.held = self._what_keeps(run, frame)
        if run.held is not None:
            return False
        self._note_raised(run)
        return True

    def _what_keeps(self, run: _Run, frame: Optional[FrameType]) -> Optional[str]:
        """None where the script itself is at work; else the reason, "" for the add-on's own code."""
        kept: Optional[str] = None
        if frame is not None and frame.f_code.co_name in LOCKING and frame.f_code.co_filename != run.filename:
            return ""
        while frame is not None:
            code: CodeType = frame.f_code
            if code.co_filename == run.filename:
                return kept
            if code.co_filename.startswith(_OWN):
                return ""
            kind = self._kind_of(frame)
            if kind == "handler":
                return IN_ANOTHER_ADDON
            if kind is not None:
                # An operator that the script called is a part of the script's work, with all that it calls.
                kept = None if kind == "operator" else IN_ANOTHER_ADDON
            frame = frame.f_back
        return ""

    def _note_raised(self, run: _Run) -> None:
        run.due = False
        run.raised += 1
