"""Busbar: connect this Blender to the Busbar control panel."""

import sys

bl_info = {
    "name": "Busbar",
    "author": "The Busbar authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D View > Sidebar > Busbar",
    "description": "Connect this Blender to the Busbar control panel",
    "category": "System",
}


def register():
    # Imported here, so that the parts that need no Blender can be imported, and tested, without one.
    from . import enabling

    enabling.register()


def unregister():
    from . import enabling

    enabling.unregister()
    # Blender reloads only this module when the add-on is updated in place: forget the others too, by both names that
    # `from . import` knows them by.
    for name in [name for name in sys.modules if name.startswith(__name__ + ".")]:
        del sys.modules[name]
        globals().pop(name[len(__name__) + 1 :], None)
