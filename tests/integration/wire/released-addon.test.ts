import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp, type App } from '../../../src/main/app/app.ts'
import type { Log } from '../../../src/main/base/log.ts'
import { readEndpoint } from '../../../src/main/config/endpoint-file.ts'
import { openRawSession, type RawSession } from './raw-session.ts'

/**
 * The add-on as it was when version 0.1.0 wrote `tests/fixtures/data-0.1.0`. It is never packed anew: where a change of
 * the server does not get on with it, the change has to. `addon/busbar` is today's, as a check of the driver.
 */
const addons = [
  ['of version 0.1.0', join(import.meta.dirname, '../../fixtures/busbar-addon-0.1.0.zip'), 'unplugged'],
  ['of today', join(import.meta.dirname, '../../../addon'), 'unregistered'],
] as const
const driver = join(import.meta.dirname, '../../fixtures/addon_driver.py')

let dataDir: string
let app: App
let model: RawSession
let child: ChildProcess | null = null
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-released-'))
  const nothing = () => undefined
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
  app = createApp({ dataDir, port: 0, env: {}, log, approvals: 'allow' })
  const { port } = await app.start()
  const found = await readEndpoint(dataDir)
  if (found.kind !== 'announced') throw new Error(`endpoint.json is ${found.kind}`)
  model = await openRawSession({ port, token: found.endpoint.token }, 'model')
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = null
  await app.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Connects an add-on that found the server by itself; `next` is its next status that has this state. */
function connect(addon: string) {
  const started = spawn('python3', [driver, addon, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  child = started
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  return {
    async next(state: string): Promise<string> {
      for (;;) {
        const line = await lines.next()
        if (line.done === true) throw new Error(`The add-on ended and was never ${state}.`)
        const said = JSON.parse(line.value) as { state: string; text: string }
        if (said.state === state) return said.text
      }
    },
    async end(): Promise<number | null> {
      started.stdin.end()
      const [code] = (await once(started, 'exit')) as [number | null]
      return code
    },
  }
}

describe.each(addons)('the add-on %s', (_, addon, unregistered) => {
  it('finds the server, registers and answers jobs, and leaves in order', async () => {
    const blender = connect(addon)
    await blender.next('connected')
    const { persistent } = await model.call('blender_list_available_clients')
    expect(persistent).toMatchObject([
      {
        uuid: 'blender-driven',
        client_type: 'blender',
        is_persistent: true,
        group_id: null,
        label: 'Unsaved file',
        pid: 4242,
        hostname: 'workstation',
        blender_version: '3.4.1',
        addon_version: '0.1.0',
      },
    ])
    const answer = await model.call('blender_get_object_info', { name: 'Würfel' })
    expect(answer).toMatchObject({
      status: 'completed',
      target_uuid: 'blender-driven',
      result: { command: 'get_object_info', params: { name: 'Würfel' } },
      error: '',
    })
    expect(await blender.end()).toBe(0)
  })

  it('stays away once it was unregistered, and says so', async () => {
    const blender = connect(addon)
    await blender.next('connected')
    expect(await model.call('blender_unregister_client', { client_uuid: 'blender-driven' })).toStrictEqual({
      status: 'ok',
      client_uuid: 'blender-driven',
    })
    expect(await blender.next(unregistered)).toBe(
      `You were ${unregistered} by server:local: Another client asked for it.`,
    )
    expect(await blender.end()).toBe(0)
  })
})
