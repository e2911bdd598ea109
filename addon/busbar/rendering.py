"""Commands that render: the scene as it is set up, or a small preview of it. Touches bpy.

A render holds the main thread and nothing else: Blender lets go of the interpreter while it renders, so the connection
goes on, and a thread of our own reports how far it is. What is rendered is a copy of the scene (scene_copy.py).
"""

import contextlib
import ctypes
import os
import sys
import tempfile
import threading
import time
from typing import Any, Dict, Iterator, Optional, Tuple

import bpy

from . import params as read
from .artist import renders, tool_runs
from .context import OVERRIDE_IS_SAFE, scene_context
from .executor import CommandError, ReportProgress
from .messages import Job
from .pictures import DEFAULT_MAX_SIDE, MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, picture, within
from .png import png_size
from .scene_copy import SceneCopy
from .stdout_tap import StdoutTap, render_fraction

MAX_SIDE = 16384
PREVIEW_SAMPLES = 16
REPORT_INTERVAL_S = 0.5
JPEG_QUALITIES = (90, 75, 60)
EGL = "libEGL.so.1"
DRAWING_ENGINES = ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH")
# What people call the engines; Eevee has had three names.
ENGINES = {
    "CYCLES": ("CYCLES",),
    "EEVEE": ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"),
    "BLENDER_EEVEE": ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"),
    "BLENDER_EEVEE_NEXT": ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),
    "WORKBENCH": ("BLENDER_WORKBENCH",),
}


def render_image(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """One still of the current scene. `frame`, `width`, `height`, `samples` and `engine` default to the scene's own.

    Where neither `width` nor `height` says how large, its longer side is at most `max_size` pixels, by default 1,568.
    """
    scene = bpy.context.scene
    frame = read.integer(params, "frame", None, -1048574, 1048574)
    width = read.integer(params, "width", None, 4, MAX_SIDE)
    height = read.integer(params, "height", None, 4, MAX_SIDE)
    samples = read.integer(params, "samples", None, 1, 65536)
    max_size = read.integer(params, "max_size", None, 16, MAX_PICTURE_SIDE)
    engine = read.text(params, "engine", "")
    if max_size is None and width is None and height is None:
        max_size = DEFAULT_MAX_SIDE
    if scene.camera is None and not scene.render.use_sequencer:
        raise CommandError("The scene has no camera to render from. Add one and make it the scene's camera.")
    if frame is not None and frame < 0 and frame != scene.frame_current and not OVERRIDE_IS_SAFE:
        raise CommandError("This version of Blender renders no frame below 0 but the current one. Give a frame from 0 on.")
    _check_free()
    with SceneCopy(scene) as copy:
        if engine:
            _use_engine(copy.scene, engine)
        _use_size(copy.scene, width, height)
        note = "" if max_size is None else _use_at_most(copy.scene, max_size)
        if samples is not None:
            _use_samples(copy.scene, samples)
        if frame is not None:
            copy.go_to(frame)
        return _render(copy, report_progress, {"source": "render"}, note)


def render_preview(max_size: int, note: str, report_progress: ReportProgress) -> Dict[str, Any]:
    """The scene with few samples, seen by its camera, or else by one that sees everything."""
    _check_free()
    with SceneCopy(bpy.context.scene) as copy:
        scene = copy.scene
        # Cycles needs no graphics hardware, which a Blender without a window may not have.
        with contextlib.suppress(CommandError):
            _use_engine(scene, "CYCLES")
        _use_samples(scene, PREVIEW_SAMPLES)
        width, height = within(*_size(scene), max_size)
        _use_size(scene, max(4, width), max(4, height))
        scene.render.use_sequencer = False
        scene.render.use_compositing = False
        if scene.camera is None:
            _add_camera(copy)
            note += " The scene has no camera: this is a view of all of it."
        if not _is_lit(scene):
            _add_light(copy)
            note += " The scene has no light: a lamp was added for this picture only."
        return _render(copy, report_progress, {"source": "preview_render"}, note)


def _check_free() -> None:
    """A Blender that is told to render while it does ends there and then."""
    if renders():
        raise CommandError("This Blender renders or bakes for its artist now. Try again when that has ended.")
    if tool_runs():
        raise CommandError("The artist uses a tool in this Blender now. Try again in a moment.")


def _check_graphics(engine: str) -> None:
    """Without a window Eevee and Workbench draw by libEGL, and a Blender that does not find it ends there and then."""
    if not bpy.app.background or not sys.platform.startswith("linux") or engine not in DRAWING_ENGINES:
        return
    try:
        ctypes.CDLL(EGL)
    except OSError:
        raise CommandError(
            f"This Blender has no window and finds no {EGL}, so it can't render with {engine}. Install that library"
            " (Debian: libegl1), or pass engine: CYCLES."
        ) from None


def _use_engine(scene: Any, name: str) -> None:
    problem: Optional[TypeError] = None
    for known in ENGINES.get(name.upper(), (name,)):
        try:
            scene.render.engine = known
            return
        except TypeError as error:
            problem = error
    known_engines = str(problem).rpartition("not found in ")[2]
    raise CommandError(f"This Blender has no render engine {name!r}. It has {known_engines or 'others'}.")


def _use_size(scene: Any, width: Optional[int], height: Optional[int]) -> None:
    """One side alone keeps the shape of the scene's own size."""
    if width is None and height is None:
        return
    render = scene.render
    own_width, own_height = render.resolution_x, render.resolution_y
    if width is None:
        width = max(4, round(own_width * (height or own_height) / own_height))
    if height is None:
        height = max(4, round(own_height * width / own_width))
    render.resolution_x = min(MAX_SIDE, width)
    render.resolution_y = min(MAX_SIDE, height)
    render.resolution_percentage = 100


def _use_at_most(scene: Any, max_size: int) -> str:
    """Makes the longer side at most `max_size` pixels; what to say about it, "" where it was not longer."""
    width, height = _size(scene)
    if max(width, height) <= max_size:
        return ""
    smaller = within(width, height, max_size)
    _use_size(scene, max(4, smaller[0]), max(4, smaller[1]))
    return f"Rendered at {smaller[0]} x {smaller[1]} instead of {width} x {height}: max_size gives more, up to 4096."


def _size(scene: Any) -> "Tuple[int, int]":
    """What a render of the scene has, in pixels."""
    render = scene.render
    percentage = render.resolution_percentage / 100
    return max(1, int(render.resolution_x * percentage)), max(1, int(render.resolution_y * percentage))


def _use_samples(scene: Any, samples: int) -> None:
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = samples
    elif hasattr(scene, "eevee"):
        scene.eevee.taa_render_samples = samples


def _samples(scene: Any) -> Optional[int]:
    if scene.render.engine == "CYCLES":
        return scene.cycles.samples
    return scene.eevee.taa_render_samples if "EEVEE" in scene.render.engine else None


def _is_lit(scene: Any) -> bool:
    """Whether anything obvious gives light: a lamp, or a world that is not black. Glowing materials are not looked for."""
    if any(item.type == "LIGHT" and not item.hide_render for item in scene.objects):
        return True
    world = scene.world
    if world is None:
        return False
    if not world.use_nodes or world.node_tree is None:
        return max(world.color) > 0.01
    for node in world.node_tree.nodes:
        if node.type == "BACKGROUND":
            color, strength = node.inputs["Color"], node.inputs["Strength"]
            if color.is_linked or strength.is_linked or max(color.default_value[:3]) * strength.default_value > 0.01:
                return True
        elif node.type not in ("OUTPUT_WORLD", "REROUTE", "FRAME"):
            return True  # Something of its own: not for us to judge.
    return False


def _add_camera(copy: SceneCopy) -> None:
    from mathutils import Vector

    corners = [
        item.matrix_world @ Vector(corner)
        for item in copy.scene.objects
        if item.type not in ("CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER") and not item.hide_render
        for corner in item.bound_box
    ] or [Vector((-1, -1, -1)), Vector((1, 1, 1))]
    low = Vector([min(axis) for axis in zip(*corners)])
    high = Vector([max(axis) for axis in zip(*corners)])
    radius = max(0.01, (high - low).length / 2)
    data = bpy.data.cameras.new("Busbar preview")
    camera = copy.add("Busbar preview", data)
    # From the front, right and above, as a new file looks at its cube. Far enough for a ball around everything.
    direction = Vector((0.7, -0.65, 0.5)).normalized()
    distance = radius / 0.22
    camera.location = (low + high) / 2 + direction * distance
    camera.rotation_euler = (-direction).to_track_quat("-Z", "Y").to_euler()
    data.clip_start, data.clip_end = distance / 1000, distance * 10
    copy.scene.camera = camera


def _add_light(copy: SceneCopy) -> None:
    data = bpy.data.lights.new("Busbar preview", "SUN")
    data.energy = 3.0
    light = copy.add("Busbar preview", data)
    light.rotation_euler = (0.6, 0.2, 0.4)


def _render(
    copy: SceneCopy, report_progress: ReportProgress, facts: Dict[str, Any], note: str = ""
) -> Dict[str, Any]:
    began = time.monotonic()
    scene = copy.scene
    _check_graphics(scene.render.engine)
    with tempfile.TemporaryDirectory(prefix="busbar-") as folder:
        scene.render.filepath = os.path.join(folder, "render")
        facts = {**facts, "frame": scene.frame_current}
        note = _run(scene, report_progress, note)
        # The render itself can't be interrupted.
        report_progress.check()
        # One file, with or without the frame's number in its name.
        path = next((entry.path for entry in os.scandir(folder)), None)
        if path is None:
            raise CommandError("Blender rendered nothing.")
        with open(path, "rb") as file:
            data = file.read()
        width, height = png_size(data)
        facts = {
            **facts,
            "engine": scene.render.engine,
            "samples": _samples(scene),
            "seconds": round(time.monotonic() - began, 2),
        }
        if len(data) <= MAX_PICTURE_BYTES:
            return picture(data, "image/png", width, height, note, **facts)
        data, new_width, new_height = _smaller(copy, folder, path, width, height)
        how = "as JPEG" if (new_width, new_height) == (width, height) else f"scaled down from {width} x {height}, as JPEG"
        note = f"{note} Too large for an answer as it was: {how}.".strip()
        return picture(data, "image/jpeg", new_width, new_height, note, **facts)


def _run(scene: Any, report_progress: ReportProgress, note: str) -> str:
    try:
        _render_reporting(scene, report_progress)
    except RuntimeError as error:
        if "OpenImageDenoise" not in str(error) or not getattr(scene, "cycles", None):
            raise CommandError(f"Blender could not render: {str(error).strip().removeprefix('Error: ')}") from None
        scene.cycles.use_denoising = False
        try:
            _render_reporting(scene, report_progress)
        except RuntimeError as again:
            raise CommandError(f"Blender could not render: {str(again).strip().removeprefix('Error: ')}") from None
        note = f"{note} This Blender is built without its denoiser: not denoised.".strip()
    return note


def _render_reporting(scene: Any, report_progress: ReportProgress) -> None:
    over = threading.Event()
    with StdoutTap() as tap:
        thread = threading.Thread(
            target=_report_until, args=(over, tap, report_progress), name="busbar-render", daemon=True
        )
        thread.start()
        try:
            # In the artist's own context Blender renders the artist's frame, and then goes to it anew: what was changed
            # and has no key yet is lost. Where the context can't be another one, a single frame of an animation has at
            # least its own number.
            same_frame = scene.frame_current == bpy.context.scene.frame_current
            with scene_context(scene):
                if OVERRIDE_IS_SAFE or same_frame:
                    bpy.ops.render.render(write_still=True, scene=scene.name)
                else:
                    bpy.ops.render.render(animation=True, scene=scene.name)
        finally:
            over.set()
            thread.join()


def _report_until(over: threading.Event, tap: StdoutTap, report_progress: ReportProgress) -> None:
    """Reports from a thread of its own. With a window Blender does not say how far it is: then time stands for it."""
    began = time.monotonic()
    known: Optional[float] = None
    while not over.wait(REPORT_INTERVAL_S):
        seconds = time.monotonic() - began
        said = render_fraction(tap.read())
        known = said if said is not None else known
        guess = 0.9 * seconds / (seconds + 20)
        text = f"Rendering for {seconds:.0f} s" + ("" if known is None else f", {known:.0%} of the samples")
        report_progress.aside(guess if known is None else known, text)


def _smaller(copy: SceneCopy, folder: str, path: str, width: int, height: int) -> "Tuple[bytes, int, int]":
    """The render as JPEG, as large and as good as fits."""
    settings = copy.scene.render.image_settings
    settings.file_format = "JPEG"
    jpeg = os.path.join(folder, "smaller.jpg")
    for quality in JPEG_QUALITIES:
        settings.quality = quality
        copy.image.save_render(jpeg, scene=copy.scene)
        with open(jpeg, "rb") as file:
            data = file.read()
        if len(data) <= MAX_PICTURE_BYTES:
            return data, width, height
    with _loaded(path) as image:
        while True:
            width, height = max(1, int(width * 0.7)), max(1, int(height * 0.7))
            image.scale(width, height)
            # As it is: unlike save_render this does not apply the scene's view transform a second time.
            image.filepath_raw, image.file_format = jpeg, "JPEG"
            image.save()
            with open(jpeg, "rb") as file:
                data = file.read()
            if len(data) <= MAX_PICTURE_BYTES:
                return data, width, height


@contextlib.contextmanager
def _loaded(path: str) -> Iterator[Any]:
    image = bpy.data.images.load(path)
    try:
        yield image
    finally:
        bpy.data.images.remove(image)
