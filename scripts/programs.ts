import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The full path of a program on the PATH, or null. */
export function findOnPath(name: string): string | null {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const suffix of suffixes) {
      const path = join(folder, name + suffix)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  return null
}

/** Chromium for the tests: `CHROMIUM_PATH`, or the system's own; null where there is none. */
export function chromiumPath(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return existsSync(named) ? named : null
  return (
    ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge']
      .map(findOnPath)
      .find((path) => path !== null) ?? null
  )
}

/** Firefox for the tests: `FIREFOX_PATH`, or the system's own; null where there is none. */
export function firefoxPath(): string | null {
  const named = process.env.FIREFOX_PATH
  if (named !== undefined && named !== '') return existsSync(named) ? named : null
  return ['firefox-esr', 'firefox'].map(findOnPath).find((path) => path !== null) ?? null
}
