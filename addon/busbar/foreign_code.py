"""Tells code of others from a script that calls it: an interrupt for the script is not to hit it. Touches bpy."""

from types import CodeType, FrameType
from typing import Any, Iterator, Optional

import bpy

OPERATOR_METHODS = frozenset({"execute", "invoke"})


def kind_of(frame: FrameType) -> Optional[str]:
    """What runs in a frame: a "handler" that Blender calls, an "operator" that was called, another "addon"; else None.

    The method of an operator counts as called by the script: it takes an exception as an error, and ends.
    """
    if frame.f_code in _handlers():
        return "handler"
    if frame.f_code.co_name in OPERATOR_METHODS and isinstance(frame.f_locals.get("self"), bpy.types.Operator):
        return "operator"
    return "addon" if _is_addon(frame.f_globals.get("__name__")) else None


def _is_addon(module: Any) -> bool:
    if not isinstance(module, str):
        return False
    addons = bpy.context.preferences.addons
    parts = module.split(".")
    # An extension's module is three names long (bl_ext.user_default.name).
    return any(".".join(parts[:count]) in addons for count in (1, 3))


def _handlers() -> "set[CodeType]":
    lists = (getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers))
    return {code for handlers in lists if isinstance(handlers, list) for each in handlers for code in _codes(each)}


def _codes(function: Any) -> Iterator[CodeType]:
    """The code of a function, of a method, of what a decorator wraps, and of an object that can be called."""
    for _ in range(5):
        code = getattr(function, "__code__", None)
        if code is None:
            code = getattr(getattr(type(function), "__call__", None), "__code__", None)
        if code is not None:
            yield code
        inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
        if inner is None:
            return
        function = inner
