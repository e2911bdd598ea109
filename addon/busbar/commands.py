"""What a Blender can be asked to do: each command runs on the main thread and answers JSON data. Touches bpy."""

from typing import Any, Dict

import bpy

from .executor import Command, CommandError, ReportProgress
from .messages import Job
from .script import ScriptOutcome, run_script

MAX_LISTED_OBJECTS = 50


def execute_code(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> ScriptOutcome:
    """Runs `code` in a fresh namespace with `bpy` and `report_progress`."""
    code = params.get("code")
    if not isinstance(code, str):
        raise CommandError("execute_code needs the parameter code: a text with Python.")
    return run_script(code, {"bpy": bpy, "report_progress": report_progress}, f"job {job.job_id}")


def get_scene_info(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """The facts of the current scene, with its first objects."""
    scene = bpy.context.scene
    render, units = scene.render, scene.unit_settings
    return {
        "name": scene.name,
        "frame_current": scene.frame_current,
        "frame_start": scene.frame_start,
        "frame_end": scene.frame_end,
        "fps": round(render.fps / render.fps_base, 4),
        "unit_system": units.system,
        "unit_scale": units.scale_length,
        "object_count": len(scene.objects),
        "objects": [_object_line(item) for item in scene.objects[:MAX_LISTED_OBJECTS]],
        "materials_count": len(bpy.data.materials),
        "render_engine": render.engine,
        "resolution": [render.resolution_x, render.resolution_y],
        "blend_file": bpy.data.filepath,
        "blender_version": bpy.app.version_string,
    }


def ping(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Shows that the main thread takes jobs."""
    return {"pong": True, "blender_version": bpy.app.version_string}


def _object_line(item: Any) -> Dict[str, Any]:
    return {"name": item.name, "type": item.type, "location": [_finite(number) for number in item.location]}


def _finite(number: float) -> float:
    """Rounded to what single precision holds; JSON has no infinity and no NaN."""
    return round(number, 6) if abs(number) < float("inf") else 0.0


def create_commands() -> Dict[str, Command]:
    """The commands by name, as jobs ask for them."""
    return {
        "execute_code": Command(execute_code, mutates=True),
        "get_scene_info": Command(get_scene_info),
        "ping": Command(ping),
    }
