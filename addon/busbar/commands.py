"""What a Blender can be asked to do: each command runs on the main thread and answers JSON data. Touches bpy."""

from typing import Any, Dict

import bpy

from . import params as read
from .data_browser import browse_data
from .executor import Command, CommandError, ReportProgress
from .files import open_file, save_file
from .interrupt import Interrupter
from .messages import Job
from .rendering import render_image
from .scene_queries import get_object_info, get_scene_info, list_objects
from .screenshot import get_viewport_screenshot
from .script import ScriptOutcome, run_script

MAX_UNDO_STEPS = 50


def _execute_code(interrupter: Interrupter) -> Command:
    """Runs `code` in a fresh namespace with `bpy` and `report_progress`."""

    def run(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> ScriptOutcome:
        code = params.get("code")
        if not isinstance(code, str):
            raise CommandError("execute_code needs the parameter code: a text with Python.")
        namespace = {"bpy": bpy, "report_progress": report_progress}
        return run_script(code, namespace, f"job {job.job_id}", interrupter)

    return Command(run, mutates=True)


def undo(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Takes back the newest steps of the undo history, as Ctrl+Z does: one for each job that ran a script."""
    steps = read.integer(params, "steps", 1, 1, MAX_UNDO_STEPS) or 1
    if bpy.app.background:
        raise CommandError(
            "This Blender has no window, and keeps no undo history without one. Save before a change, and open the"
            " file again to go back."
        )
    undone = 0
    while undone < steps and bpy.ops.ed.undo.poll():
        bpy.ops.ed.undo()
        undone += 1
    if undone == 0:
        raise CommandError("There is nothing to undo.")
    return {"asked": steps, "undone": undone, "more": bpy.ops.ed.undo.poll()}


def ping(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Shows that the main thread takes jobs."""
    return {"pong": True, "blender_version": bpy.app.version_string, "blend_file": bpy.data.filepath}


def create_commands(interrupter: Interrupter) -> Dict[str, Command]:
    """The commands by name, as jobs ask for them. `interrupter` interrupts scripts."""
    return {
        "execute_code": _execute_code(interrupter),
        "get_scene_info": Command(get_scene_info, reads=True),
        "list_objects": Command(list_objects, reads=True),
        "get_object_info": Command(get_object_info, reads=True),
        "browse_data": Command(browse_data, reads=True),
        "get_viewport_screenshot": Command(get_viewport_screenshot, reads=True),
        "render_image": Command(render_image),
        "open_file": Command(open_file),
        "save_file": Command(save_file),
        "undo": Command(undo),
        "ping": Command(ping, reads=True),
    }
