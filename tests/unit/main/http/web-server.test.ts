import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWebServer } from '../../../../src/main/http/web-server.ts'
import { recordedLog } from '../access/recorded-log.ts'

let folder: string
let files: { certFile: string; keyFile: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-tls-'))
  files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function issue(name: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    files.keyFile,
  ]
  const cert = ['-x509', '-days', '1', '-subj', `/CN=${name}`, '-out', files.certFile]
  execFileSync('openssl', ['req', ...key, ...cert], { stdio: 'ignore' })
}

/** The name in the certificate that a new connection is shown. */
const nameShown = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })

describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('a certificate', () => {
  it('that is renewed is taken up; one that is broken leaves the last good one in force', async () => {
    issue('first')
    const log = recordedLog()
    const server = await createWebServer(files, { log, lookMs: 10 })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const shows = (name: string) =>
      vi.waitFor(async () => expect(await nameShown(port)).toBe(name), { timeout: 10_000, interval: 20 })
    try {
      await shows('first')
      issue('second')
      await shows('second')
      writeFileSync(files.certFile, 'no certificate')
      await vi.waitFor(
        () =>
          expect(log.lines.map(({ message }) => message)).toContain(
            'the certificate files changed and can’t be used; the old certificate stays in use',
          ),
        { timeout: 10_000, interval: 20 },
      )
      expect(await nameShown(port)).toBe('second')
      issue('third')
      await shows('third')
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
