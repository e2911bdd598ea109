"""A copy of a scene to render from, so that a render changes nothing of the artist's. Touches bpy.

A render overwrites what the scene's last one left, and a frame, a size or a format that is set and put back again is
not always the same after it. So settings are changed on a copy only, and the result goes to an image of the copy's own.
"""

import contextlib
from typing import Any, Dict, Iterator, List, Set

import bpy

from .context import scene_context

NAME = "Busbar render"
# Newer Blenders keep the last render of each scene, also of one that is gone.
KEEPS_RESULTS = bpy.app.version >= (4, 2, 0)
# Blender renders into the first image of this type, and images are sorted by name.
FIRST_IMAGE = " Busbar render"
# Nodes of a compositor that leave something outside of the render: files, or what the artist sees in an editor.
OUTPUTS = frozenset({"OUTPUT_FILE", "VIEWER", "SPLITVIEWER"})


class SceneCopy:
    """Use as a context manager. `scene` is the copy, and `image` shows its render; both are removed at the end."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self._close = contextlib.ExitStack()

    def __enter__(self) -> "SceneCopy":
        with contextlib.ExitStack() as stack:
            stack.enter_context(_results_kept())
            self.scene = self._original.copy()
            stack.callback(bpy.data.scenes.remove, self.scene)
            self.scene.name = NAME
            if KEEPS_RESULTS:
                stack.callback(self._shrink_result)
            self._own_compositor(stack)
            self._own_output()
            self._close = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._close.close()

    @property
    def image(self) -> Any:
        """Holds what was rendered last."""
        return next(image for image in bpy.data.images if image.type == "RENDER_RESULT")

    def go_to(self, frame: int) -> None:
        """Makes this the frame that is rendered, and the only one where an animation is."""
        scene = self.scene
        scene.frame_current, scene.frame_subframe = frame, 0.0
        # The end first, or it would hold the start back.
        scene.frame_end = scene.frame_start = max(0, frame)
        scene.frame_step = 1

    def add(self, name: str, data: Any) -> Any:
        """An object that is in the copy alone. `data`, a camera or a light, is removed at the end."""
        kinds = bpy.data.cameras if isinstance(data, bpy.types.Camera) else bpy.data.lights
        self._close.callback(kinds.remove, data)
        item = bpy.data.objects.new(name, data)
        self.scene.collection.objects.link(item)
        return item

    def _shrink_result(self) -> None:
        """Blender keeps the last render of a scene that is gone for ever: here a picture of nothing, as small as can be."""
        scene = self.scene
        for kind in (scene.collection.children, scene.collection.objects):
            for item in list(kind):
                kind.unlink(item)
        render = scene.render
        render.engine = "CYCLES" if bpy.app.build_options.cycles else render.engine
        render.resolution_x = render.resolution_y = 4
        render.resolution_percentage = 100
        render.use_compositing = render.use_sequencer = False
        scene.world = None
        with contextlib.suppress(RuntimeError), scene_context(scene):
            bpy.ops.render.render(scene=scene.name)

    def _own_output(self) -> None:
        render = self.scene.render
        # One picture, also of a scene for stereo: the camera's own view.
        render.use_multiview = False
        render.use_file_extension = True
        render.use_overwrite = True
        render.use_placeholder = False
        # It would keep the memory of a scene that is gone.
        render.use_persistent_data = False
        settings = render.image_settings
        # Blender 5 asks for the kind of file before its format.
        for name, value in (
            ("color_management", "FOLLOW_SCENE"), ("media_type", "IMAGE"), ("file_format", "PNG"), ("color_mode", "RGB"),
            ("color_depth", "8"), ("compression", 60), ("quality", 90),
        ):  # fmt: skip
            if hasattr(settings, name):
                setattr(settings, name, value)

    def _own_compositor(self, stack: contextlib.ExitStack) -> None:
        trees: Dict[str, Any] = {}

        def own(tree: Any) -> Any:
            """A copy of a node group that the artist uses too."""
            if tree.name_full not in trees:
                copy = trees[tree.name_full] = tree.copy()
                stack.callback(bpy.data.node_groups.remove, copy)
                adapt(copy)
            return trees[tree.name_full]

        def adapt(tree: Any) -> None:
            for node in list(tree.nodes):
                if node.type in OUTPUTS:
                    tree.nodes.remove(node)
                elif node.type == "R_LAYERS" and node.scene in (self._original, self.scene):
                    node.scene = self.scene
                    # A scene is removed without complaint where nothing uses it.
                    stack.callback(setattr, node, "scene", self._original)
                elif node.type == "GROUP" and node.node_tree is not None:
                    node.node_tree = own(node.node_tree)

        if hasattr(self.scene, "compositing_node_group"):
            if self.scene.compositing_node_group is not None:
                self.scene.compositing_node_group = own(self.scene.compositing_node_group)
        elif self.scene.node_tree is not None:
            adapt(self.scene.node_tree)


@contextlib.contextmanager
def _results_kept() -> Iterator[None]:
    """The artist's last render, in all its slots, is after this what it was before."""
    own: List[Any] = []
    known: Set[int] = {image.as_pointer() for image in bpy.data.images}
    artist = next((image for image in bpy.data.images if image.type == "RENDER_RESULT"), None)
    if artist is not None:
        own.append(artist.copy())
        known.add(own[0].as_pointer())
        own[0].name = FIRST_IMAGE
    try:
        yield
    finally:
        for image in bpy.data.images:
            if image.as_pointer() not in known and image.type in ("RENDER_RESULT", "COMPOSITING"):
                own.append(image)
        for image in own:
            bpy.data.images.remove(image)
