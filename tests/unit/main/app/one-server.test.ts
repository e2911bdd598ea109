import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { becomeTheServer, type OneServerPorts } from '../../../../src/main/app/one-server.ts'
import { isDataDirTaken } from '../../../../src/main/config/data-lock.ts'
import { createEndpointFile, type Endpoint } from '../../../../src/main/config/endpoint-file.ts'
import { recordedLog } from '../access/recorded-log.ts'

let dataDir: string
let log: ReturnType<typeof recordedLog>
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-one-'))
  log = recordedLog()
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const endpoint: Endpoint = {
  url: 'http://127.0.0.1:9877/mcp',
  panel_url: null,
  token: 't',
  pid: process.pid,
  version: '0.1.0',
  started_at: 1706203789.45,
}
const announce = () => createEndpointFile({ dataDir, clock: Date.now, log }).write(endpoint)
const become = (ports: Partial<OneServerPorts> = {}) =>
  becomeTheServer({ dataDir, provesItself: () => Promise.resolve(true), steady: () => 0, log, ...ports })

describe('becoming the one server of a data directory', () => {
  test('needs nobody’s leave where nobody has the lock, whatever an old announcement says', async () => {
    await announce()
    const server = await become()
    expect(isDataDirTaken(dataDir)).toBe(true)
    await server.close()
    expect(isDataDirTaken(dataDir)).toBe(false)
    expect(log.lines).toStrictEqual([])
  })

  test('is refused with the one that runs', async () => {
    await become()
    await announce()
    await expect(become()).rejects.toMatchObject({
      code: 'server_runs',
      endpoint,
      message: `Busbar runs on ${dataDir} already, at http://127.0.0.1:9877/mcp. Another --data-dir is another server.`,
    })
  })

  test('waits for one that has not announced itself yet', async () => {
    await become()
    let looks = 0
    const second = become({
      steady() {
        looks += 1
        if (looks === 3) void announce()
        return 0
      },
    })
    await expect(second).rejects.toMatchObject({ code: 'server_runs', endpoint })
  })

  test('takes the place of one that ends meanwhile', async () => {
    const first = await become()
    let looks = 0
    const second = await become({
      steady() {
        looks += 1
        if (looks === 3) void first.close()
        return 0
      },
    })
    expect(isDataDirTaken(dataDir)).toBe(true)
    await second.close()
  })

  test('fails where the one that has the lock never proves itself', async () => {
    await become()
    await announce()
    let now = 0
    await expect(
      become({ provesItself: () => Promise.resolve(false), steady: () => (now += 20_000) }),
    ).rejects.toMatchObject({
      code: 'data_dir_taken',
      message:
        `Another Busbar has ${dataDir} and does not answer. End it, or name another folder with --data-dir. ` +
        'On a network drive, the drive may lack locks.',
    })
  })

  test('warns where there can be no lock, and still lets the one go first that proves itself', async () => {
    await mkdir(join(dataDir, 'server.lock'))
    const server = await become()
    expect(log.lines).toStrictEqual([
      {
        level: 'warn',
        details: { dataDir, reason: 'unable to open database file' },
        message: 'the data directory cannot be locked: a second server on it would not be noticed',
      },
    ])
    await server.close()
    await announce()
    await expect(become()).rejects.toMatchObject({ code: 'server_runs', endpoint })
  })

  test('leaves it to others to say that there can be no directory', async () => {
    const file = join(dataDir, 'file')
    await writeFile(file, '')
    await (await become({ dataDir: file })).close()
    expect(log.lines).toStrictEqual([])
  })
})
