"""Builds one of the scenes that stand in the pictures of docs/images, and saves it.

blender --python scene.py -- NAME FILE: NAME is one of the functions of SCENES, FILE the .blend to write. With a window
it also turns the 3D view to the camera.
"""

import math
import sys

import bpy


def material(name, colour):
    made = bpy.data.materials.new(name)
    made.diffuse_color = (*colour, 1.0)
    return made


def add(operator, colour, **options):
    operator(**options)
    thing = bpy.context.object
    thing.data.materials.append(material(thing.name, colour))
    if hasattr(thing.data, "polygons"):
        for face in thing.data.polygons:
            face.use_smooth = len(thing.data.polygons) > 100
    return thing


def floor(colour):
    add(bpy.ops.mesh.primitive_plane_add, colour, size=40)


def camera(location, target):
    bpy.ops.object.camera_add(location=location)
    eye = bpy.context.object
    aim = bpy.data.objects.new("Aim", None)
    aim.location = target
    bpy.context.collection.objects.link(aim)
    follow = eye.constraints.new("TRACK_TO")
    follow.target = aim
    bpy.context.scene.camera = eye


def lighting():
    """Three busts on plinths."""
    floor((0.25, 0.25, 0.28))
    for place, colour in ((-2.4, (0.85, 0.42, 0.18)), (0, (0.75, 0.75, 0.72)), (2.4, (0.2, 0.45, 0.8))):
        add(bpy.ops.mesh.primitive_cylinder_add, (0.5, 0.5, 0.5), radius=0.8, depth=1, location=(place, 0, 0.5))
        bust = add(bpy.ops.mesh.primitive_monkey_add, colour, size=1.7, location=(place, 0, 1.75))
        bust.modifiers.new("Smooth", "SUBSURF").levels = 2
    camera((3.2, -8.5, 3.4), (0, 0, 1.2))


def comp():
    """A town of blocks."""
    floor((0.2, 0.26, 0.2))
    for x in range(-5, 6):
        for y in range(-5, 6):
            height = 0.4 + 2.6 * abs(math.sin(x * 1.7 + y * 2.3)) * math.exp(-(x * x + y * y) / 30)
            warm = (x * 7 + y * 3) % 5 / 5
            block = add(
                bpy.ops.mesh.primitive_cube_add, (0.5 + 0.3 * warm, 0.5, 0.55), size=0.8, location=(x, y, height / 2)
            )
            block.scale.z = height / 0.8
    camera((9, -9, 7.5), (0, 0, 0.6))


def fx():
    """A spiral of spheres."""
    floor((0.15, 0.15, 0.18))
    for step in range(60):
        angle = step * 0.42
        radius = 0.5 + step * 0.055
        add(
            bpy.ops.mesh.primitive_uv_sphere_add,
            (0.9, 0.25 + step / 100, 0.1 + step / 80),
            radius=0.16 + step / 300,
            location=(radius * math.cos(angle), radius * math.sin(angle), 0.3 + step * 0.05),
        )
    camera((6.5, -7, 5.5), (0, 0, 1.2))


SCENES = {"lighting": lighting, "comp": comp, "fx": fx}


def show_through_camera():
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type != "VIEW_3D":
                continue
            space = area.spaces.active
            space.region_3d.view_perspective = "CAMERA"
            space.region_3d.view_camera_zoom = 12
            space.shading.color_type = "MATERIAL"
            space.shading.show_shadows = True
            space.shading.show_cavity = True
            space.overlay.show_extras = False
            space.overlay.show_relationship_lines = False
            space.overlay.show_outline_selected = False


name, path = sys.argv[sys.argv.index("--") + 1 :]
for thing in list(bpy.data.objects):
    bpy.data.objects.remove(thing)
SCENES[name]()
bpy.ops.object.select_all(action="DESELECT")
show_through_camera()
bpy.ops.wm.save_as_mainfile(filepath=path)
