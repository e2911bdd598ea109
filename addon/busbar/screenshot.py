"""The command that shows what the artist sees in the 3D view. Touches bpy."""

import contextlib
import logging
from typing import Any, Dict, Iterator, List, Optional, Tuple

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .pictures import MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, picture, within
from .png import encode_png, is_black
from .rendering import render_preview

log = logging.getLogger(__name__)

DEFAULT_SIZE = 800
# Larger ones seldom fit an answer, and take long to draw without a graphics card.
MAX_DRAWN = 2048
# Engines that Blender draws off the screen in Rendered shading. What any other renders, Cycles included, stays in the window.
DRAWN_ENGINES = frozenset({"BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH"})
IN_SOLID = (
    "Drawn in Solid shading, without lights and materials: in Rendered shading {engine} shows in Blender's own window only. "
    "blender_render_image shows how it renders."
)
BLACK = "All of this picture is black."


def get_viewport_screenshot(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """The largest 3D view, drawn anew; `max_size` bounds the longer side in pixels.

    Drawn off the screen, so that it shows the scene also while the window is hidden or behind others. Where there is no
    3D view to draw, a Blender without a window answers a tool with a small preview render. A look, which nobody may
    have asked for, gets one only with `render_preview`, the wish of a person; else it is told why there is no picture.
    """
    max_size = read.integer(params, "max_size", DEFAULT_SIZE, 16, MAX_PICTURE_SIDE) or DEFAULT_SIZE
    view = None if bpy.app.background else _largest_view()
    if view is None:
        reason = "has no window" if bpy.app.background else "shows no 3D view now"
    else:
        try:
            with _drawable(view, may_disturb=not job.look) as (space, note):
                if space is not None:
                    return _drawn(view, space, max_size, note)
                reason = note
        except (RuntimeError, SystemError) as error:
            # The graphics driver gives no memory or no context for it.
            log.warning("The 3D view can't be drawn: %s", error)
            reason = f"can't draw its 3D view ({error})"
    if job.look and not read.flag(params, "render_preview"):
        return {"needs_render": f"This Blender {reason}."}
    if not job.look and not bpy.app.background:
        raise CommandError(f"This Blender {reason}. blender_render_image renders its scene.")
    return render_preview(max_size, f"This Blender {reason}: a preview render.", report_progress)


@contextlib.contextmanager
def _drawable(view: "Tuple[Any, Any, Any]", may_disturb: bool) -> "Iterator[Tuple[Any, str]]":
    """What to draw the view with, and what to say about it: its own space, or one in Solid where its own would stay black.

    That is a space of a workspace that nobody looks at. To change the artist's own, and back, would begin their render in
    the view anew: without `may_disturb`, there is none then (None, and why).
    """
    window, area, _ = view
    own = area.spaces.active
    engine = window.scene.render.engine
    if own.shading.type != "RENDERED" or engine in DRAWN_ENGINES:
        yield own, ""
        return
    spare = _unseen_space(own)
    if spare is None and not may_disturb:
        yield None, f"shows {engine} in Rendered shading, which can't be drawn outside its window"
        return
    space = own if spare is None else spare
    wanted = [(space.shading, "type", "SOLID")]
    if spare is not None:
        wanted.append((space.overlay, "show_overlays", own.overlay.show_overlays))
        names = [name for name in own.bl_rna.properties.keys() if name.startswith("show_object_viewport_")]
        wanted += [(space, name, getattr(own, name)) for name in names]
    with contextlib.ExitStack() as stack:
        for owner, name, value in wanted:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield space, IN_SOLID.format(engine=engine)


def _unseen_space(own: Any) -> Optional[Any]:
    """The 3D view of a workspace that no window shows; None where there is none that would show the same objects."""
    if own.local_view is not None or own.use_local_collections:
        return None
    seen = {window.screen for window in bpy.context.window_manager.windows}
    areas = (area for screen in bpy.data.screens if screen not in seen for area in screen.areas)
    return next((area.spaces.active for area in areas if area.type == "VIEW_3D"), None)


def _drawn(view: "Tuple[Any, Any, Any]", space: Any, max_size: int, note: str) -> Dict[str, Any]:
    """The picture of a view, smaller than asked where it would not fit an answer."""
    size = min(max_size, MAX_DRAWN)
    while True:
        width, height, pixels = _draw(view, space, size)
        data = encode_png(width, height, pixels)
        if len(data) <= MAX_PICTURE_BYTES or size <= 64:
            break
        size = max(64, int(size * min(0.9, (MAX_PICTURE_BYTES / len(data)) ** 0.5)))
    smaller = "" if size == max_size else f"Drawn at {size} instead of {max_size} pixels, so that it fits an answer."
    notes = (note, smaller, BLACK if is_black(pixels) else "")
    return picture(data, "image/png", width, height, " ".join(filter(None, notes)), source="viewport")


def _largest_view() -> "Optional[Tuple[Any, Any, Any]]":
    """Window, area and region of the 3D view with the most pixels."""
    views: List[Tuple[int, Any, Any, Any]] = []
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                if area.type == "VIEW_3D" and region.type == "WINDOW" and min(region.width, region.height) > 1:
                    views.append((region.width * region.height, window, area, region))
    if not views:
        return None
    _, window, area, region = max(views, key=lambda view: view[0])
    return window, area, region


def _draw(view: "Tuple[Any, Any, Any]", space: Any, size: int) -> "Tuple[int, int, bytes]":
    """Width, height and RGBA, 8 bits each, of the view as the settings of a space have it."""
    import gpu

    window, area, region = view
    looking = area.spaces.active.region_3d
    width, height = within(region.width, region.height, size)
    offscreen = gpu.types.GPUOffScreen(width, height)
    try:
        offscreen.draw_view3d(
            window.scene,
            window.view_layer,
            space,
            region,
            looking.view_matrix,
            looking.window_matrix,
            do_color_management=True,
        )
        pixels = offscreen.texture_color.read()
        pixels.dimensions = width * height * 4
        return width, height, bytes(memoryview(pixels))
    finally:
        offscreen.free()
