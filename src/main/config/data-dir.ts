import { resolve } from 'node:path'
import envPaths from 'env-paths'

/**
 * The folder for the token, the endpoint file and what else must outlive a run: the one that was asked for,
 * else `BUSBAR_DATA_DIR`, else the platform's own for user data.
 */
export function dataDirectory(asked: string | undefined, env: NodeJS.ProcessEnv): string {
  const named = asked ?? env.BUSBAR_DATA_DIR
  return named !== undefined && named !== '' ? resolve(named) : envPaths('busbar', { suffix: '' }).data
}
