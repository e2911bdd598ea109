"""What the bus sends to this Blender, parsed into facts. No I/O, no bpy."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple, Union

LOGGER_NAME = "_message_bus"
PRIORITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
MAX_ID_CHARS = 200


@dataclass(frozen=True)
class Job:
    """Work for this Blender. `priority` is 0 (most urgent) to 7; `fingerprint` tells a repeat from a reused job id.

    A `look` only shows somebody how this Blender is now: it may run twice, and nobody wants to read of it later.
    """

    job_id: str
    message_id: str
    command: str
    params: Dict[str, Any] = field(repr=False)
    description: str
    priority: int
    from_uuid: str
    fingerprint: str = field(repr=False)
    look: bool = False
    # What people know the sender by; "" where the server does not say.
    from_label: str = ""
    # Files that other Blenders on this computer have open and that this job could mean: (label, path).
    open_elsewhere: Tuple[Tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MalformedJob:
    """A job that can't be run, but whose sender can be told why."""

    job_id: str
    problem: str


@dataclass(frozen=True)
class CancelRequest:
    """A job that has not started is to be dropped; with `interrupt` also one that runs is to stop."""

    job_id: str
    interrupt: bool = False


@dataclass(frozen=True)
class UnregisteredNotice:
    """This client was unregistered. `blocked_until` is in Unix seconds, or None when it may come back at once."""

    reason: str
    by: str
    blocked_until: Optional[float]


Delivery = Union[Job, MalformedJob, CancelRequest, UnregisteredNotice]


def parse_notification(method: str, params: Dict[str, Any]) -> Optional[Delivery]:
    """The delivery in an MCP notification, or None when it is no message of the bus that a Blender acts on."""
    if method != "notifications/message" or params.get("logger") != LOGGER_NAME:
        return None
    data = params.get("data")
    payload = data.get("payload") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(payload, dict):
        return None
    kind = payload.get("message_type")
    # `client_replaced`: another program has registered this uuid. To take it back would begin a quarrel without an end.
    if kind in ("client_unregistered", "client_replaced"):
        return _unregistered(payload)
    message_id = _text(data.get("message_id"))
    job_id = (_text(payload.get("job_id")) or message_id)[:MAX_ID_CHARS]
    if not job_id:
        return None
    if kind == "job_cancel":
        return CancelRequest(job_id, payload.get("interrupt") is True)
    if kind == "command_dispatch":
        command, given = payload.get("command"), payload.get("params")
        if not isinstance(command, str) or not command:
            return MalformedJob(job_id, "The job names no command.")
        if given is not None and not isinstance(given, dict):
            return MalformedJob(job_id, "The job's params must be an object.")
        work, arguments = command, given or {}
    elif kind == "job_dispatch":
        script = payload.get("script")
        if not isinstance(script, str):
            return MalformedJob(job_id, "The job has no script.")
        work, arguments = "execute_code", {"code": script}
    else:
        return None
    return Job(
        job_id=job_id,
        message_id=message_id,
        command=work,
        params=arguments,
        description=_text(payload.get("description"))[:200],
        priority=_priority(data.get("priority"), params.get("level")),
        from_uuid=_text(data.get("from_uuid")),
        fingerprint=_fingerprint(work, arguments),
        look=payload.get("look") is True,
        from_label=_text(payload.get("from_label"))[:100],
        open_elsewhere=_open_files(payload.get("open_elsewhere")),
    )


def _unregistered(payload: Dict[str, Any]) -> UnregisteredNotice:
    until = payload.get("blocked_until")
    return UnregisteredNotice(
        reason=_text(payload.get("reason"))[:500],
        by=_text(payload.get("by")) or "operator",
        blocked_until=float(until) if isinstance(until, (int, float)) and not isinstance(until, bool) else None,
    )


def _priority(value: Any, level: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 7:
        return value
    return PRIORITIES.index(level) if level in PRIORITIES else PRIORITIES.index("info")


def _open_files(value: Any) -> Tuple[Tuple[str, str], ...]:
    files = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return tuple((_text(each.get("label")), _text(each.get("path"))) for each in files)


def _fingerprint(command: str, params: Dict[str, Any]) -> str:
    text = json.dumps([command, params], sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
