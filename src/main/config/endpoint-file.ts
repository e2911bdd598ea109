import { stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { codeOf, ensurePrivateDirectory, isUnwritable, writePrivateFile } from '../base/private-file.ts'
import { setFileAside } from '../base/set-aside.ts'

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
  | { readonly kind: 'announced'; readonly endpoint: Endpoint }
  | { readonly kind: 'missing' }
  /** There is a file, but not one of ours, or a part of one. */
  | { readonly kind: 'unreadable' }

export interface EndpointFile {
  /**
   * Removes what a server that is gone has left, before this one listens: its port may be anybody's by now. For the one
   * server of the directory (`app/one-server.ts`).
   */
  clear(): Promise<void>
  /**
   * Announces the server: mode 0600, whole or not at all. A directory that cannot be written to is worth a warning: the
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

/** The announcement of one server. Nothing is changed before `clear` and `write`. */
export function createEndpointFile({
  dataDir,
  clock,
  log,
}: {
  readonly dataDir: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}): EndpointFile {
  const path = endpointPath(dataDir)
  let written: Endpoint | null = null
  return {
    async clear() {
      await unlink(path).catch(async (error: unknown) => {
        if (isMissing(error)) return
        // A folder has the name of the file, with whatever is in it.
        if ((await stat(path).catch(() => null))?.isDirectory()) await setFileAside(path, clock())
        else if (!isUnwritable(error)) throw error
      })
    },
    async write(endpoint) {
      try {
        await ensurePrivateDirectory(dataDir)
        await writePrivateFile(path, `${JSON.stringify(endpoint)}\n`)
        written = endpoint
      } catch (error) {
        if (!isUnwritable(error)) throw error
        log.warn(
          { path, code: codeOf(error) },
          'programs cannot find this server by themselves: the data directory cannot be written to',
        )
      }
    },
    async remove() {
      const ours = written
      written = null
      if (ours === null) return
      const found = await readEndpoint(dataDir)
      if (found.kind !== 'announced') return
      const { pid, started_at } = found.endpoint
      if (pid === ours.pid && started_at === ours.started_at) {
        await unlink(path).catch((error: unknown) => {
          if (!isMissing(error)) throw error
        })
      }
    },
  }
}

/** Reads `endpoint.json`. Whether the server that it announces still runs, only that server can prove. */
export async function readEndpoint(dataDir: string): Promise<EndpointState> {
  const file = await readJsonFile(endpointPath(dataDir), endpointSchema)
  if (file.kind === 'missing') return { kind: 'missing' }
  if (file.kind === 'damaged') return { kind: 'unreadable' }
  return { kind: 'announced', endpoint: file.value }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}
