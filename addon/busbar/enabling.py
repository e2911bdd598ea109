"""Enables and disables the add-on: classes, handlers, the service."""

import logging
import sys

import bpy
from bpy.app.handlers import persistent

from . import files, operators, preferences, service, ui

log = logging.getLogger(__name__)

CLASSES = (*preferences.CLASSES, *operators.CLASSES, *ui.CLASSES)
START_DELAY_S = 0.5


@persistent
def _file_changed(saved_or_loaded=None, *_):
    # Newer versions say which file it was: that of "Save Copy" is not the open one.
    if not isinstance(saved_or_loaded, str) or saved_or_loaded in ("", bpy.data.filepath):
        files.remember_file()
    running = service.current()
    if running is None:
        return
    try:
        running.refresh()
    except Exception:  # A handler's own boundary: loading a file must not show this add-on's bugs as its own.
        log.exception("The blend file's name could not be passed on.")


def _start():
    # After Blender's start: while add-ons are being enabled, most of bpy is out of reach.
    running = service.current()
    if running is not None and preferences.connects_on_start():
        try:
            running.connect()
        except Exception:  # A timer's own boundary.
            log.exception("The add-on could not connect.")


def _enable_again(settings: service.Settings, paused: bool) -> None:
    """A script that loads factory settings (many begin so) would disconnect its Blender: the add-on comes back after it."""

    def enable():
        import addon_utils

        try:
            if addon_utils.enable(__package__, default_set=True) is not None:
                # Blender has loaded the modules of this package anew.
                sys.modules[__package__ + ".preferences"].write(settings)
                if paused:
                    sys.modules[__package__ + ".service"].current().pause(True)
        except Exception:  # A timer's own boundary.
            log.exception("The add-on could not be enabled again.")

    bpy.app.timers.register(enable, persistent=True)


def register():
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    service.set_current(service.Service(preferences.read, _enable_again))
    bpy.app.handlers.load_post.append(_file_changed)
    bpy.app.handlers.save_post.append(_file_changed)
    # A background Blender (a render, say) connects only when it is told to serve.
    if not bpy.app.background:
        bpy.app.timers.register(_start, first_interval=START_DELAY_S, persistent=True)


def unregister():
    if bpy.app.timers.is_registered(_start):
        bpy.app.timers.unregister(_start)
    for handlers in (bpy.app.handlers.load_post, bpy.app.handlers.save_post):
        if _file_changed in handlers:
            handlers.remove(_file_changed)
    running = service.current()
    service.set_current(None)
    if running is not None:
        running.close()
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)
