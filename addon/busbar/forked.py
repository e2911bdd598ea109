"""What a child that is forked (by `multiprocessing`, say) must not hold on to: it would keep it open past Blender's end. No bpy.

A lock belongs to all processes that have its file open, and a connection ends when the last of them has closed it.
"""

import contextlib
import os
import socket
import weakref
from typing import Any

_held: "weakref.WeakSet[Any]" = weakref.WeakSet()
_registered = False


def close_in_children(held: Any) -> None:
    """Closes this file or socket in each child that is forked from now on. Here it stays as it is."""
    global _registered
    _held.add(held)
    # It can't be taken back, and Windows has no such thing.
    if not _registered and hasattr(os, "register_at_fork"):
        _registered = True
        os.register_at_fork(after_in_child=_close_all)


def _close_all() -> None:
    for held in list(_held):
        with contextlib.suppress(OSError, ValueError):
            if isinstance(held, socket.socket):
                # `close` would wait for whoever reads from it, who does not exist here.
                os.close(held.detach())
            else:
                held.close()
