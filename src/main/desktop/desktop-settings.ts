import { resolve } from 'node:path'

/** What a person sets for the desktop shell from outside. */
export type DesktopSettings = { dataDir?: string; port?: number }

/**
 * Reads `BUSBAR_DATA_DIR` and `BUSBAR_PORT` (0 to 65535; 0 takes any free port). Empty counts as unset.
 *
 * @throws RangeError for a port that is none: silently taking another would leave programs at the wrong address
 */
export function readDesktopSettings(env: NodeJS.ProcessEnv): DesktopSettings {
  const settings: DesktopSettings = {}
  if (env.BUSBAR_DATA_DIR) settings.dataDir = resolve(env.BUSBAR_DATA_DIR)
  if (env.BUSBAR_PORT) {
    const port = /^\d{1,5}$/.test(env.BUSBAR_PORT) ? Number(env.BUSBAR_PORT) : Number.NaN
    if (!(port <= 65535)) {
      throw new RangeError(`BUSBAR_PORT must be a port from 0 to 65535, not "${env.BUSBAR_PORT}".`)
    }
    settings.port = port
  }
  return settings
}
