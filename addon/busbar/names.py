"""Names in Blender, which are bytes there: files of other programs and of old versions have some that are not UTF-8. No bpy.

Blender raises UnicodeDecodeError for such a name. Here it has U+FFFD for what can't be read, and is found by that.
"""

from typing import Any, Callable, Optional

REPLACEMENT = "\ufffd"


def name_of(item: Any) -> str:
    """The name of anything in Blender that has one."""
    return readable(lambda: item.name)


def readable(read: Callable[[], Any]) -> Any:
    """What `read` answers; a text that is not UTF-8 with U+FFFD for what can't be read."""
    try:
        return read()
    except UnicodeDecodeError as error:
        return bytes(error.object).decode("utf-8", "replace")


def find(items: Any, name: str) -> Optional[Any]:
    """The item of a collection by its name, as `name_of` has it; None where there is none."""
    try:
        found = items.get(name)
    except UnicodeEncodeError:
        return None
    if found is not None or REPLACEMENT not in name:
        return found
    return next((item for item in items if name_of(item) == name), None)
