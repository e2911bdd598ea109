"""Commands that render: the scene as it is set up, or a small preview of it. Touches bpy.

A render holds the main thread and nothing else: Blender lets go of the interpreter while it renders, so the connection
goes on, and a thread of our own reports how far it is. Everything that is changed for a render is put back after it.
"""

import contextlib
import os
import tempfile
import threading
import time
from typing import Any, Dict, Iterator, List, Optional, Tuple

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .pictures import MAX_PICTURE_BYTES, picture, within
from .png import png_size
from .stdout_tap import StdoutTap, render_fraction

MAX_SIDE = 16384
PREVIEW_SAMPLES = 16
REPORT_INTERVAL_S = 0.5
JPEG_QUALITIES = (90, 75, 60)
# What people call the engines; Eevee has had three names.
ENGINES = {
    "CYCLES": ("CYCLES",),
    "EEVEE": ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"),
    "BLENDER_EEVEE": ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"),
    "BLENDER_EEVEE_NEXT": ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),
    "WORKBENCH": ("BLENDER_WORKBENCH",),
}


def render_image(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """One still of the current scene. `frame`, `width`, `height`, `samples` and `engine` default to the scene's own."""
    scene = bpy.context.scene
    frame = read.integer(params, "frame", None, -1048574, 1048574)
    width = read.integer(params, "width", None, 4, MAX_SIDE)
    height = read.integer(params, "height", None, 4, MAX_SIDE)
    samples = read.integer(params, "samples", None, 1, 65536)
    engine = read.text(params, "engine", "")
    if scene.camera is None and not scene.render.use_sequencer:
        raise CommandError("The scene has no camera to render from. Add one and make it the scene's camera.")
    with _Restored() as keep:
        if engine:
            _use_engine(scene, engine, keep)
        _use_size(scene, width, height, keep)
        if samples is not None:
            _use_samples(scene, samples, keep)
        if frame is not None and frame != scene.frame_current:
            keep.frame(scene)
            scene.frame_set(frame)
        return _render(scene, keep, report_progress, {"source": "render"})


def render_preview(max_size: int, note: str, report_progress: ReportProgress) -> Dict[str, Any]:
    """The scene with few samples, seen by its camera, or else by one that sees everything."""
    scene = bpy.context.scene
    with _Restored() as keep:
        # Cycles needs no graphics hardware, which a Blender without a window may not have.
        with contextlib.suppress(CommandError):
            _use_engine(scene, "CYCLES", keep)
        _use_samples(scene, PREVIEW_SAMPLES, keep)
        render = scene.render
        percentage = render.resolution_percentage / 100
        width, height = within(
            max(1, int(render.resolution_x * percentage)), max(1, int(render.resolution_y * percentage)), max_size
        )
        _use_size(scene, max(4, width), max(4, height), keep)
        keep.set(render, "use_sequencer", False)
        keep.set(render, "use_compositing", False)
        if scene.camera is None:
            _add_camera(scene, keep)
            note += " The scene has no camera: this is a view of all of it."
        if not _is_lit(scene):
            _add_light(scene, keep)
            note += " The scene has no light: a lamp was added for this picture only."
        return _render(scene, keep, report_progress, {"source": "preview_render"}, note)


class _Restored:
    """Use as a context manager: puts back, last change first, what was changed through it."""

    def __init__(self) -> None:
        self._undo: List[Any] = []

    def __enter__(self) -> "_Restored":
        return self

    def __exit__(self, *error: object) -> None:
        for undo in reversed(self._undo):
            # A script of the scene's own may have removed what was changed.
            with contextlib.suppress(ReferenceError, AttributeError, TypeError, RuntimeError):
                undo()

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Sets a property that exists in this Blender; others are left alone."""
        if not hasattr(owner, name):
            return
        before = getattr(owner, name)
        if before != value:
            self._undo.append(lambda: setattr(owner, name, before))
            setattr(owner, name, value)

    def frame(self, scene: Any) -> None:
        frame, subframe = scene.frame_current, scene.frame_subframe
        self._undo.append(lambda: scene.frame_set(frame, subframe=subframe))

    def then(self, undo: Any) -> None:
        self._undo.append(undo)


def _use_engine(scene: Any, name: str, keep: _Restored) -> None:
    problem: Optional[TypeError] = None
    for known in ENGINES.get(name.upper(), (name,)):
        try:
            keep.set(scene.render, "engine", known)
            return
        except TypeError as error:
            problem = error
    known_engines = str(problem).rpartition("not found in ")[2]
    raise CommandError(f"This Blender has no render engine {name!r}. It has {known_engines or 'others'}.")


def _use_size(scene: Any, width: Optional[int], height: Optional[int], keep: _Restored) -> None:
    """One side alone keeps the shape of the scene's own size."""
    if width is None and height is None:
        return
    render = scene.render
    own_width, own_height = render.resolution_x, render.resolution_y
    if width is None:
        width = max(4, round(own_width * (height or own_height) / own_height))
    if height is None:
        height = max(4, round(own_height * width / own_width))
    keep.set(render, "resolution_x", min(MAX_SIDE, width))
    keep.set(render, "resolution_y", min(MAX_SIDE, height))
    keep.set(render, "resolution_percentage", 100)


def _use_samples(scene: Any, samples: int, keep: _Restored) -> None:
    if scene.render.engine == "CYCLES":
        keep.set(scene.cycles, "samples", samples)
    elif hasattr(scene, "eevee"):
        keep.set(scene.eevee, "taa_render_samples", samples)


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


def _add_camera(scene: Any, keep: _Restored) -> None:
    from mathutils import Vector

    corners = [
        item.matrix_world @ Vector(corner)
        for item in scene.objects
        if item.type not in ("CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER") and not item.hide_render
        for corner in item.bound_box
    ] or [Vector((-1, -1, -1)), Vector((1, 1, 1))]
    low = Vector([min(axis) for axis in zip(*corners)])
    high = Vector([max(axis) for axis in zip(*corners)])
    radius = max(0.01, (high - low).length / 2)
    data = bpy.data.cameras.new("Busbar preview")
    camera = bpy.data.objects.new("Busbar preview", data)
    scene.collection.objects.link(camera)
    keep.then(lambda: bpy.data.cameras.remove(data))
    # From the front, right and above, as a new file looks at its cube. Far enough for a ball around everything.
    direction = Vector((0.7, -0.65, 0.5)).normalized()
    distance = radius / 0.22
    camera.location = (low + high) / 2 + direction * distance
    camera.rotation_euler = (-direction).to_track_quat("-Z", "Y").to_euler()
    data.clip_start, data.clip_end = distance / 1000, distance * 10
    keep.set(scene, "camera", camera)


def _add_light(scene: Any, keep: _Restored) -> None:
    data = bpy.data.lights.new("Busbar preview", "SUN")
    data.energy = 3.0
    light = bpy.data.objects.new("Busbar preview", data)
    light.rotation_euler = (0.6, 0.2, 0.4)
    scene.collection.objects.link(light)
    keep.then(lambda: bpy.data.lights.remove(data))


def _render(
    scene: Any, keep: _Restored, report_progress: ReportProgress, facts: Dict[str, Any], note: str = ""
) -> Dict[str, Any]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="busbar-") as folder:
        path = os.path.join(folder, "render.png")
        _use_output(scene, path, keep)
        note = _run(scene, keep, report_progress, note)
        if not os.path.isfile(path):
            raise CommandError("Blender rendered nothing.")
        with open(path, "rb") as file:
            data = file.read()
        width, height = png_size(data)
        facts = {
            **facts,
            "frame": scene.frame_current,
            "engine": scene.render.engine,
            "samples": _samples(scene),
            "seconds": round(time.monotonic() - began, 2),
        }
        if len(data) <= MAX_PICTURE_BYTES:
            return picture(data, "image/png", width, height, note, **facts)
        data, new_width, new_height = _smaller(scene, folder, path, width, height, keep)
        how = "as JPEG" if (new_width, new_height) == (width, height) else f"scaled down from {width} x {height}, as JPEG"
        note = f"{note} Too large for an answer as it was: {how}.".strip()
        return picture(data, "image/jpeg", new_width, new_height, note, **facts)


def _use_output(scene: Any, path: str, keep: _Restored) -> None:
    render, settings = scene.render, scene.render.image_settings
    keep.set(render, "filepath", path)
    keep.set(render, "use_file_extension", True)
    keep.set(render, "use_overwrite", True)
    keep.set(render, "use_placeholder", False)
    # Blender 5 asks for the kind of file before its format.
    for name, value in (
        ("media_type", "IMAGE"), ("file_format", "PNG"), ("color_mode", "RGB"), ("color_depth", "8"),
        ("compression", 60), ("quality", 90),
    ):  # fmt: skip
        keep.set(settings, name, value)


def _run(scene: Any, keep: _Restored, report_progress: ReportProgress, note: str) -> str:
    try:
        _render_reporting(report_progress)
    except RuntimeError as error:
        if "OpenImageDenoise" not in str(error) or not getattr(scene, "cycles", None):
            raise CommandError(f"Blender could not render: {str(error).strip().removeprefix('Error: ')}") from None
        keep.set(scene.cycles, "use_denoising", False)
        try:
            _render_reporting(report_progress)
        except RuntimeError as again:
            raise CommandError(f"Blender could not render: {str(again).strip().removeprefix('Error: ')}") from None
        note = f"{note} This Blender is built without its denoiser: not denoised.".strip()
    return note


def _render_reporting(report_progress: ReportProgress) -> None:
    over = threading.Event()
    with StdoutTap() as tap:
        thread = threading.Thread(
            target=_report_until, args=(over, tap, report_progress), name="busbar-render", daemon=True
        )
        thread.start()
        try:
            bpy.ops.render.render(write_still=True)
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


def _smaller(
    scene: Any, folder: str, path: str, width: int, height: int, keep: _Restored
) -> "Tuple[bytes, int, int]":
    """The render as JPEG, as large and as good as fits."""
    settings = scene.render.image_settings
    keep.set(settings, "file_format", "JPEG")
    jpeg = os.path.join(folder, "render.jpg")
    for quality in JPEG_QUALITIES:
        keep.set(settings, "quality", quality)
        bpy.data.images["Render Result"].save_render(jpeg, scene=scene)
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
