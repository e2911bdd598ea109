import { z } from 'zod'
import { isSettingValue, settingKeys, settingKind, type SettingValues } from '../../shared/settings.ts'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { writePrivateFile } from '../base/private-file.ts'
import { setFileAside } from '../base/set-aside.ts'

/** Keys of another version are kept as they are. */
const fileSchema = z.object({
  version: z.literal(1),
  settings: z.record(z.string(), z.union([z.number(), z.boolean()])),
})

export interface SettingsFilePorts {
  /** The file, `<data-dir>/settings.json`. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/**
 * Reads what a person has set for this start. A file that holds something else, or a value that makes no sense, is
 * renamed, never overwritten, and the defaults hold.
 */
export async function readSettings({ path, clock, log }: SettingsFilePorts): Promise<SettingValues> {
  const file = await readJsonFile(path, fileSchema)
  if (file.kind === 'missing') return {}
  const problem = file.kind === 'read' ? problemIn(file.value.settings) : 'it is not a file of settings'
  if (file.kind === 'read' && problem === null) return file.value.settings
  const setAside = await setFileAside(path, clock())
  log.error(
    { setAside, problem },
    'the settings could not be read; they were set aside, and the defaults hold',
  )
  return {}
}

/** Writes all of them, whole or not at all. Rejects where the file can't be written. */
export function writeSettings({ path }: SettingsFilePorts, values: SettingValues): Promise<void> {
  return writePrivateFile(path, `${JSON.stringify({ version: 1, settings: values }, null, 2)}\n`)
}

function problemIn(values: SettingValues): string | null {
  for (const key of settingKeys) {
    const value = values[key]
    if (value !== undefined && !isSettingValue(key, value)) return `${key} must be ${settingKind(key)}`
  }
  return null
}
