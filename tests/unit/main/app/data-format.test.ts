import { DatabaseSync } from 'node:sqlite'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adoptData } from '../../../../src/main/app/data-format.ts'
import { isDataDirTaken, takeDataLock } from '../../../../src/main/config/data-lock.ts'
import { asNobody } from '../access/as-nobody.ts'
import { recordedLog } from '../access/recorded-log.ts'

let dataDir: string
let nowMs: number
let log: ReturnType<typeof recordedLog>
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-format-'))
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)
  log = recordedLog()
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const adopt = (version = '0.2.0') => adoptData({ dataDir, version, clock: () => (nowMs += 1000), log })
const write = (name: string, content: object | string) =>
  writeFile(join(dataDir, name), typeof content === 'string' ? content : JSON.stringify(content))
const stamp = async (): Promise<unknown> => JSON.parse(await readFile(join(dataDir, 'version.json'), 'utf8'))
const backups = () => readdir(join(dataDir, 'backups')).catch(() => null)

describe('a data directory', () => {
  test('that is new gets this version’s number, and no backup', async () => {
    await adopt()
    expect([await stamp(), await backups(), log.lines]).toStrictEqual([
      { format: 2, version: '0.2.0' },
      null,
      [],
    ])
  })

  test('of version 0.1.0, which has no number, is backed up: what is stored, and nothing of a run', async () => {
    const lock = takeDataLock(dataDir)
    const stored = ['history.db', 'history.db-wal', 'settings.json', 'token']
    const ofRuns = ['endpoint.json', 'history.db-shm', 'open-panel.html', 'a.tmp', 'blocks.json.damaged-1']
    for (const name of [...stored, ...ofRuns]) await write(name, `{"of":"${name}"}`)
    await mkdir(join(dataDir, 'desktop'))
    await adopt()
    // A copy of the lock would have let go of it.
    expect([lock.kind, isDataDirTaken(dataDir)]).toStrictEqual(['held', true])
    expect(await backups()).toStrictEqual(['2026-01-02T03-04-06-000Z-of-0.1.0'])
    const backup = join(dataDir, 'backups/2026-01-02T03-04-06-000Z-of-0.1.0')
    expect((await readdir(backup)).toSorted()).toStrictEqual(stored)
    expect(await readFile(join(backup, 'token'), 'utf8')).toBe('{"of":"token"}')
    expect(((await stat(backup)).mode & 0o777).toString(8)).toBe('700')
    expect(await stamp()).toStrictEqual({ format: 2, version: '0.2.0' })
    expect(log.lines).toStrictEqual([
      {
        level: 'info',
        details: { backup: '2026-01-02T03-04-06-000Z-of-0.1.0', from: '0.1.0', version: '0.2.0' },
        message: 'the data of another version was backed up',
      },
    ])
  })

  test('is backed up once for each version, and the last three backups are kept', async () => {
    await write('token', 'secret')
    for (const version of ['0.2.0', '0.2.0', '0.3.0', '0.4.0', '0.5.0']) await adopt(version)
    expect(await backups()).toStrictEqual([
      '2026-01-02T03-04-07-000Z-of-0.2.0',
      '2026-01-02T03-04-08-000Z-of-0.3.0',
      '2026-01-02T03-04-09-000Z-of-0.4.0',
    ])
    expect(await stamp()).toStrictEqual({ format: 2, version: '0.5.0' })
  })

  test('with half a backup of a start that was killed gets a whole one', async () => {
    await mkdir(join(dataDir, 'backups/2026-01-01T00-00-00-000Z-of-0.1.0.tmp'), { recursive: true })
    await write('token', 'secret')
    await adopt()
    expect(await backups()).toStrictEqual(['2026-01-02T03-04-06-000Z-of-0.1.0'])
  })

  const newer = (what: string) =>
    `The data in ${dataDir} was written by a newer Busbar (${what}), and this is 0.2.0. ` +
    'Update Busbar, or name another folder with --data-dir. Nothing was changed.'

  test('of a newer format is refused, and nothing in it changes', async () => {
    await write('version.json', { format: 3, version: '0.9.0' })
    await write('token', 'secret')
    await expect(adopt()).rejects.toMatchObject({ code: 'newer_data', message: newer('0.9.0') })
    expect((await readdir(dataDir)).toSorted()).toStrictEqual(['token', 'version.json'])
    expect(await stamp()).toStrictEqual({ format: 3, version: '0.9.0' })
  })

  test.each(['settings.json', 'tokens.json', 'blocks.json', 'approvals.json', 'targets.json'])(
    'with a newer %s is refused',
    async (name) => {
      await write(name, { version: 2 })
      await expect(adopt()).rejects.toMatchObject({ code: 'newer_data', message: newer(name) })
      expect(await readdir(dataDir)).toStrictEqual([name])
    },
  )

  test('with a newer history is refused', async () => {
    const db = new DatabaseSync(join(dataDir, 'history.db'))
    db.exec('CREATE TABLE a (b); PRAGMA user_version = 99')
    db.close()
    await expect(adopt()).rejects.toMatchObject({ code: 'newer_data', message: newer('history.db') })
  })

  test('with files that are no such thing is opened: who reads them sets them aside', async () => {
    await write('settings.json', 'no JSON')
    await write('history.db', 'no database')
    await write('version.json', '{"format":"two"}')
    await adopt()
    expect(await stamp()).toStrictEqual({ format: 2, version: '0.2.0' })
  })

  test('that could not be made says nothing here', async () => {
    const missing = join(dataDir, 'missing')
    await adoptData({ dataDir: missing, version: '0.2.0', clock: () => nowMs, log })
    expect(log.lines).toStrictEqual([])
    expect(await readdir(dataDir)).toStrictEqual([])
  })

  test('that can’t be written to is used as it is', async () => {
    await write('token', 'secret')
    await chmod(dataDir, 0o555)
    await asNobody(() => adopt())
    await chmod(dataDir, 0o700)
    expect(log.lines).toStrictEqual([
      {
        level: 'warn',
        details: { dataDir, code: 'EACCES' },
        message: 'the data could not be backed up for this version',
      },
    ])
  })
})
