import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEndpointFile, type Endpoint, readEndpoint } from '../../../../src/main/config/endpoint-file.ts'
import { recordedLog } from '../access/recorded-log.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'busbar-endpoint-')), 'data')
})
afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }))

const endpoint: Endpoint = {
  url: 'http://127.0.0.1:9877/mcp',
  panel_url: 'http://127.0.0.1:9877/#key=k',
  token: 't',
  pid: process.pid,
  version: '0.1.0',
  started_at: 1706203789.45,
}

/** The id of a process that is certainly gone. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

describe('endpoint.json', () => {
  test('is written whole, for its owner only, and removed at the end', async () => {
    const file = createEndpointFile({ dataDir, log: recordedLog() })
    await file.write(endpoint)
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toEqual({
      url: 'http://127.0.0.1:9877/mcp',
      panel_url: 'http://127.0.0.1:9877/#key=k',
      token: 't',
      pid: process.pid,
      version: '0.1.0',
      started_at: 1706203789.45,
    })
    expect(((await stat(file.path)).mode & 0o777).toString(8)).toBe('600')
    expect(await readdir(dataDir)).toEqual(['endpoint.json'])
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'running', endpoint })
    await file.remove()
    expect(await readdir(dataDir)).toEqual([])
    await file.remove()
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'missing' })
  })

  test('is left alone by whoever did not write it', async () => {
    const log = recordedLog()
    const first = createEndpointFile({ dataDir, log })
    const second = createEndpointFile({ dataDir, log })
    await first.write(endpoint)
    await second.remove()
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'running', endpoint })
    await second.write({ ...endpoint, started_at: 1706203800 })
    await first.remove()
    expect(await readEndpoint(dataDir)).toEqual({
      kind: 'running',
      endpoint: { ...endpoint, started_at: 1706203800 },
    })
  })

  test('is stale when its process is gone, and is replaced without a word', async () => {
    const log = recordedLog()
    const stale = { ...endpoint, pid: deadPid() }
    await createEndpointFile({ dataDir, log }).write(stale)
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'stale', endpoint: stale })
    await createEndpointFile({ dataDir, log }).write(endpoint)
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'running', endpoint })
    expect(log.lines).toEqual([])
  })

  test("warns when it replaces a living server's", async () => {
    const log = recordedLog()
    await createEndpointFile({ dataDir, log }).write({ ...endpoint, pid: process.ppid })
    const file = createEndpointFile({ dataDir, log })
    await file.write(endpoint)
    expect(log.lines).toEqual([
      {
        level: 'warn',
        details: { path: file.path, pid: process.ppid, url: 'http://127.0.0.1:9877/mcp' },
        message: 'another server runs on this data directory; programs will now find this one',
      },
    ])
  })

  test.each(['', '{', '[]', '{"url":7}', '{"url":"x","pid":-1}'])(
    'of content %j is unreadable',
    async (text) => {
      await createEndpointFile({ dataDir, log: recordedLog() }).write(endpoint)
      await writeFile(join(dataDir, 'endpoint.json'), text)
      expect(await readEndpoint(dataDir)).toEqual({ kind: 'unreadable' })
    },
  )
})
