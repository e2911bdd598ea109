"""The context that operators get. Touches bpy."""

import contextlib
import sys
from typing import Any, ContextManager

import bpy

# Up to Python 3.11 Blender looks at an overridden context without holding the interpreter's lock whenever another thread
# holds it (BPY_context_member_get asks whether the interpreter is active, not on which thread), and crashes now and then.
OVERRIDE_IS_SAFE = sys.version_info >= (3, 12)


def window_context() -> "ContextManager[Any]":
    """A context with a window and, where it is safe, a 3D view: operators in scripts work as they do for the artist.

    Where an override is not safe it is the last resort, for Blenders whose timers have no window of their own.
    """
    if not OVERRIDE_IS_SAFE and bpy.context.window is not None:
        return contextlib.nullcontext()
    for window in bpy.context.window_manager.windows:
        if not OVERRIDE_IS_SAFE:
            return bpy.context.temp_override(window=window)
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                region = next((region for region in area.regions if region.type == "WINDOW"), None)
                if region is not None:
                    return bpy.context.temp_override(window=window, area=area, region=region)
    return contextlib.nullcontext()


def scene_context(scene: Any) -> "ContextManager[Any]":
    """A context whose scene is this one, where that is safe; else the one that is."""
    if not OVERRIDE_IS_SAFE:
        return contextlib.nullcontext()
    return bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0])
