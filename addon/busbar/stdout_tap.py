"""Reads along what Blender's own code writes to standard output: the only place where it says how far a render is. No bpy."""

import logging
import os
import re
import tempfile
from typing import BinaryIO, Optional

log = logging.getLogger(__name__)

STDOUT = 1
# Cycles: "Sample 12/64", or with tiles "Rendered 1/4 Tiles, Sample 12/64". Eevee: "Rendering 26 / 64 samples".
_TILES = re.compile(rb"Rendered (\d+)/(\d+) Tiles")
_SAMPLES = re.compile(rb"(?:Sample |Rendering )(\d+) ?/ ?(\d+)")


class StdoutTap:
    """Use as a context manager. What is written meanwhile goes to a file, and on to the real output with each `read`.

    A file, not a pipe: whoever writes never waits for us. Where the output can't be redirected it reads nothing.
    """

    def __init__(self) -> None:
        self._real: Optional[int] = None
        self._path = ""
        self._reader: Optional[BinaryIO] = None

    def __enter__(self) -> "StdoutTap":
        try:
            writer, self._path = tempfile.mkstemp(prefix="busbar-")
            self._reader = open(self._path, "rb")
            real = os.dup(STDOUT)
        except OSError as error:
            log.debug("The output of Blender can't be read along: %s", error)
            return self
        os.dup2(writer, STDOUT)
        os.close(writer)
        self._real = real
        return self

    def __exit__(self, *error: object) -> None:
        if self._real is not None:
            os.dup2(self._real, STDOUT)
            self.read()
            os.close(self._real)
            self._real = None
        if self._reader is not None:
            self._reader.close()
        if self._path:
            os.unlink(self._path)

    def read(self) -> bytes:
        """What was written since the last time."""
        if self._real is None or self._reader is None:
            return b""
        text = self._reader.read()
        written = 0
        while written < len(text):
            written += os.write(self._real, text[written:])
        return text


def render_fraction(text: bytes) -> Optional[float]:
    """How far a render is, 0 to 1, by the last line that says so; None where none does."""
    for line in reversed(text.splitlines()):
        samples = _SAMPLES.search(line)
        if samples is None or int(samples[2]) == 0:
            continue
        fraction = int(samples[1]) / int(samples[2])
        tiles = _TILES.search(line)
        if tiles is not None and int(tiles[2]) > 0:
            fraction = (int(tiles[1]) + fraction) / int(tiles[2])
        return min(1.0, fraction)
    return None
