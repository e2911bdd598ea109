"""Writing a PNG without any library but zlib (PNG specification, third edition). No bpy."""

import struct
import zlib

# Below this an 8-bit channel counts as black.
DARK = bytes(range(4))
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(width: int, height: int, rgba: bytes) -> bytes:
    """An opaque PNG of 8-bit RGBA pixels whose first row is the lowest, as OpenGL hands them out. Alpha is dropped."""
    if len(rgba) != width * height * 4:
        raise ValueError(f"{width} x {height} pixels take {width * height * 4} bytes, not {len(rgba)}.")
    rgb = bytearray(width * height * 3)
    for channel in range(3):
        rgb[channel::3] = rgba[channel::4]
    stride = width * 3
    # Each row begins with its filter type; 0 is none.
    rows = b"".join(b"\0" + rgb[row * stride : (row + 1) * stride] for row in range(height - 1, -1, -1))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")


def is_black(rgba: bytes) -> bool:
    """Whether no pixel of 8-bit RGBA shows anything. Alpha does not count."""
    return not any(rgba[channel::4].translate(None, DARK) for channel in range(3))


def png_size(data: bytes) -> "tuple[int, int]":
    """Width and height of a PNG, from its header. Raises ValueError."""
    if data[:8] != SIGNATURE or len(data) < 24:
        raise ValueError("This is no PNG.")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
