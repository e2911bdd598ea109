/** Builds the program when its sources are newer than its last build. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a build reads, folders with all that is in them. */
const inputs = ['src', 'addon', 'electron.vite.config.ts', 'package.json', 'package-lock.json']
/** What a complete build leaves. */
const outputs = [
  'main/desktop.js',
  'main/cli.js',
  'main/log-reader-worker.js',
  'main/take-over-worker.js',
  'preload/preload.cjs',
  'renderer/index.html',
]

/** When the newest of these files and folders changed, in milliseconds; a missing one is as old as can be. */
export function newestChangeMs(paths: readonly string[]): number {
  let newest = 0
  for (const path of paths) {
    const entry = statSync(path, { throwIfNoEntry: false })
    if (entry === undefined) continue
    // A folder's own time tells of files that were removed.
    newest = Math.max(newest, entry.mtimeMs)
    if (entry.isDirectory()) {
      newest = Math.max(newest, newestChangeMs(readdirSync(path).map((name) => join(path, name))))
    }
  }
  return newest
}

/** True when a build is missing, incomplete or older than what it was made of. */
export function isBuildStale(root: string): boolean {
  const stamp = statSync(join(root, 'out/.stamp'), { throwIfNoEntry: false })
  return (
    stamp === undefined ||
    outputs.some((file) => !existsSync(join(root, 'out', file))) ||
    newestChangeMs(inputs.map((input) => join(root, input))) > stamp.mtimeMs
  )
}

/**
 * Builds where that is needed; what the build says goes to standard error.
 *
 * @throws Error when the build fails
 */
export function buildIfStale(root: string): void {
  if (!isBuildStale(root)) return
  process.stderr.write('Building Busbar…\n')
  // A file that is saved during the build belongs to the next one.
  const startedAt = new Date()
  const { status, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: root, stdio: ['ignore', 2, 2] },
  )
  if (error !== undefined || status !== 0) throw new Error('The build failed; what it said stands above.')
  // The panel offers the add-on for saving.
  const packed = spawnSync(process.execPath, [join(root, 'scripts/build-addon.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 2],
  })
  if (packed.status !== 0) throw new Error('The add-on could not be packed; what was said stands above.')
  mkdirSync(join(root, 'out'), { recursive: true })
  const stamp = join(root, 'out/.stamp')
  writeFileSync(stamp, '')
  utimesSync(stamp, startedAt, startedAt)
}
