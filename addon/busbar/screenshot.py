"""The command that shows what the artist sees in the 3D view. Touches bpy."""

import logging
from typing import Any, Dict, List, Optional, Tuple

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .pictures import MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, picture, within
from .png import encode_png
from .rendering import render_preview

log = logging.getLogger(__name__)

DEFAULT_SIZE = 800
# Larger ones seldom fit an answer, and take long to draw without a graphics card.
MAX_DRAWN = 2048


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
            return _drawn(view, max_size)
        except (RuntimeError, SystemError) as error:
            # The graphics driver gives no memory or no context for it.
            log.warning("The 3D view can't be drawn: %s", error)
            reason = f"can't draw its 3D view ({error})"
    if job.look and not read.flag(params, "render_preview"):
        return {"needs_render": f"This Blender {reason}."}
    if not job.look and not bpy.app.background:
        raise CommandError(f"This Blender {reason}. blender_render_image renders its scene.")
    return render_preview(max_size, f"This Blender {reason}: a preview render.", report_progress)


def _drawn(view: "Tuple[Any, Any, Any]", max_size: int) -> Dict[str, Any]:
    """The picture of a view, smaller than asked where it would not fit an answer."""
    size = min(max_size, MAX_DRAWN)
    while True:
        width, height, data = _draw(view, size)
        if len(data) <= MAX_PICTURE_BYTES or size <= 64:
            break
        size = max(64, int(size * min(0.9, (MAX_PICTURE_BYTES / len(data)) ** 0.5)))
    note = "" if size == max_size else f"Drawn at {size} instead of {max_size} pixels, so that it fits an answer."
    return picture(data, "image/png", width, height, note, source="viewport")


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


def _draw(view: "Tuple[Any, Any, Any]", size: int) -> "Tuple[int, int, bytes]":
    import gpu

    window, area, region = view
    space = area.spaces.active
    width, height = within(region.width, region.height, size)
    offscreen = gpu.types.GPUOffScreen(width, height)
    try:
        offscreen.draw_view3d(
            window.scene,
            window.view_layer,
            space,
            region,
            space.region_3d.view_matrix,
            space.region_3d.window_matrix,
            do_color_management=True,
        )
        pixels = offscreen.texture_color.read()
        pixels.dimensions = width * height * 4
        return width, height, encode_png(width, height, bytes(memoryview(pixels)))
    finally:
        offscreen.free()
