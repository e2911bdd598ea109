import type { PanelApi } from '../connection/panel-transport.ts'
import { saveFile } from '../lib/save-file.ts'

/** Saves the add-on's zip on this computer, for Blender to install from. Answers why it was not saved; null where it was. */
export async function saveAddon(api: PanelApi | null): Promise<string | null> {
  if (api === null) return 'There is no connection to get the add-on over.'
  try {
    const addon = await api.connect.addon()
    if (addon === null) return 'This Busbar has no add-on to give: build it with npm run addon:build.'
    const bytes = Uint8Array.from(atob(addon.bytes), (char) => char.charCodeAt(0))
    saveFile(addon.fileName, new Blob([bytes], { type: 'application/zip' }))
    return null
  } catch {
    return 'The add-on could not be fetched. Try again.'
  }
}
