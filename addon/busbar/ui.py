"""The Busbar tab in the sidebar of the 3D view."""

import textwrap
import time

import bpy

from . import service
from .operators import BUSBAR_OT_connect, BUSBAR_OT_disconnect, BUSBAR_OT_hide_message, BUSBAR_OT_pause

ICONS = {
    "off": "UNLINKED",
    "searching": "VIEWZOOM",
    "connecting": "SORTTIME",
    "connected": "LINKED",
    "waiting": "SORTTIME",
    "refused": "ERROR",
    "unproven": "ERROR",
    "unregistered": "CANCEL",
}
TITLES = {
    "off": "Not connected",
    "searching": "Looking for Busbar",
    "connecting": "Connecting",
    "connected": "Connected",
    "waiting": "Busbar is away",
    "refused": "Refused",
    "unproven": "Update Busbar",
    "unregistered": "Unregistered",
}
ALERTS = frozenset({"refused", "unproven", "unregistered"})
JOB_ICONS = {"completed": "CHECKMARK", "failed": "ERROR"}
SHOWN_JOBS = 5


class BUSBAR_PT_sidebar(bpy.types.Panel):
    bl_idname = "BUSBAR_PT_sidebar"
    bl_label = "Busbar"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Busbar"

    def draw(self, context):
        running = service.current()
        if running is None:
            return
        status = running.status
        column = self.layout.column()
        row = column.row()
        row.alert = status.state in ALERTS
        row.label(text=TITLES[status.state], icon=ICONS[status.state])
        if status.state not in ("off", "connecting"):
            _paragraph(column, status.text, context.region.width)
        if running.alert:
            column.operator(BUSBAR_OT_hide_message.bl_idname, icon="HIDE_ON")
        if running.working:
            _paragraph(column, running.working, context.region.width)
        seconds = status.retry_in_s(time.monotonic())
        if seconds is not None:
            column.label(text=f"Trying again in {seconds} s")
        if running.wanted:
            column.operator(BUSBAR_OT_disconnect.bl_idname, icon="UNLINKED")
        else:
            column.operator(BUSBAR_OT_connect.bl_idname, icon="LINKED")
        if running.paused:
            row = column.row()
            row.alert = True
            row.label(text="Paused: jobs are refused", icon="PAUSE")
        column.operator(
            BUSBAR_OT_pause.bl_idname,
            text="Take Jobs Again" if running.paused else "Pause",
            icon="PLAY" if running.paused else "PAUSE",
            depress=running.paused,
        )
        addon = context.preferences.addons.get(__package__)
        if addon is not None and addon.preferences is not None:
            fields = self.layout.column()
            fields.prop(addon.preferences, "label", text="Label")
            fields.prop(addon.preferences, "group", text="Group")
        _jobs(self.layout.column(), running)


def _jobs(column, running):
    history = running.history[-SHOWN_JOBS:]
    if not history and not running.jobs_waiting:
        return
    column.label(text="Last jobs")
    if running.jobs_waiting:
        column.label(text=f"{running.jobs_waiting} waiting", icon="SORTTIME")
    for record in reversed(history):
        column.label(text=f"{record.title} ({record.seconds:.1f} s)", icon=JOB_ICONS.get(record.status, "DOT"))


def _paragraph(column, text, width_px):
    """A label does not wrap by itself: lines of about the sidebar's width."""
    inside_px = width_px / bpy.context.preferences.system.ui_scale - 50
    characters = max(20, int(inside_px / 7))
    for line in textwrap.wrap(text, characters):
        column.label(text=line)


CLASSES = (BUSBAR_PT_sidebar,)
