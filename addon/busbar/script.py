"""Runs a piece of Python as a job: output and the value of a last expression captured, everything bounded. No bpy."""

import ast
import contextlib
import linecache
import sys
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Dict, Iterator, Optional

from .interrupt import Interrupted, Interrupter
from .json_text import dump_json, well_formed
from .streams import BoundedText, Strangers, no_input

# The bus takes a result of 1 MiB of JSON; the parts are bounded so that the whole fits.
MAX_RESULT_BYTES = 1024 * 1024
MAX_ERROR_CHARS = 64 * 1024
MAX_VALUE_CHARS = 64 * 1024
MAX_STDERR_CHARS = 64 * 1024
CANCELLED = "Cancelled while it ran"


@dataclass(frozen=True)
class ScriptOutcome:
    """`error` is None, or what the script died of: a traceback, or a sentence.

    `stdout_lost` counts the characters of output that were not kept in `stdout`. `cancelled`: it was interrupted, and
    `error` says where.
    """

    stdout: str
    stderr: str
    value: Optional[str]
    error: Optional[str]
    stdout_lost: int = 0
    cancelled: bool = False

    def to_json(self) -> str:
        """The `{"stdout","stderr","value"}` object, in at most MAX_RESULT_BYTES of UTF-8."""
        keep = len(self.stdout)
        while True:
            lost = self.stdout_lost + len(self.stdout) - keep
            stdout = self.stdout[:keep] + (_marker(lost) if lost else "")
            text = dump_json({"stdout": stdout, "stderr": self.stderr, "value": self.value})
            size = len(text.encode("utf-8"))
            if size <= MAX_RESULT_BYTES or keep == 0:
                return text
            # Escapes and non-ASCII letters take several bytes each: cut in proportion, until it fits.
            keep = min(keep - 1, int(keep * MAX_RESULT_BYTES / size * 0.98))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of the text, followed by a marker that says how many were cut."""
    return text if len(text) <= limit else text[:limit] + _marker(len(text) - limit)


def _marker(count: int) -> str:
    return f"\n[... {count} characters cut]"


def run_script(
    code: str, namespace: Dict[str, Any], name: str, interrupter: Optional[Interrupter] = None
) -> ScriptOutcome:
    """Runs `code` on this thread in `namespace`. `name` stands for the file in tracebacks.

    Whatever the script raises ends in the outcome: SystemExit never reaches Blender, and a KeyboardInterrupt (this
    process was asked to end) ends the script. `interrupter` may interrupt it.
    """
    interrupter = interrupter or Interrupter()
    filename = f"<{name}>"
    namespace.setdefault("__name__", "__main__")
    namespace["__file__"] = filename
    strangers = Strangers()
    stdout = BoundedText(MAX_RESULT_BYTES, sys.stdout, interrupter.check, strangers)
    stderr = BoundedText(MAX_STDERR_CHARS, sys.stderr, interrupter.check, strangers, "<stderr>")
    value: Optional[str] = None
    error: Optional[str] = None
    with contextlib.ExitStack() as around:
        around.enter_context(_source_known(filename, code))
        around.enter_context(strangers)
        around.enter_context(no_input())
        around.enter_context(contextlib.redirect_stdout(stdout))
        around.enter_context(contextlib.redirect_stderr(stderr))
        try:
            with interrupter.script(filename):
                value = _evaluate(code, namespace, filename)
        except Interrupted as interrupted:
            error = CANCELLED + _line_of(interrupted.__traceback__, filename)
        except SystemExit as ended:
            if ended.code not in (None, 0):
                error = well_formed(f"The script ended with exit code {str(ended.code)[:500]}.")
        except KeyboardInterrupt:
            error = "The job was interrupted: Blender was asked to end."
        except BaseException as raised:  # A script may raise anything; it is the job's outcome, not the add-on's.
            error = format_error(raised)
    cancelled = interrupter.stopped
    if cancelled and (error is None or not error.startswith(CANCELLED)):
        # It caught the interrupt and ended, or made another exception of it.
        error = CANCELLED + ("." if error is None else f". It ended with:\n{error}")
    output, lost = stdout.kept()
    complaints, complaints_lost = stderr.kept()
    if complaints_lost:
        complaints += _marker(complaints_lost)
    return ScriptOutcome(output, complaints, value, error, lost, cancelled)


def _line_of(frames: Optional[TracebackType], filename: str) -> str:
    """Where the script was: ", in line 3.", or "." where that is not known."""
    line: Optional[int] = None
    while frames is not None:
        if frames.tb_frame.f_code.co_filename == filename:
            line = frames.tb_lineno
        frames = frames.tb_next
    return "." if line is None else f", in line {line}."


def format_error(raised: BaseException) -> str:
    """The traceback without the add-on's own frames; the end, which says most, is kept when it is too long."""
    lines = traceback.format_exception(type(raised), raised, _outside(raised.__traceback__))
    text = well_formed("".join(lines)).rstrip("\n")
    if len(text) <= MAX_ERROR_CHARS:
        return text
    return f"[... {len(text) - MAX_ERROR_CHARS} characters cut]\n" + text[-MAX_ERROR_CHARS:]


def _evaluate(code: str, namespace: Dict[str, Any], filename: str) -> Optional[str]:
    tree = ast.parse(code, filename, "exec")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if tree.body:
        exec(compile(tree, filename, "exec"), namespace)
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), filename, "eval"), namespace)
    return None if value is None else cut(repr(value), MAX_VALUE_CHARS)


def _outside(frames: Optional[TracebackType]) -> Optional[TracebackType]:
    while frames is not None and frames.tb_frame.f_code.co_filename in (__file__, ast.__file__):
        frames = frames.tb_next
    return frames


@contextlib.contextmanager
def _source_known(filename: str, code: str) -> Iterator[None]:
    """Lets tracebacks show the script's own lines."""
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
    try:
        yield
    finally:
        linecache.cache.pop(filename, None)
