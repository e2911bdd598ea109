import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultBusLimits } from '../../../../src/main/bus/bus-limits.ts'
import { createServerSettings, settingsFromEnv } from '../../../../src/main/config/settings.ts'
import { defaultActivityLogLimits } from '../../../../src/main/activity/activity-log.ts'
import { defaultMcpHttpLimits } from '../../../../src/main/mcp/http/limits.ts'
import type { SettingValues } from '../../../../src/shared/settings.ts'
import { recordedLog } from '../access/recorded-log.ts'

let folder: string
let path: string
let logged: ReturnType<typeof recordedLog>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busbar-settings-'))
  path = join(folder, 'settings.json')
  logged = recordedLog()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const create = (options: SettingValues = {}, env: NodeJS.ProcessEnv = {}) =>
  createServerSettings({ path, clock: () => 1_700_000_000_000, log: logged, options, env })
const write = (settings: object) => writeFile(path, JSON.stringify({ version: 1, settings }))

describe('the settings of the environment', () => {
  it('are none where nothing is set', () => {
    expect(settingsFromEnv({ PATH: '/bin', BUSBAR_MAX_SESSIONS: '' })).toStrictEqual({})
  })

  it.each([
    ['BUSBAR_MAX_SESSIONS', '1.5', 'a whole number from 1 to 2000000'],
    ['BUSBAR_MAX_SESSIONS', '0', 'a whole number from 1 to 2000000'],
    ['BUSBAR_MAX_SESSIONS', 'true', 'a whole number from 1 to 2000000'],
    ['BUSBAR_SESSION_IDLE_SECONDS', 'soon', 'a number of seconds from 1 to 2000000'],
    ['BUSBAR_SESSION_IDLE_SECONDS', '1e9', 'a number of seconds from 1 to 2000000'],
    ['BUSBAR_HISTORY_PAYLOADS', '1', 'true or false'],
    ['BUSBAR_HISTORY_DAYS', '100001', 'a whole number from 1 to 100000'],
  ])('refuse %s=%s', (name, value, kind) => {
    expect(() => settingsFromEnv({ [name]: value })).toThrow(`${name} must be ${kind}, not "${value}"`)
  })
})

describe('the settings of the server', () => {
  it('are those that the floors have for themselves where nothing is set', async () => {
    const { limits, history } = await create()
    expect(defaultMcpHttpLimits).toMatchObject(limits.mcp)
    expect(defaultBusLimits).toMatchObject(limits.bus)
    expect(limits.waits).toStrictEqual({
      staleAfterMs: 45_000,
      lostTargetGraceMs: 15_000,
      approvalTimeoutMs: 120_000,
      endBlenderGraceMs: 5_000,
      pictureMs: 86_400_000,
    })
    expect(history.payloads).toBe(true)
    expect(defaultActivityLogLimits).toMatchObject(history.limits)
  })

  it('reach the floors in their own units', async () => {
    const { limits, memoryBytes, history } = await create(
      { memory_mib: 300, history_days: 2, history_script_days: 1, history_mib: 1, history_payloads: false },
      {
        BUSBAR_EPHEMERAL_GRACE_SECONDS: '0',
        BUSBAR_PERSISTENT_EXPIRY_SECONDS: '3600',
        BUSBAR_STALE_SECONDS: '9',
        BUSBAR_LOST_TARGET_SECONDS: '8',
        BUSBAR_APPROVAL_SECONDS: '7',
        BUSBAR_END_BLENDER_SECONDS: '6',
        BUSBAR_PICTURE_SECONDS: '5',
        BUSBAR_SESSION_IDLE_SECONDS: '2.5',
        BUSBAR_STALLED_STREAM_SECONDS: '10',
        BUSBAR_SILENT_STREAM_SECONDS: '20',
        BUSBAR_KEEPALIVE_SECONDS: '0.5',
        BUSBAR_PING_SECONDS: '1',
        BUSBAR_STREAM_BUFFER_BYTES: '65536',
        BUSBAR_MAX_SESSIONS: '5',
        BUSBAR_MAX_SESSIONS_PER_TOKEN: '4',
        BUSBAR_MAX_STREAMS: '3',
        BUSBAR_MAX_REQUESTS_PER_SECOND: '100',
        BUSBAR_MAX_CLIENTS: '7',
      },
    )
    expect(memoryBytes).toBe(314_572_800)
    expect(limits).toStrictEqual({
      waits: {
        staleAfterMs: 9000,
        lostTargetGraceMs: 8000,
        approvalTimeoutMs: 7000,
        endBlenderGraceMs: 6000,
        pictureMs: 5000,
      },
      bus: { ephemeralGraceMs: 0, persistentExpiryMs: 3_600_000, maxClients: 7 },
      mcp: {
        idleSessionMs: 2500,
        stalledStreamMs: 10_000,
        silentStreamMs: 20_000,
        keepaliveIntervalMs: 500,
        pingIntervalMs: 1000,
        maxStreamBufferedBytes: 65_536,
        maxSessions: 5,
        maxSessionsPerToken: 4,
        maxStreams: 3,
        maxRequestsPerSecond: 100,
      },
    })
    expect(history).toStrictEqual({
      payloads: false,
      limits: { maxAgeSeconds: 172_800, maxContentAgeSeconds: 86_400, maxBytes: 1_048_576 },
    })
  })

  it('go by the command line, then the environment, then the file', async () => {
    await write({ max_sessions: 10, max_streams: 20, max_clients: 30 })
    const settings = await create({ max_sessions: 1 }, { BUSBAR_MAX_SESSIONS: '2', BUSBAR_MAX_STREAMS: '3' })
    const states = settings.list()
    expect(states.find(({ key }) => key === 'max_sessions')).toStrictEqual({
      key: 'max_sessions',
      value: 1,
      source: 'option',
      byDefault: 2000,
      kept: 10,
    })
    expect(states.find(({ key }) => key === 'max_streams')).toMatchObject({ value: 3, source: 'environment' })
    expect(states.find(({ key }) => key === 'max_clients')).toMatchObject({ value: 30, source: 'file' })
    expect(states.find(({ key }) => key === 'ping_seconds')).toStrictEqual({
      key: 'ping_seconds',
      value: 20,
      source: 'default',
      byDefault: 20,
      kept: null,
    })
  })

  it('refuse an option that makes no sense', async () => {
    await expect(create({ max_sessions: 0 })).rejects.toThrow('max_sessions must be a whole number from 1')
  })

  it('are kept for the next start, and change nothing before it', async () => {
    const first = await create()
    expect(await first.keep({ key: 'max_clients', value: 7 })).toStrictEqual({
      outcome: 'kept',
      setting: { key: 'max_clients', value: 5000, source: 'default', byDefault: 5000, kept: 7 },
    })
    expect(first.limits.bus.maxClients).toBe(5000)
    const second = await create()
    expect(second.limits.bus.maxClients).toBe(7)
    await second.keep({ key: 'max_clients', value: null })
    expect((await create()).limits.bus.maxClients).toBe(5000)
  })

  it('lose none of two changes at once, and nothing that another version has set', async () => {
    await write({ from_another_version: 3 })
    const settings = await create()
    await Promise.all([
      settings.keep({ key: 'max_clients', value: 7 }),
      settings.keep({ key: 'history_payloads', value: false }),
    ])
    expect(JSON.parse(await readFile(path, 'utf8'))).toStrictEqual({
      version: 1,
      settings: { from_another_version: 3, max_clients: 7, history_payloads: false },
    })
  })

  it('refuse what makes no sense, and what can’t be written', async () => {
    const settings = await create()
    expect(await settings.keep({ key: 'max_clients', value: 0.5 })).toStrictEqual({
      outcome: 'refused',
      message: 'It must be a whole number from 1 to 2000000.',
    })
    expect(await settings.keep({ key: 'max_clients', value: true })).toMatchObject({ outcome: 'refused' })
    expect(await readdir(folder)).toStrictEqual([])
    await rm(folder, { recursive: true })
    expect(await settings.keep({ key: 'max_clients', value: 7 })).toStrictEqual({
      outcome: 'refused',
      message: 'The file of settings can’t be written (ENOENT). Nothing was changed.',
    })
    expect(settings.list().every(({ kept }) => kept === null)).toBe(true)
  })

  it.each([
    ['no JSON', '{"version":1', 'it is not a file of settings'],
    ['another form', '{"version":2}', 'it is not a file of settings'],
    [
      'a value out of its bounds',
      '{"version":1,"settings":{"max_sessions":-1}}',
      'max_sessions must be a whole number from 1 to 2000000',
    ],
  ])('set a file aside that holds %s, and say so', async (_, text, problem) => {
    await writeFile(path, text)
    const settings = await create()
    expect(settings.list().every(({ source }) => source === 'default')).toBe(true)
    const setAside = 'settings.json.damaged-2023-11-14T22-13-20-000Z'
    expect(await readdir(folder)).toStrictEqual([setAside])
    expect(await readFile(join(folder, setAside), 'utf8')).toBe(text)
    expect(logged.lines).toContainEqual({
      level: 'error',
      message: 'the settings could not be read; they were set aside, and the defaults hold',
      details: { setAside, problem },
    })
  })
})
