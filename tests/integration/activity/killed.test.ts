import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'

/** The activityLog promises to write within 200 ms. */
const promiseMs = 200
/** The writer adds a line each millisecond; a longer pause than this is the machine's, and stops its timers alike. */
const pauseMs = 20

describe('a writer that is killed', () => {
  it.each([1, 2, 3, 4, 5])('leaves a sound file without gaps, to the last moments (%i)', async (round) => {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-killed-'))
    const path = join(folder, 'history.db')
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'killed-writer.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    writer.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    // A different moment of its cycle each time.
    await vi.waitFor(() => expect(output.split('\n').length).toBeGreaterThan(200 + 37 * round), 20_000)
    writer.kill('SIGKILL')
    await once(writer, 'close')

    const added = output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').map(Number))
    const db = new DatabaseSync(path)
    expect(db.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
    const kept = db
      .prepare('SELECT client FROM activity ORDER BY id')
      .all()
      .map(({ client }) => Number(client))
    db.close()
    rmSync(folder, { recursive: true })
    expect(kept).toStrictEqual(kept.map((_, index) => index + 1))
    const times = added.slice(Math.max(0, kept.length - 1)).map(([, atMs = 0]) => atMs)
    const lostMs = times.reduce(
      (sum, atMs, index) => sum + Math.min(atMs - (times[index - 1] ?? atMs), pauseMs),
      0,
    )
    expect(kept.length).toBeGreaterThan(0)
    expect(lostMs).toBeLessThanOrEqual(promiseMs)
  })
})
