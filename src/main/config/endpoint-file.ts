import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { ensurePrivateDirectory, isUnwritable, writePrivateFile } from '../base/private-file.ts'

const endpointSchema = z.object({
  url: z.string(),
  panel_url: z.string().nullable(),
  token: z.string(),
  pid: z.number().int().positive(),
  version: z.string(),
  started_at: z.number(),
})

/**
 * What `<data-dir>/endpoint.json` says of the running server; the add-on and the command line find it there.
 * `panel_url` is null where no panel is served. `started_at` is Unix seconds.
 */
export type Endpoint = z.infer<typeof endpointSchema>

export type EndpointState =
  | { readonly kind: 'running'; readonly endpoint: Endpoint }
  /** Its process is gone: a crash left the file behind. */
  | { readonly kind: 'stale'; readonly endpoint: Endpoint }
  | { readonly kind: 'missing' }
  /** There is a file, but not one of ours, or a part of one. */
  | { readonly kind: 'unreadable' }

export interface EndpointFile {
  readonly path: string
  /**
   * Announces the server: mode 0600, whole or not at all. It replaces whatever was there; a living server's is
   * worth a warning, since the two will be taken for one another. So is a directory that cannot be written to: the
   * server runs all the same, for those who are told its address and token.
   */
  write(endpoint: Endpoint): Promise<void>
  /** Removes the file if it is still the one written here; another server's is left alone. Idempotent. */
  remove(): Promise<void>
}

/** Where the file stands in a data directory. */
function endpointPath(dataDir: string): string {
  return join(dataDir, 'endpoint.json')
}

/** The announcement of one server. Nothing is written before `write`. */
export function createEndpointFile(ports: { readonly dataDir: string; readonly log: Log }): EndpointFile {
  const { dataDir, log } = ports
  const path = endpointPath(dataDir)
  let written: Endpoint | null = null
  return {
    path,
    async write(endpoint) {
      const found = await readEndpoint(dataDir)
      if (found.kind === 'running' && found.endpoint.pid !== endpoint.pid) {
        const { pid, url } = found.endpoint
        log.warn(
          { path, pid, url },
          'another server runs on this data directory; programs will now find this one',
        )
      }
      try {
        await ensurePrivateDirectory(dataDir)
        await writePrivateFile(path, `${JSON.stringify(endpoint)}\n`)
        written = endpoint
      } catch (error) {
        if (!isUnwritable(error)) throw error
        log.warn(
          { path, code: (error as NodeJS.ErrnoException).code },
          'programs cannot find this server by themselves: the data directory cannot be written to',
        )
      }
    },
    async remove() {
      const ours = written
      written = null
      if (ours === null) return
      const found = await readEndpoint(dataDir)
      if (found.kind !== 'running' && found.kind !== 'stale') return
      const { pid, started_at } = found.endpoint
      if (pid === ours.pid && started_at === ours.started_at) await unlink(path).catch(ignoreMissing)
    },
  }
}

/**
 * Reads `endpoint.json` and looks whether its server still runs.
 *
 * @param isAlive tells whether a process exists; the default asks the system.
 */
export async function readEndpoint(
  dataDir: string,
  isAlive: (pid: number) => boolean = processExists,
): Promise<EndpointState> {
  const file = await readJsonFile(endpointPath(dataDir), endpointSchema)
  if (file.kind === 'missing') return { kind: 'missing' }
  if (file.kind === 'damaged') return { kind: 'unreadable' }
  return { kind: isAlive(file.value.pid) ? 'running' : 'stale', endpoint: file.value }
}

/** Signal 0 asks without disturbing (kill(2)); EPERM means it exists and belongs to somebody else. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
