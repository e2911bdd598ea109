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


def label_of(label: str) -> str:
    """What this Blender is called: the artist's own label, else the blend file's name."""
    return (visible(label.strip()) or visible(os.path.basename(bpy.data.filepath)) or "Unsaved file")[:MAX_LABEL_CHARS]


def registration(uuid: str, label: str, group: str, paused: bool = False) -> Registration:
    """What to register now; `paused`: it takes no jobs."""
    path = visible(bpy.data.filepath)
    metadata: Dict[str, Any] = {
        "label": label_of(label),
        "pid": os.getpid(),
        "hostname": visible(socket.gethostname())[:MAX_NAME_CHARS],
        "blend_file": path[:MAX_PATH_CHARS],
        "blender_version": bpy.app.version_string,
        "addon_version": ADDON_VERSION,
    }
    return Registration(uuid, _capabilities(paused), group.strip() or None, metadata)


def _capabilities(paused: bool) -> Tuple[str, ...]:
    # Messages of any size come whole; the bus would send a link in place of a large one, and no large job at all.
    found: List[str] = ["python_execution", "scene_info", "large_messages"]
    if paused:
        found.append("paused")
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
