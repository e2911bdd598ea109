/** Busbar itself, on a free port and a folder of its own, with the panel's books open as in real use. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../src/main/app/app.ts'
import { serveMeasured } from './server-process.ts'

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const token = 'token-of-the-bench'
const app = createApp({
  dataDir: mkdtempSync(join(tmpdir(), 'busbar-bench-')),
  port: 0,
  env: { BUSBAR_TOKEN: token },
  log: silent,
})
const { port } = await app.start()
serveMeasured({ port, authorization: `Bearer ${token}` })
