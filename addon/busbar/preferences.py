"""The add-on's preferences: where the server is, and how this Blender is shown in the panel."""

from typing import Optional

import bpy

from . import service
from .service import Settings


def read() -> Optional[Settings]:
    """The settings as the artist left them; None where the add-on has no preferences, as a script may leave it."""
    addon = bpy.context.preferences.addons.get(__package__)
    prefs = addon.preferences if addon is not None else None
    if prefs is None:
        return None
    return Settings(url=prefs.server_url, token=prefs.token, label=prefs.label, group=prefs.group)


def write(settings: Settings) -> None:
    """Puts settings back, where the add-on has preferences."""
    addon = bpy.context.preferences.addons.get(__package__)
    if addon is not None and addon.preferences is not None:
        prefs = addon.preferences
        prefs.server_url, prefs.token = settings.url, settings.token
        prefs.label, prefs.group = settings.label, settings.group


def connects_on_start() -> bool:
    """What the artist chose; yes where nothing was chosen, as with `blender --addons busbar`."""
    addon = bpy.context.preferences.addons.get(__package__)
    return addon is None or addon.preferences is None or addon.preferences.connect_on_start


def _changed(self, context):
    running = service.current()
    if running is not None:
        running.refresh()


class BusbarPreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    server_url: bpy.props.StringProperty(
        name="Server",
        description="Address of the Busbar server, like http://127.0.0.1:9877/mcp. Empty: the one on this computer",
        update=_changed,
    )
    token: bpy.props.StringProperty(
        name="Token",
        description="Token of the Busbar server. Empty: the one of the server on this computer",
        subtype="PASSWORD",
        update=_changed,
    )
    label: bpy.props.StringProperty(
        name="Label",
        description="Name of this Blender in the Busbar panel. Empty: the name of the blend file",
        maxlen=100,
        update=_changed,
    )
    group: bpy.props.StringProperty(
        name="Group",
        description="Group of this Blender, for messages to several Blenders at once. Empty: none",
        maxlen=100,
        update=_changed,
    )
    connect_on_start: bpy.props.BoolProperty(
        name="Connect when Blender starts",
        description="Connect by itself when Blender starts with a window",
        default=True,
    )

    def draw(self, context):
        column = self.layout.column()
        column.use_property_split = True
        for name in ("server_url", "token", "label", "group", "connect_on_start"):
            column.prop(self, name)


CLASSES = (BusbarPreferences,)
