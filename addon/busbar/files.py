"""Commands that open and save blend files, and never lose work that nobody told them to lose. Touches bpy."""

import os
from typing import Any, Dict, Optional, Tuple

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .json_text import visible
from .messages import Job
from .names import name_of


# The open file as this Blender last loaded or saved it: its path, and its time (ns) and size (bytes) on disk.
_known: Tuple[str, Optional[Tuple[int, int]]] = ("", None)


def remember_file(again: bool = True) -> None:
    """The open file was loaded or saved: what it is on disk now is what this Blender has.

    With `again` False it stays as it was remembered, if it was.
    """
    global _known
    if again or _known[0] != bpy.data.filepath:
        _known = (bpy.data.filepath, _stamp(bpy.data.filepath))


def _stamp(path: str) -> Optional[Tuple[int, int]]:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _is_same(path: str, other: str) -> bool:
    """Whether both lead to one file; `other` may be as the bus shows it."""
    try:
        return os.path.samefile(path, other)
    except OSError:
        return os.path.normpath(other) == visible(path)


def _saved_by_others(path: str, job: Job) -> Optional[str]:
    """Why saving to this path, where a file is, would lose work of somebody else; None where it would not."""
    labels = [label for label, other in job.open_elsewhere if _is_same(path, other)]
    if labels:
        return f"{path} is open in another Blender, too: {', '.join(labels)}."
    file, stamp = _known
    if file and _is_same(path, file) and stamp is not None and stamp != _stamp(path):
        return f"{path} has changed on disk since this Blender opened or saved it: somebody else saved it."
    return None


def open_file(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Opens the blend file at `path`. Refuses where changes would be lost, unless `discard_changes` is true."""
    path = _path(read.text(params, "path"))
    if not os.path.exists(path):
        raise CommandError(f"There is no file at {path}.")
    if not os.path.isfile(path):
        raise CommandError(f"{path} is not a file.")
    if bpy.data.is_dirty and not read.flag(params, "discard_changes"):
        raise CommandError(
            f"{bpy.data.filepath or 'The unsaved file'} has changes that are not saved. Save them first, or pass"
            " discard_changes: true to lose them."
        )
    try:
        # The artist's windows stay as they are.
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    except RuntimeError as error:
        raise CommandError(_sentence(error, f"{path} could not be opened")) from None
    return {
        "blend_file": bpy.data.filepath,
        "scene": name_of(bpy.context.scene),
        "object_count": len(bpy.context.scene.objects),
    }


def save_file(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Saves to `path`, or without one to the open file. A file that exists is only replaced with `overwrite` true, and one
    that somebody else saved or has open only with `overwrite_changed` true as well.
    """
    global _known
    given = read.text(params, "path", "")
    if given:
        path = _path(given)
        if not path.lower().endswith(".blend"):
            path += ".blend"
    elif bpy.data.filepath:
        path = bpy.data.filepath
    else:
        raise CommandError("This file was never saved. Give the path to save it to.")
    if os.path.isdir(path):
        raise CommandError(f"{path} is a folder.")
    if not os.path.isdir(os.path.dirname(path)):
        raise CommandError(f"There is no folder {os.path.dirname(path)}. Create it first.")
    overwrite = read.flag(params, "overwrite")
    existed = os.path.lexists(path)
    if existed and not overwrite:
        raise CommandError(f"{path} exists. Pass overwrite: true to replace it, or choose another path.")
    others = _saved_by_others(path, job) if existed else None
    if others is not None and not read.flag(params, "overwrite_changed"):
        raise CommandError(
            f"{others} Saving over it may lose that work. Ask the artist, save under another path, or pass"
            " overwrite_changed: true as well."
        )
    copy, known = read.flag(params, "copy"), _known
    try:
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=copy)
    except RuntimeError as error:
        raise CommandError(_sentence(error, f"{path} could not be saved")) from None
    if copy and path != known[0]:
        # Before 4.0 nobody says that it was only a copy that was saved.
        _known = known
    else:
        remember_file()
    return {"path": path, "bytes": os.path.getsize(path), "overwritten": existed, "blend_file": bpy.data.filepath}


def _path(given: str) -> str:
    """An absolute path; `~` and Blender's own `//` (beside the open file) are understood."""
    if given.startswith("//") and not bpy.data.filepath:
        raise CommandError(f"{given} is relative to the open file, and that was never saved. Give an absolute path.")
    path = os.path.expanduser(bpy.path.abspath(given))
    if not os.path.isabs(path):
        raise CommandError(f"{given} is a relative path. Give an absolute path.")
    return os.path.normpath(path)


def _sentence(error: RuntimeError, start: str) -> str:
    reason = str(error).strip().removeprefix("Error: ").splitlines()
    return f"{start}: {reason[0] if reason else 'Blender does not say why'}"
