"""A picture in a job's result: bytes as base64 in the JSON, bounded so that programs take the answer with it. No bpy."""

import base64
from typing import Any, Dict

# The server passes a picture on in an answer of at most this size, since programs drop what is over 1 MiB.
MAX_ANSWER_BYTES = 900 * 1024
# Base64 makes 4 characters of 3 bytes; 16 KiB are left for everything else in the answer.
MAX_PICTURE_BYTES = (MAX_ANSWER_BYTES - 16 * 1024) // 4 * 3
# The longer side of a picture where its caller asks for no other: models look at no more.
DEFAULT_MAX_SIDE = 1568
# The most that can be asked for.
MAX_PICTURE_SIDE = 4096


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
