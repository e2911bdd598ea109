import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Closable } from '../base/closers.ts'
import type { Log } from '../base/log.ts'
import { takeDataLock } from '../config/data-lock.ts'
import { readEndpoint, type Endpoint } from '../config/endpoint-file.ts'

/** Longest wait for a server that has the lock and announces nothing: it is just starting, or hangs. In milliseconds. */
const announceLimitMs = 15_000
const lookMs = 100

/** A server runs on the data directory already. It has proved that it is the one that `endpoint` announces. */
export class ServerRunsError extends Error {
  readonly code = 'server_runs'
  readonly endpoint: Endpoint
  constructor(dataDir: string, endpoint: Endpoint) {
    super(`Busbar runs on ${dataDir} already, at ${endpoint.url}. Another --data-dir is another server.`)
    this.endpoint = endpoint
  }
}

/** A process has the lock of the data directory and does not say where it serves. */
export class DataDirTakenError extends Error {
  readonly code = 'data_dir_taken'
  constructor(dataDir: string) {
    super(
      `Another Busbar has ${dataDir} and does not answer. End it, or name another folder with --data-dir. ` +
        'On a network drive, the drive may lack locks.',
    )
  }
}

export interface OneServerPorts {
  readonly dataDir: string
  /** Asks whether the server that a file announces runs there. */
  readonly provesItself: (endpoint: Endpoint) => Promise<boolean>
  /** Milliseconds that never jump. */
  readonly steady: () => number
  readonly log: Log
  readonly limitMs?: number
}

/**
 * Becomes the one server of a data directory, until what it answers is closed. Waits for one that is just starting.
 * Where no lock can be had, the server runs all the same, unless the one that `endpoint.json` announces proves itself:
 * a warning says what that means.
 *
 * @throws ServerRunsError, DataDirTakenError
 */
export async function becomeTheServer(ports: OneServerPorts): Promise<Closable> {
  const { dataDir, steady, log, limitMs = announceLimitMs } = ports
  const until = steady() + limitMs
  for (;;) {
    const lock = takeDataLock(dataDir)
    // What an announcement says while nobody has the lock is of a server that is gone: `clear` removes it.
    if (lock.kind === 'held') return { close: () => lock.release() }
    const running = await runningServer(ports)
    if (running !== null) throw new ServerRunsError(dataDir, running)
    if (lock.kind === 'none') {
      // Without a directory there is more amiss: who needs one says so.
      if (await isDirectory(dataDir)) {
        log.warn(
          { dataDir, reason: lock.reason },
          'the data directory cannot be locked: a second server on it would not be noticed',
        )
      }
      return { close: () => undefined }
    }
    if (steady() > until) throw new DataDirTakenError(dataDir)
    await delay(lookMs)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() === true
}

/** The server that `endpoint.json` announces; null where none is announced, or it does not prove itself. */
async function runningServer({
  dataDir,
  provesItself,
}: Pick<OneServerPorts, 'dataDir' | 'provesItself'>): Promise<Endpoint | null> {
  // One that can't be read says nothing; whoever serves finds out why.
  const found = await readEndpoint(dataDir).catch(() => null)
  return found?.kind === 'announced' && (await provesItself(found.endpoint)) ? found.endpoint : null
}
