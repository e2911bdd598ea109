"""The command that looks through `bpy.data`, a page at a time; it changes nothing. Touches bpy."""

from typing import Any, Dict, Iterator, List

import bpy

from . import params as read
from .executor import CommandError, ReportProgress
from .messages import Job
from .names import find, name_of, readable
from .scene_queries import rounded
from .similar import similar

MAX_TEXT_CHARS = 500
MAX_ARRAY = 16


def browse_data(params: Dict[str, Any], report_progress: ReportProgress, job: Job) -> Dict[str, Any]:
    """Without `collection` its names and sizes; with it its items; with `item_name` too that item's properties."""
    page = read.Page(params)
    name = read.text(params, "collection", "")
    if not name:
        sizes = [{"collection": known, "count": len(getattr(bpy.data, known))} for known in _collections()]
        return {**page.facts(len(sizes)), "collections": page.of(sizes)}
    if name not in _collections():
        raise CommandError(f"bpy.data has no collection {name!r}. {similar(name, _collections())}")
    items = getattr(bpy.data, name)
    wanted = read.text(params, "item_name", "")
    if not wanted:
        # Only what is shown is read: a large file has collections with tens of thousands of items.
        start = (page.number - 1) * page.size
        shown = [_line(item) for item in items[start : start + page.size]]
        return {"collection": name, **page.facts(len(items)), "items": shown}
    item = find(items, wanted)
    if item is None:
        raise CommandError(f"There is no {wanted!r} in {name}. {similar(wanted, (name_of(other) for other in items))}")
    properties = list(_properties(item))
    return {
        "collection": name,
        "item": _line(item),
        **page.facts(len(properties)),
        "properties": {prop["name"]: prop["value"] for prop in page.of(properties)},
    }


def _collections() -> List[str]:
    return [prop.identifier for prop in bpy.data.bl_rna.properties if prop.type == "COLLECTION"]


def _line(item: Any) -> Dict[str, Any]:
    line: Dict[str, Any] = {"name": name_of(item), "type": item.bl_rna.identifier}
    if isinstance(item, bpy.types.ID):
        line["users"] = item.users
        if item.library is not None:
            line["library"] = item.library.filepath
    return line


def _properties(item: Any) -> Iterator[Dict[str, Any]]:
    for prop in item.bl_rna.properties:
        if prop.identifier in ("rna_type", "name"):
            continue
        try:
            value = _value(prop, readable(lambda: getattr(item, prop.identifier)))
        except (AttributeError, RuntimeError, TypeError, ValueError):
            continue  # Some properties can't be read in every state of their item.
        yield {"name": prop.identifier, "value": value}


def _value(prop: Any, value: Any) -> Any:
    if prop.type == "COLLECTION":
        return {"count": len(value)}
    if prop.type == "POINTER":
        return None if value is None else {"type": value.bl_rna.identifier, "name": _name(value)}
    if prop.type == "ENUM" and prop.is_enum_flag:
        return sorted(value)
    if getattr(prop, "is_array", False):
        # Some arrays have arrays in them (matrices).
        flat = [number for part in value for number in (part if hasattr(part, "__len__") else [part])]
        shown = [_plain(number) for number in flat[:MAX_ARRAY]]
        return shown if len(flat) <= MAX_ARRAY else [*shown, f"... {len(flat) - MAX_ARRAY} more"]
    return _plain(value)


def _name(item: Any) -> str:
    try:
        return name_of(item)
    except AttributeError:
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, (bool, int)):
        return value
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= MAX_TEXT_CHARS else text[:MAX_TEXT_CHARS] + "..."
