"""The add-on's version, as text. The build refuses to pack when it differs from bl_info or the manifest."""

ADDON_VERSION = "0.1.0"
