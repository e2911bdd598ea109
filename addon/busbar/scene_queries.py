"""Commands that describe the scene and its objects; they change nothing. Touches bpy."""

import difflib
import math
from typing import Any, Dict, List, Optional

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job

MAX_LISTED = 50


def get_scene_info(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """The facts of the current scene, with its first objects and materials."""
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
        "objects": [object_line(item) for item in scene.objects[:MAX_LISTED]],
        "camera": name_of(scene.camera),
        "materials_count": len(bpy.data.materials),
        "materials": [material.name for material in bpy.data.materials[:MAX_LISTED]],
        "render_engine": render.engine,
        "resolution": [render.resolution_x, render.resolution_y],
        "blend_file": bpy.data.filepath,
        "unsaved_changes": bpy.data.is_dirty,
        "blender_version": bpy.app.version_string,
    }


def list_objects(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """The objects of the current scene, a page at a time; `type` and `name_contains` choose among them."""
    page = read.Page(params)
    kind = read.text(params, "type", "").upper()
    part = read.text(params, "name_contains", "").lower()
    found = [
        item
        for item in bpy.context.scene.objects
        if (not kind or item.type == kind) and part in item.name.lower()
    ]
    return {**page.facts(len(found)), "objects": [object_line(item) for item in page.of(found)]}


def get_object_info(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Everything about one object: transform, mesh statistics, materials, modifiers, bounds. Angles are in degrees."""
    item = _object(read.text(params, "name"))
    low, high = _world_bounds(item)
    return {
        **object_line(item),
        "rotation_mode": item.rotation_mode,
        "rotation_degrees": [round(math.degrees(angle), 3) + 0.0 for angle in item.matrix_basis.to_euler()],
        "scale": numbers(item.scale),
        "dimensions": numbers(item.dimensions),
        "world_location": numbers(item.matrix_world.translation),
        "bounds": {"min": low, "max": high},
        "visible": item.visible_get(),
        "hide_render": item.hide_render,
        "parent": name_of(item.parent),
        "children": [child.name for child in item.children[:MAX_LISTED]],
        "collections": [collection.name for collection in item.users_collection],
        "data": name_of(item.data),
        "materials": [name_of(slot.material) for slot in item.material_slots],
        "modifiers": [
            {"name": modifier.name, "type": modifier.type, "show_viewport": modifier.show_viewport}
            for modifier in item.modifiers
        ],
        "constraints": [{"name": constraint.name, "type": constraint.type} for constraint in item.constraints],
        "mesh": _mesh_statistics(item),
    }


def object_line(item: Any) -> Dict[str, Any]:
    """An object in a list."""
    return {"name": item.name, "type": item.type, "location": numbers(item.location)}


def name_of(item: Any) -> Optional[str]:
    return item.name if item is not None else None


def numbers(vector: Any) -> List[float]:
    return [finite(number) for number in vector]


def finite(number: float) -> float:
    """Rounded to what single precision holds; JSON has no infinity and no NaN."""
    return round(number, 6) + 0.0 if abs(number) < float("inf") else 0.0


def similar(name: str, known: List[str]) -> str:
    """A hint for a name that does not exist: names like it, or the first few there are."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if not close:
        folded = name.casefold()
        close = [other for other in known if folded and folded in other.casefold()][:5]
    if close:
        return f"Did you mean {', '.join(close)}?"
    return f"There are: {', '.join(known[:10])}{' and more' if len(known) > 10 else ''}." if known else "There are none."


def _object(name: str) -> Any:
    item = bpy.context.scene.objects.get(name)
    if item is not None:
        return item
    if bpy.data.objects.get(name) is not None:
        raise CommandError(f"The object {name!r} is in this file, but not in the scene {bpy.context.scene.name!r}.")
    names = [other.name for other in bpy.context.scene.objects]
    raise CommandError(f"There is no object {name!r} in the scene. {similar(name, names)}")


def _world_bounds(item: Any) -> "tuple[Optional[List[float]], Optional[List[float]]]":
    from mathutils import Vector

    if item.type in ("EMPTY", "CAMERA", "LIGHT", "SPEAKER", "LIGHT_PROBE"):
        return None, None
    corners = [item.matrix_world @ Vector(corner) for corner in item.bound_box]
    columns = list(zip(*corners))
    return [finite(min(column)) for column in columns], [finite(max(column)) for column in columns]


def _mesh_statistics(item: Any) -> Optional[Dict[str, Any]]:
    """Of the mesh as it is and, counted after the modifiers, of the mesh as it is drawn. None for what is no mesh."""
    if item.type != "MESH":
        return None
    if item.mode == "EDIT":
        item.update_from_editmode()
    mesh = item.data
    statistics = {**_counts(mesh), "uv_layers": [layer.name for layer in mesh.uv_layers]}
    evaluated = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    try:
        final = evaluated.to_mesh()
    except RuntimeError:  # Nothing is drawn of it, for example because it is disabled.
        return {**statistics, "with_modifiers": None}
    try:
        return {**statistics, "with_modifiers": _counts(final)}
    finally:
        evaluated.to_mesh_clear()


def _counts(mesh: Any) -> Dict[str, int]:
    corners = len(mesh.loops)
    return {
        "vertices": len(mesh.vertices),
        "edges": len(mesh.edges),
        "faces": len(mesh.polygons),
        # A face of n corners is n - 2 triangles.
        "triangles": corners - 2 * len(mesh.polygons),
    }
