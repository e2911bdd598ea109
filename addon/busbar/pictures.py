"""A picture in a job's result: bytes as base64 in the JSON, bounded so that the whole result is taken by the bus. No bpy."""

import base64
from typing import Any, Dict

from .script import MAX_RESULT_BYTES

# Base64 makes 4 characters of 3 bytes; 8 KiB are left for everything else in the result.
MAX_PICTURE_BYTES = (MAX_RESULT_BYTES - 8 * 1024) // 4 * 3


def picture(data: bytes, mime_type: str, width: int, height: int, note: str = "", **facts: Any) -> Dict[str, Any]:
    """The result of a command that answers with a picture. `note` says what the picture is not, for example full size."""
    return {
        "image": {"mime_type": mime_type, "data": base64.b64encode(data).decode("ascii")},
        "width": width,
        "height": height,
        "note": note,
        **facts,
    }


def within(width: int, height: int, max_size: int) -> "tuple[int, int]":
    """A size of the same shape whose longer side is `max_size` pixels, and no side less than 1."""
    longer = max(width, height)
    return max(1, round(width * max_size / longer)), max(1, round(height * max_size / longer))
