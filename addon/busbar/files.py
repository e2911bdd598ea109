"""Commands that open and save blend files, and never lose work that nobody told them to lose. Touches bpy."""

import os
from typing import Any, Dict

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .names import name_of


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
    """Saves to `path`, or without one to the open file. A file that exists is only replaced with `overwrite` true."""
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
    try:
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=read.flag(params, "copy"))
    except RuntimeError as error:
        raise CommandError(_sentence(error, f"{path} could not be saved")) from None
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
