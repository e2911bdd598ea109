"""Whether a script changed anything that the artist could want to undo. Touches bpy, and belongs to the main thread.

Blender keeps no such mark. What a script writes is seen in three places: the dependency graph is evaluated anew (objects,
modes, selection, whatever is in a scene on screen); the data-blocks differ (their number, names, custom properties, texts,
frames); or the code itself assigns to an attribute, which may be one of data that no scene shows.
"""

import ast
from typing import Any, Callable, Iterator, List, Tuple

import bpy
from bpy.app.handlers import persistent

from .names import readable

# The interface and the window manager are not part of what undo restores.
NOT_UNDONE = frozenset({"window_managers", "screens", "workspaces"})
WRITING_CALLS = frozenset({"setattr", "foreach_set"})
# Of a long custom property only this much is compared.
MAX_ARRAY = 1000


def watch_changes(code: str) -> "Callable[[], bool]":
    """Begins to watch. What it returns ends that, is called once, and says whether the code changed anything.

    A file that is loaded meanwhile has no changes at first.
    """
    _evaluate()
    evaluated: List[bool] = [False]
    before = [_data()]

    @persistent
    def updated(*_: Any) -> None:
        evaluated[0] = True

    @persistent
    def loaded(*_: Any) -> None:
        evaluated[0] = False
        before[0] = _data()

    watched = ((bpy.app.handlers.depsgraph_update_post, updated), (bpy.app.handlers.load_post, loaded))
    for handlers, function in watched:
        handlers.append(function)
    file = bpy.data.filepath

    def changed() -> bool:
        try:
            _evaluate()
        finally:
            for handlers, function in watched:
                if function in handlers:
                    handlers.remove(function)
        assigns = file == bpy.data.filepath and assigns_to_attributes(code)
        return evaluated[0] or assigns or _data() != before[0]

    return changed


def assigns_to_attributes(code: str) -> bool:
    """Whether Python code assigns to an attribute of anything but `self` or `cls`, or calls what does so."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError):
        return False  # It did not run either.
    return any(_writes(node) for node in nodes)


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in WRITING_CALLS
    return False


def _evaluate() -> None:
    """Has what was written reach the dependency graphs of all windows; nothing where nothing was."""
    for window in bpy.context.window_manager.windows:
        window.view_layer.update()


def _data() -> int:
    """A number that differs once the data-blocks do."""
    return hash(tuple(_facts()))


def _facts() -> Iterator[Tuple[Any, ...]]:
    for prop in bpy.data.bl_rna.properties:
        if prop.type != "COLLECTION" or prop.identifier in NOT_UNDONE:
            continue
        items = getattr(bpy.data, prop.identifier)
        yield prop.identifier, len(items), _names(items)
        for item in items:
            yield item.as_pointer(), _custom_properties(item)
    for scene in bpy.data.scenes:
        yield (scene.frame_current_final,)
    for text in bpy.data.texts:
        yield tuple(readable(lambda line=line: line.body) for line in text.lines)
    for image in bpy.data.images:
        yield (image.is_dirty,)
    for item in bpy.data.objects:
        if item.pose is not None:
            yield tuple(_custom_properties(bone) for bone in item.pose.bones)


def _names(items: Any) -> Tuple[str, ...]:
    try:
        return tuple(items.keys())
    except UnicodeDecodeError:
        return ()


def _custom_properties(item: Any) -> str:
    try:
        keys = item.keys()
        return repr([(key, _plain(item[key])) for key in keys]) if keys else ""
    except (TypeError, AttributeError, UnicodeDecodeError, KeyError):
        return ""  # It takes none, or has one that can't be read.


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "to_list"):
        return len(value), list(value[:MAX_ARRAY])
    return value
