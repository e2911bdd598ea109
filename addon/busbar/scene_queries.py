"""Commands that describe the scene and its objects; they change nothing. Touches bpy."""

import math
from typing import Any, Dict, List, Optional

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .names import find, name_of
from .similar import similar

MAX_LISTED = 50


def get_scene_info(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """The facts of the current scene, with its first objects and materials."""
    scene = bpy.context.scene
    render, units = scene.render, scene.unit_settings
    return {
        "name": name_of(scene),
        "frame_current": scene.frame_current,
        "frame_start": scene.frame_start,
        "frame_end": scene.frame_end,
        "fps": round(render.fps / render.fps_base, 4),
        "unit_system": units.system,
        "unit_scale": units.scale_length,
        "object_count": len(scene.objects),
        "objects": [object_line(item) for item in scene.objects[:MAX_LISTED]],
        "camera": _name_or_none(scene.camera),
        "materials_count": len(bpy.data.materials),
        "materials": [name_of(material) for material in bpy.data.materials[:MAX_LISTED]],
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
    objects = bpy.context.scene.objects
    found = objects if not kind and not part else [
        item for item in objects if (not kind or item.type == kind) and (not part or part in name_of(item).lower())
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
        "parent": _name_or_none(item.parent),
        "children": [name_of(child) for child in item.children[:MAX_LISTED]],
        "collections": [name_of(collection) for collection in item.users_collection],
        "data": _name_or_none(item.data),
        "materials": [_name_or_none(slot.material) for slot in item.material_slots],
        "modifiers": [
            {"name": name_of(modifier), "type": modifier.type, "show_viewport": modifier.show_viewport}
            for modifier in item.modifiers
        ],
        "constraints": [{"name": name_of(constraint), "type": constraint.type} for constraint in item.constraints],
        "mesh": _mesh_statistics(item),
    }


def object_line(item: Any) -> Dict[str, Any]:
    """An object in a list."""
    return {"name": name_of(item), "type": item.type, "location": numbers(item.location)}


def numbers(vector: Any) -> List[float]:
    return [rounded(number) for number in vector]


def rounded(number: float) -> float:
    """Rounded to what single precision holds. NaN and infinities stay."""
    return round(number, 6) + 0.0


def _name_or_none(item: Any) -> Optional[str]:
    return None if item is None else name_of(item)


def _object(name: str) -> Any:
    scene = bpy.context.scene
    item = find(scene.objects, name)
    if item is not None:
        return item
    if find(bpy.data.objects, name) is not None:
        raise CommandError(f"The object {name!r} is in this file, but not in the scene {name_of(scene)!r}.")
    names = (name_of(other) for other in scene.objects)
    raise CommandError(f"There is no object {name!r} in the scene. {similar(name, names)}")


def _world_bounds(item: Any) -> "tuple[Optional[List[float]], Optional[List[float]]]":
    from mathutils import Vector

    if item.type in ("EMPTY", "CAMERA", "LIGHT", "SPEAKER", "LIGHT_PROBE"):
        return None, None
    corners = [item.matrix_world @ Vector(corner) for corner in item.bound_box]
    columns = list(zip(*corners))
    return [rounded(min(column)) for column in columns], [rounded(max(column)) for column in columns]


def _mesh_statistics(item: Any) -> Optional[Dict[str, Any]]:
    """Of the mesh as it is and, counted after the modifiers, of the mesh as it is drawn. None for what is no mesh."""
    if item.type != "MESH":
        return None
    if item.mode == "EDIT":
        item.update_from_editmode()
    mesh = item.data
    statistics = {**_counts(mesh), "uv_layers": [name_of(layer) for layer in mesh.uv_layers]}
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
