"""What the artist is doing at this moment: a job must not come in between. Touches bpy, and belongs to the main thread."""

import time
from typing import Any, Callable, Optional

import bpy
from bpy.app.handlers import persistent

WAITS_FOR_STROKE = "Waits for the artist's stroke to end"
WAITS_FOR_RENDER = "Waits for the artist's render to end"

# Since 4.2 Blender tells which modal operators run. Before, only the changes that they make can be seen.
TELLS_MODAL_OPERATORS = "modal_operators" in bpy.types.Window.bl_rna.properties
# What an add-on's operator has where it is a tool that edits. One that only watches (a key caster, a navigator) has none.
TOOL_OPTIONS = frozenset({"UNDO", "UNDO_GROUPED", "BLOCKING", "GRAB_CURSOR", "GRAB_CURSOR_X", "GRAB_CURSOR_Y"})
# Jobs of Blender's own that use the one render that a scene has.
RENDER_JOBS = ("RENDER", "OBJECT_BAKE")
BRUSH_MODES = ("SCULPT", "PAINT", "WEIGHT_GPENCIL", "VERTEX_GPENCIL", "PARTICLE")
# Before 4.2: a tool in use changes the scene many times a second, and so does an add-on that never stops.
QUIET_S = 0.3
QUIET_LIMIT_S = 20.0


class ArtistWatch:
    """Use `start()` and `stop()`. `busy()` says what a job has to wait for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed_at: Optional[float] = None
        self._busy_since: Optional[float] = None
        self._own = False

        @persistent
        def changed(*_: Any) -> None:
            if not self._own:
                self._changed_at = self._clock()

        self._handler = changed

    def start(self) -> None:
        if not TELLS_MODAL_OPERATORS and self._handler not in bpy.app.handlers.depsgraph_update_post:
            bpy.app.handlers.depsgraph_update_post.append(self._handler)

    def stop(self) -> None:
        if self._handler in bpy.app.handlers.depsgraph_update_post:
            bpy.app.handlers.depsgraph_update_post.remove(self._handler)

    def own_changes(self, own: bool) -> None:
        """Between True and False what changes the scene is a job."""
        self._own = own

    def busy(self) -> Optional[str]:
        """Why no job may begin now, in words for its sender; None where one may."""
        if bpy.app.background:
            return None
        if renders():
            return WAITS_FOR_RENDER
        return WAITS_FOR_STROKE if tool_runs() or self._scene_changes() else None

    def _scene_changes(self) -> bool:
        now = self._clock()
        changes = (
            self._changed_at is not None
            and now - self._changed_at < QUIET_S
            and not any(screen.is_animation_playing for screen in bpy.data.screens)
        )
        if not changes:
            self._busy_since = None
            return False
        if self._busy_since is None:
            self._busy_since = now
        return now - self._busy_since < QUIET_LIMIT_S


def renders() -> bool:
    """Whether Blender renders or bakes beside the artist's window: a second render would end it."""
    return any(bpy.app.is_job_running(kind) for kind in RENDER_JOBS)


def tool_runs() -> bool:
    """Whether one of the artist's tools is in use: a stroke, a move, a box. Always False before 4.2."""
    if not TELLS_MODAL_OPERATORS:
        return False
    windows = bpy.context.window_manager.windows
    return any(_is_tool(operator.bl_idname) for window in windows for operator in window.modal_operators)


def may_push_undo_step() -> bool:
    """Whether an undo step can be made without harm while no tool runs.

    Before 4.2 nobody can tell whether a stroke is under way, and a step in the middle of one ends Blender at the end of it.
    """
    return TELLS_MODAL_OPERATORS or not _has_brush()


def _is_tool(idname: str) -> bool:
    kind = bpy.types.Operator.bl_rna_get_subclass_py(idname)
    return kind is None or not TOOL_OPTIONS.isdisjoint(getattr(kind, "bl_options", ()))


def _has_brush() -> bool:
    mode = bpy.context.mode
    if any(part in mode for part in BRUSH_MODES):
        return True
    windows = bpy.context.window_manager.windows
    spaces = [area.spaces.active for window in windows for area in window.screen.areas if area.type == "IMAGE_EDITOR"]
    return any(space.ui_mode == "PAINT" for space in spaces)
