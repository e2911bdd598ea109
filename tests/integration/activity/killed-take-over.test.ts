import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createActivityLog } from '../../../src/main/activity/activity-log.ts'
import { makeOldHistory } from '../../fixtures/old-history.ts'
import { recordedLog } from '../../unit/main/access/recorded-log.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-killed-'))
  path = join(folder, 'history.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What a look at the file finds. */
function look(...sql: string[]): unknown[] {
  const db = new DatabaseSync(path)
  const found = sql.map((each) => Object.values(db.prepare(each).get() ?? {})[0])
  db.close()
  return found
}

it('a server that is killed while it takes over a history loses nothing of it: the next one does it', async () => {
  // Enough to take much longer than the kill.
  const rows = 100_000
  makeOldHistory(path, rows)
  const first = spawn(process.execPath, [join(import.meta.dirname, 'killed-take-over.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [word] = (await once(first.stdout.setEncoding('utf8'), 'data')) as [string]
  first.kill('SIGKILL')
  await once(first, 'close')
  expect(word).toBe('taking_over\n')
  expect(
    look('PRAGMA user_version', 'SELECT count(*) FROM activity', 'PRAGMA integrity_check'),
  ).toStrictEqual([1, rows, 'ok'])

  const next = createActivityLog({
    path,
    clock: Date.now,
    log: recordedLog(),
    limits: { maxAgeSeconds: Infinity },
  })
  await vi.waitFor(() => expect(next.state().state).toBe('on'), { timeout: 50_000 })
  next.close()
  expect(
    look('SELECT count(*) FROM log', 'SELECT count(*) FROM log_clients', 'PRAGMA integrity_check'),
  ).toStrictEqual([3 * rows, 6 * rows, 'ok'])
})
