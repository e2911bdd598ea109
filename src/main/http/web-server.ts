import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server, ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { every, inBackground } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { hearConnectionFaults } from './connection-faults.ts'
import { isPanelSocket } from './request-path.ts'

/** Files in PEM form. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

const httpOptions: ServerOptions = {
  /** How often connections are looked at that take too long to send a request, in milliseconds. */
  connectionsCheckingInterval: 2000,
  /** Every other offer is ignored, and its request answered as if it stood alone (RFC 9110, section 7.8). */
  shouldUpgradeCallback: isPanelSocket,
}

/** How long the handshake of a TLS connection may take, in milliseconds: before it nobody can have proved anything. */
const handshakeTimeout = 10_000

/** How often the files are looked at for a renewed certificate, in milliseconds. */
const defaultLookMs = 60_000

/**
 * A server that speaks HTTP, or with `tls` HTTPS and nothing else. A certificate that is renewed in its place is taken
 * up within a minute, for connections that come after; one that can't be used leaves the old one in force and is logged.
 * Rejects where the files can't be used at the start.
 */
export async function createWebServer(
  tls: TlsFiles | undefined,
  { log, lookMs = defaultLookMs }: { log: Log; lookMs?: number },
): Promise<Server> {
  if (tls === undefined) {
    const server = createServer(httpOptions)
    hearConnectionFaults(server, log)
    return server
  }
  let stamp = await stampOf(tls)
  const server = createTlsServer({ ...httpOptions, handshakeTimeout, ...(await read(tls)) })
  hearConnectionFaults(server, log)
  const look = async (): Promise<void> => {
    try {
      const now = await stampOf(tls)
      if (now === stamp) return
      stamp = now
      server.setSecureContext(await read(tls))
      log.info({}, 'the renewed certificate is in use')
    } catch (error) {
      // Half of a renewal: its other file is written by the next look, or a person has to act.
      log.error(
        { err: error },
        'the certificate files changed and can’t be used; the old certificate stays in use',
      )
    }
  }
  server.once('listening', () => {
    const timer = every('look at the certificate', lookMs, () =>
      inBackground('look at the certificate', look()),
    ).unref()
    server.once('close', () => clearInterval(timer))
  })
  return server
}

async function read({ certFile, keyFile }: TlsFiles): Promise<{ cert: Buffer; key: Buffer }> {
  return { cert: await readFile(certFile), key: await readFile(keyFile) }
}

/** Changes when one of the files does. */
async function stampOf({ certFile, keyFile }: TlsFiles): Promise<string> {
  const files = await Promise.all([stat(certFile), stat(keyFile)])
  return files.map(({ mtimeMs, size, ino }) => `${String(mtimeMs)} ${String(size)} ${String(ino)}`).join('; ')
}
