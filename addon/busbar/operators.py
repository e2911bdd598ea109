"""Operators: connect, disconnect, and serve for a Blender without a window."""

import contextlib
import logging
import os
import signal
import sys
import threading

import bpy

from . import service

log = logging.getLogger(__name__)


class BUSBAR_OT_connect(bpy.types.Operator):
    bl_idname = "busbar.connect"
    bl_label = "Connect"
    bl_description = "Connect this Blender to Busbar"

    @classmethod
    def poll(cls, context):
        running = service.current()
        return running is not None and not running.wanted and not bpy.app.background

    def execute(self, context):
        service.current().connect()
        return {"FINISHED"}


class BUSBAR_OT_disconnect(bpy.types.Operator):
    bl_idname = "busbar.disconnect"
    bl_label = "Disconnect"
    bl_description = "Disconnect this Blender from Busbar. Jobs that have not started are cancelled"

    @classmethod
    def poll(cls, context):
        running = service.current()
        return running is not None and running.wanted

    def execute(self, context):
        service.current().disconnect()
        return {"FINISHED"}


class BUSBAR_OT_pause(bpy.types.Operator):
    bl_idname = "busbar.pause"
    bl_label = "Pause"
    bl_description = "Refuse all jobs for now, or take them again. A job that runs goes on"

    @classmethod
    def poll(cls, context):
        return service.current() is not None

    def execute(self, context):
        running = service.current()
        running.pause(not running.paused)
        return {"FINISHED"}


class BUSBAR_OT_hide_message(bpy.types.Operator):
    bl_idname = "busbar.hide_message"
    bl_label = "Hide Message"
    bl_description = "Hide the message over the editors and in the status bar"

    @classmethod
    def poll(cls, context):
        running = service.current()
        return running is not None and running.alert != ""

    def execute(self, context):
        service.current().put_alert_away()
        return {"FINISHED"}


class BUSBAR_OT_serve(bpy.types.Operator):
    bl_idname = "busbar.serve"
    bl_label = "Serve"
    bl_description = "Connect a background Blender to Busbar and run jobs until it is unregistered or ended"

    @classmethod
    def poll(cls, context):
        return service.current() is not None and bpy.app.background

    def execute(self, context):
        running = service.current()
        kind = _pointer()
        with _log_to_stderr(), _Ending(running) as ending:
            status = running.serve(ending.asked)
            log.info("Serving has ended. %s", status.text)
        if _pointer() != kind:
            # A job loaded factory settings, which took the add-on away: Blender looks at this operator's kind after it, and
            # 4.3 ends with a crash. So this is the end.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
        # A job may have loaded another file, so `self` and `context` are not touched any more.
        return {"FINISHED"}


def _pointer() -> int:
    """Where Blender has the operator's kind; 0 where it has none any more."""
    kind = bpy.types.Operator.bl_rna_get_subclass_py("BUSBAR_OT_serve")
    return 0 if kind is None else kind.bl_rna.as_pointer()


class _Ending:
    """Turns SIGINT and SIGTERM into a clean end; a script that is running is interrupted. Restores the handlers."""

    def __init__(self, running: service.Service) -> None:
        self._running = running
        self._asked = threading.Event()
        self._previous: dict = {}

    def asked(self) -> bool:
        return self._asked.is_set()

    def __enter__(self) -> "_Ending":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous.items():
            # None: the handler was not set from Python, and can't be put back from here.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _on_signal(self, number, frame):
        self._asked.set()
        if self._running.busy:
            raise KeyboardInterrupt


@contextlib.contextmanager
def _log_to_stderr():
    """A background Blender says on standard error what it does, unless logging was set up by somebody else."""
    root = logging.getLogger(__package__)
    if root.hasHandlers():
        yield
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("busbar: %(message)s"))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


CLASSES = (BUSBAR_OT_connect, BUSBAR_OT_disconnect, BUSBAR_OT_pause, BUSBAR_OT_hide_message, BUSBAR_OT_serve)
