import { opendir, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { posix, resolve, win32 } from 'node:path'
import { codeOf, ensurePrivateDirectory, isUnwritable } from '../base/private-file.ts'

/** The data directory can't be used, or there is none. `message` says which and what to change. */
export class DataDirectoryError extends Error {
  readonly code = 'data_directory'
}

/** What the default depends on beside the environment. */
interface Machine {
  readonly platform: NodeJS.Platform
  /** The home that the system has on file for this user. Throws for a user that it doesn't know. */
  readonly userHome: () => string
}

const thisMachine: Machine = { platform: process.platform, userHome: () => userInfo().homedir }

const howToName = 'Name another folder with --data-dir or BUSBAR_DATA_DIR.'

/**
 * The folder for the token, the endpoint file and what else must outlive a run: the one that was asked for,
 * else `BUSBAR_DATA_DIR`, else the platform's own for user data.
 *
 * @throws DataDirectoryError where nothing tells where this user's data belongs
 */
export function dataDirectory(
  asked: string | undefined,
  env: NodeJS.ProcessEnv,
  machine: Machine = thisMachine,
): string {
  const named = [asked, env.BUSBAR_DATA_DIR].find((name) => name !== undefined && name !== '')
  return named === undefined ? defaultDirectory(env, machine) : resolve(named)
}

/** A relative or empty variable is as if it were unset (XDG Base Directory Specification): it would depend on where one stands. */
function defaultDirectory(env: NodeJS.ProcessEnv, { platform, userHome }: Machine): string {
  const paths = platform === 'win32' ? win32 : posix
  const named = (name: string): string | null => {
    const value = env[name] ?? ''
    return paths.isAbsolute(value) ? value : null
  }
  const home = (): string => {
    const given = named(platform === 'win32' ? 'USERPROFILE' : 'HOME')
    if (given !== null) return given
    try {
      const kept = userHome()
      if (paths.isAbsolute(kept)) return kept
    } catch {
      // A user without an entry, as containers run programs.
    }
    throw new DataDirectoryError(
      'There is no place for Busbar’s data: HOME is not set, and the system knows no home of this user. ' +
        'Set HOME, or name a folder with --data-dir or BUSBAR_DATA_DIR.',
    )
  }
  switch (platform) {
    case 'darwin':
      return paths.join(home(), 'Library', 'Application Support', 'busbar')
    case 'win32':
      return paths.join(named('LOCALAPPDATA') ?? paths.join(home(), 'AppData', 'Local'), 'busbar', 'Data')
    default: {
      const data = named('XDG_DATA_HOME')
      const sandboxed = data !== null && (env.HOME ?? '') !== '' && isOfSandbox(data, home())
      return paths.join(data === null || sandboxed ? paths.join(home(), '.local', 'share') : data, 'busbar')
    }
  }
}

/**
 * Whether a folder belongs to one program's sandbox (Flatpak, Snap): a terminal in such an editor hands its own
 * `XDG_DATA_HOME` on, and no other program would look for Busbar there.
 */
function isOfSandbox(folder: string, home: string): boolean {
  return [posix.join(home, 'snap'), posix.join(home, '.var/app')].some((sandboxes) =>
    posix.normalize(folder).startsWith(`${sandboxes}/`),
  )
}

/**
 * Runs what needs the data directory, making it where it is missing. One that can't be written to is fine: what that
 * costs, the log says (docs/configuration.md).
 *
 * @throws DataDirectoryError in place of the errors of the file system that it meets
 */
export async function inDataDirectory<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  try {
    await makeUsable(dataDir)
    return await work()
  } catch (error) {
    const fault = faultIn(dataDir, error)
    if (fault === null) throw error
    throw fault
  }
}

/** Fails where its files can't be found. (`access` asks for the real user, not for the one that opens files.) */
async function enter(dataDir: string): Promise<void> {
  await (await opendir(dataDir)).close()
  await stat(`${dataDir}/.`)
}

async function makeUsable(dataDir: string): Promise<void> {
  try {
    await ensurePrivateDirectory(dataDir)
    await enter(dataDir)
  } catch (error) {
    if (!isUnwritable(error)) throw error
    // Not there, and not to be made: all that is kept holds for this run. There, and closed to us: nothing would.
    try {
      await enter(dataDir)
    } catch (found) {
      if (codeOf(found) !== 'ENOENT') throw found
    }
  }
}

/** Null for what is no error of the file system there. */
function faultIn(dataDir: string, error: unknown): DataDirectoryError | null {
  if (!(error instanceof Error) || !('path' in error) || typeof error.path !== 'string') return null
  const { path } = error
  const code = codeOf(error) ?? 'unknown error'
  // Also a folder above it, where that is what can't be used.
  if (path === dataDir || dataDir.startsWith(path)) {
    return new DataDirectoryError(`The data directory ${dataDir} can’t be used (${code}). ${howToName}`, {
      cause: error,
    })
  }
  if (!path.startsWith(dataDir)) return null
  return new DataDirectoryError(
    `${path} can’t be used (${code}). Let this user read and write it, or move it away. ${howToName}`,
    { cause: error },
  )
}
