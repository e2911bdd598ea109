import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
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

const clock = () => Date.parse('2026-01-02T03:04:05.006Z')

function fileOf({ log = recordedLog() } = {}) {
  return createEndpointFile({ dataDir, clock, log })
}

describe('endpoint.json', () => {
  test('moves a folder out of its way, with what is in it', async () => {
    await mkdir(join(dataDir, 'endpoint.json', 'kept'), { recursive: true })
    await fileOf().clear()
    expect(await readdir(dataDir, { recursive: true })).toEqual([
      'endpoint.json.damaged-2026-01-02T03-04-05-006Z',
      join('endpoint.json.damaged-2026-01-02T03-04-05-006Z', 'kept'),
    ])
    await fileOf().write(endpoint)
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'announced', endpoint })
  })

  test('is written whole, for its owner only, and removed at the end', async () => {
    const file = fileOf()
    await file.write(endpoint)
    expect(JSON.parse(await readFile(join(dataDir, 'endpoint.json'), 'utf8'))).toEqual({
      url: 'http://127.0.0.1:9877/mcp',
      panel_url: 'http://127.0.0.1:9877/#key=k',
      token: 't',
      pid: process.pid,
      version: '0.1.0',
      started_at: 1706203789.45,
    })
    expect(((await stat(join(dataDir, 'endpoint.json'))).mode & 0o777).toString(8)).toBe('600')
    expect(await readdir(dataDir)).toEqual(['endpoint.json'])
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'announced', endpoint })
    await file.remove()
    expect(await readdir(dataDir)).toEqual([])
    await file.remove()
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'missing' })
  })

  test('is left alone by whoever did not write it', async () => {
    const log = recordedLog()
    const first = fileOf({ log })
    const second = fileOf({ log })
    await first.write(endpoint)
    await second.remove()
    expect(await readEndpoint(dataDir)).toEqual({ kind: 'announced', endpoint })
    await second.write({ ...endpoint, started_at: 1706203800 })
    await first.remove()
    expect(await readEndpoint(dataDir)).toEqual({
      kind: 'announced',
      endpoint: { ...endpoint, started_at: 1706203800 },
    })
  })

  test('is removed before a start, whatever process has its id', async () => {
    for (const pid of [process.pid, process.ppid, 2 ** 22 + 1]) {
      await fileOf().write({ ...endpoint, pid })
      const log = recordedLog()
      const file = fileOf({ log })
      await file.clear()
      expect(await readdir(dataDir)).toEqual([])
      await file.write(endpoint)
      expect(await readEndpoint(dataDir)).toEqual({ kind: 'announced', endpoint })
      expect(log.lines).toEqual([])
    }
  })

  test('needs no data directory to be cleared', async () => {
    await fileOf().clear()
    await mkdir(dataDir)
    await fileOf().clear()
    expect(await readdir(dataDir)).toEqual([])
  })

  test.each(['', '{', '[]', '{"url":7}', '{"url":"x","pid":-1}'])(
    'of content %j is unreadable, and is removed',
    async (text) => {
      await fileOf().write(endpoint)
      await writeFile(join(dataDir, 'endpoint.json'), text)
      expect(await readEndpoint(dataDir)).toEqual({ kind: 'unreadable' })
      await fileOf().clear()
      expect(await readEndpoint(dataDir)).toEqual({ kind: 'missing' })
    },
  )
})
