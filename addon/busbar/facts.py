"""The true facts about this Blender that it registers with. Touches bpy: main thread only."""

import os
import socket
from typing import Any, Dict, List, Tuple

import bpy

from .json_text import visible
from .registration import Registration
from .version import ADDON_VERSION

MAX_LABEL_CHARS = 100
# The most that the bus takes.
MAX_NAME_CHARS = 200
MAX_PATH_CHARS = 4096


def registration(uuid: str, label: str, group: str) -> Registration:
    """What to register now. Without a label of the artist's own, the blend file's name is the label."""
    path = visible(bpy.data.filepath)
    metadata: Dict[str, Any] = {
        "label": (visible(label.strip()) or visible(os.path.basename(bpy.data.filepath)) or "Unsaved file")[:MAX_LABEL_CHARS],
        "pid": os.getpid(),
        "hostname": visible(socket.gethostname())[:MAX_NAME_CHARS],
        "blend_file": path[:MAX_PATH_CHARS],
        "blender_version": bpy.app.version_string,
        "addon_version": ADDON_VERSION,
    }
    return Registration(uuid, _capabilities(), group.strip() or None, metadata)


def _capabilities() -> Tuple[str, ...]:
    # Messages of any size come whole; the bus would send a link in place of a large one, and no large job at all.
    found: List[str] = ["python_execution", "scene_info", "large_messages"]
    if bpy.app.background:
        found.append("headless")
    else:
        found.append("viewport")
        if _has_gpu():
            found.append("gpu")
    if bpy.app.build_options.cycles:
        found.append("rendering")
    return tuple(found)


def _has_gpu() -> bool:
    """Whether the window is drawn by real graphics hardware, not by software."""
    import gpu

    try:
        kind, name = gpu.platform.device_type_get(), gpu.platform.renderer_get().lower()
    except (SystemError, RuntimeError):
        return False  # No drawing context yet.
    return kind != "SOFTWARE" and "llvmpipe" not in name and "software" not in name
