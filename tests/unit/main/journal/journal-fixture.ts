import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createJournal, type Journal, type JournalLimits } from '../../../../src/main/journal/journal.ts'
import { recordedLog } from '../access/recorded-log.ts'

/**
 * For the top of a test file: journals in a folder of each test's own. They are closed, and it is removed, after the
 * test. Tests move `time` by hand.
 */
export function useJournals(defaults: Partial<JournalLimits> = {}) {
  const place = { folder: '', path: '' }
  const time = { nowMs: 1_700_000_000_000 }
  const open: Journal[] = []
  beforeEach(() => {
    place.folder = mkdtempSync(join(tmpdir(), 'busbar-journal-'))
    place.path = join(place.folder, 'history.db')
  })
  afterEach(() => {
    for (const journal of open.splice(0)) journal.close()
    // A thread that takes a history over may need a moment to let go of it.
    rmSync(place.folder, { recursive: true, force: true, maxRetries: 20 })
  })
  const start = (limits: Partial<JournalLimits> = {}, path = place.path): Journal => {
    const journal = createJournal({
      path,
      clock: () => time.nowMs,
      log: recordedLog(),
      limits: { flushMs: 5, retryMs: 20, ...defaults, ...limits },
    })
    open.push(journal)
    return journal
  }
  return { place, time, start }
}
