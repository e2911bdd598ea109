"""What Blender shows of the add-on outside of its tab: in the status bar, over the editors, at the cursor. Touches bpy.

Nothing here takes an event or runs an operator, so no tool that the artist uses is disturbed. Main thread only.
"""

import contextlib
import time
from typing import Any, Callable, List, Optional, Tuple

import blf
import bpy

# Each version's status bar draws itself anew when this is published, and nothing else happens.
HEARD_BY_STATUS_BAR = (bpy.types.ViewLayer, "name")
# A window that is hidden, or has no status bar, draws nothing: a job waits no longer than this for it.
DRAW_LIMIT_S = 0.3
EDITORS = ("SpaceView3D", "SpaceNodeEditor", "SpaceImageEditor", "SpaceSequenceEditor", "SpaceClipEditor")
TEXT_SIZE = 16
TEXT_COLOUR = (1.0, 0.55, 0.35, 1.0)


class Signs:
    """Use `start()` and `stop()`. Until `start()`, and in a background Blender, it shows nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = False
        self._working = ""
        self._since: Optional[float] = None
        self._drawn = False
        self._alert = ""
        self._progress = False
        self._handlers: List[Tuple[Any, Any]] = []

        # Functions, not methods: Blender sets an attribute on what is appended to a header.
        def draw_status(header: Any, context: Any) -> None:
            self._draw_status(header.layout)

        self._draw_in_status_bar = draw_status

    @property
    def working(self) -> str:
        """What is shown of the job that runs; "" for none."""
        return self._working

    @property
    def alert(self) -> str:
        return self._alert

    def start(self) -> None:
        if not self._started and not bpy.app.background:
            self._started = True
            bpy.types.STATUSBAR_HT_header.append(self._draw_in_status_bar)

    def stop(self) -> None:
        """Takes away all that is shown. May be called again."""
        if not self._started:
            return
        self.done()
        self.tell("")
        self._started = False
        with contextlib.suppress(ValueError):  # Blender has made its status bar anew.
            bpy.types.STATUSBAR_HT_header.remove(self._draw_in_status_bar)

    def begins(self, text: str) -> bool:
        """Shows who works at what. False until Blender has drawn it: ask again at the next turn of its loop."""
        if not self._started:
            return True
        if self._working != text or self._since is None:
            self._working, self._since, self._drawn = text, self._clock(), False
            self._redraw()
            return False
        return self._drawn or self._clock() - self._since >= DRAW_LIMIT_S

    def progress(self, fraction: float) -> None:
        """Shows at the cursor how far the job is, 0 to 1: all that Blender can draw while a script runs."""
        if not self._started:
            return
        manager = bpy.context.window_manager
        if not self._progress:
            self._progress = True
            manager.progress_begin(0.0, 1.0)
        manager.progress_update(fraction)

    def done(self) -> None:
        """The job has ended."""
        if self._progress:
            self._progress = False
            bpy.context.window_manager.progress_end()
        if self._working:
            self._working, self._since = "", None
            self._redraw()

    def tell(self, text: str) -> None:
        """Shows what the artist has to know, whatever is open, until it is told anew; "" takes it away."""
        if not self._started or text == self._alert:
            return
        self._alert = text
        for space, handler in self._handlers:
            space.draw_handler_remove(handler, "WINDOW")
        self._handlers = []
        if text:
            for name in EDITORS:
                space = getattr(bpy.types, name)
                self._handlers.append((space, space.draw_handler_add(self._draw_over, (), "WINDOW", "POST_PIXEL")))
        self._redraw()

    def _draw_status(self, layout: Any) -> None:
        if self._working:
            self._drawn = True
            layout.label(text=self._working, icon="SORTTIME")
        elif self._alert:
            row = layout.row()
            row.alert = True
            row.label(text=self._alert, icon="ERROR")

    def _draw_over(self) -> None:
        region = bpy.context.region
        scale = bpy.context.preferences.system.ui_scale
        blf.enable(0, blf.SHADOW | blf.WORD_WRAP)
        blf.shadow(0, 5, 0.0, 0.0, 0.0, 1.0)
        blf.word_wrap(0, max(100, int(region.width * 0.75)))
        blf.size(0, TEXT_SIZE * scale)
        blf.color(0, *TEXT_COLOUR)
        blf.position(0, region.width * 0.12, region.height * 0.65, 0)
        blf.draw(0, self._alert)
        blf.disable(0, blf.SHADOW | blf.WORD_WRAP)

    def _redraw(self) -> None:
        bpy.msgbus.publish_rna(key=HEARD_BY_STATUS_BAR)
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                area.tag_redraw()
