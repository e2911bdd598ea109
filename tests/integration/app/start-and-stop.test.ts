import { mkdirSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../../src/main/app/app.ts'
import type { AppOptions } from '../../../src/main/app/app-options.ts'
import type { Log } from '../../../src/main/base/log.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-start-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

/** An app whose panel only says that it was closed. */
function appOf(options: Partial<AppOptions> = {}, onPanel: () => void = () => undefined) {
  const happened: string[] = []
  const note = (_: object, message: string) => void happened.push(message)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const app = createApp({
    dataDir,
    port: 0,
    browserPanel: () => {
      onPanel()
      return {
        handle: () => undefined,
        upgrade: () => undefined,
        close: () => void happened.push('panel closed'),
      }
    },
    env: { BUSBAR_TOKEN: 'token-of-the-local-user' },
    log,
    ...options,
  })
  return { app, happened }
}

/** True where nobody listens on the port. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

describe('a start that fails at its last step', () => {
  it('closes everything that it had opened, and says what failed', async () => {
    const port = await freePort()
    // A folder comes to stand where the file with the address belongs.
    const { app, happened } = appOf({ port }, () => mkdirSync(join(dataDir, 'endpoint.json')))
    await expect(app.start()).rejects.toThrow('EISDIR')
    expect(happened).toStrictEqual(['panel closed'])
    expect(await isFree(port)).toBe(true)
    // SQLite removes its journal with the last connection to the file.
    expect((await readdir(dataDir)).filter((name) => name.startsWith('history.db'))).toStrictEqual([
      'history.db',
    ])
    expect(() => app.attachPanelPort({} as never)).toThrow('must be started')

    await rm(join(dataDir, 'endpoint.json'), { recursive: true })
    const next = appOf({ port })
    expect(await next.app.start()).toMatchObject({ port, portWasTaken: false })
    await next.app.stop()
  })
})

describe('stop', () => {
  it('closes everything once, whoever asks how often', async () => {
    const { app, happened } = appOf()
    const { port } = await app.start()
    await Promise.all([app.stop(), app.stop()])
    await app.stop()
    expect(happened).toStrictEqual(['Busbar is running', 'panel closed', 'Busbar has stopped'])
    expect(await isFree(port)).toBe(true)
    expect((await readdir(dataDir)).filter((name) => name === 'endpoint.json')).toStrictEqual([])
  })

  it('while it starts waits for the start and closes what that opened', async () => {
    const { app, happened } = appOf()
    const starting = app.start()
    await app.stop()
    expect(happened).toStrictEqual(['Busbar is running', 'panel closed', 'Busbar has stopped'])
    expect(await isFree((await starting).port)).toBe(true)
    expect(() => app.attachPanelPort({} as never)).toThrow('must be started')
  })

  it('does nothing where nothing was started', async () => {
    const { app, happened } = appOf()
    await app.stop()
    expect(happened).toStrictEqual([])
  })
})
