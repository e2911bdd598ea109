import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AddonPackage } from '../../shared/connect.ts'

/** The add-on's zip, wherever this program keeps it. */
export interface AddonSource {
  /** The zip of this version, null where there is none: a checkout in which it was never built. */
  read(): Promise<AddonPackage | null>
}

/** Where the zip may lie: `dist` of a checkout (seen from the sources, and from a bundle), or the desktop program's resources. */
export function addonFolders(resourcesPath: string | undefined): string[] {
  return [
    join(import.meta.dirname, '../../../dist'),
    join(import.meta.dirname, '../../dist'),
    ...(resourcesPath === undefined ? [] : [join(resourcesPath, 'addon')]),
  ]
}

/** @param folders looked through in this order */
export function createAddonSource(folders: readonly string[], version: string): AddonSource {
  const fileName = `busbar-addon-${version}.zip`
  return {
    async read() {
      for (const folder of folders) {
        try {
          return { fileName, bytes: (await readFile(join(folder, fileName))).toString('base64') }
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        }
      }
      return null
    },
  }
}
