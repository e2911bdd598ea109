"""A sticky uuid for each Blender that runs at the same time. No bpy.

Identities are numbered slots in a folder, one folder a host (a home directory may be shared over the network, and file
locks often are not). A Blender takes the first slot that it can lock and keeps the lock for as long as it runs. The
operating system drops the lock when the process ends in whatever way, so a restart takes the same uuid up again, and two
Blenders open at once never share one.
"""

import logging
import os
import re
import socket
import uuid
from typing import BinaryIO, Callable, Optional

from .forked import close_in_children

try:
    import fcntl

    msvcrt = None
except ImportError:  # Windows
    import msvcrt  # type: ignore[import-not-found,no-redef]

    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

MAX_SLOTS = 256
_UUID = re.compile(r"blender-[0-9a-f]{32}")


class Identity:
    """A uuid, and the lock that makes it this process's own until `release()`. `sticky` is False for a one-time uuid."""

    def __init__(self, value: str, lock: Optional[BinaryIO]) -> None:
        self.uuid = value
        self._lock = lock

    @property
    def sticky(self) -> bool:
        return self._lock is not None

    def release(self) -> None:
        """Frees the slot for the next Blender. May be called again."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def acquire(data_dir: str, new_uuid: Callable[[], str] = lambda: uuid.uuid4().hex) -> Identity:
    """The first free identity of this host, or a new one. Never fails: without a usable folder it is a one-time uuid."""
    folder = os.path.join(data_dir, "blender-identities", _folder_name(socket.gethostname()))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for slot in range(MAX_SLOTS):
            lock = _try_lock(os.path.join(folder, f"{slot}.lock"))
            if lock is None:
                continue
            try:
                return Identity(_uuid_of(os.path.join(folder, f"{slot}.uuid"), new_uuid), lock)
            except OSError:
                lock.close()
                raise
        reason = f"all {MAX_SLOTS} are taken"
    except OSError as error:
        reason = str(error)
    log.warning("No lasting identity for this Blender (%s): it gets a new one for this run.", reason)
    return Identity("blender-" + new_uuid(), None)


def _try_lock(path: str) -> Optional[BinaryIO]:
    """The locked file, or None where another process holds it. Raises OSError where locks do not work at all."""
    file = open(path, "a+b")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[union-attr]
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    except OSError:
        file.close()
        raise
    close_in_children(file)
    return file


def _uuid_of(path: str, new_uuid: Callable[[], str]) -> str:
    try:
        with open(path, encoding="ascii") as file:
            known = file.read(200).strip()
        if _UUID.fullmatch(known):
            return known
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    value = "blender-" + new_uuid()
    # Written aside and renamed: a crash half-way leaves no half uuid. The lock keeps everybody else out.
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(value + "\n")
    os.replace(path + ".new", path)
    return value


def _folder_name(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", host)[:100].strip(".") or "host"
