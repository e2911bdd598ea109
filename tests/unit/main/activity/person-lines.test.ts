import { expect, it } from 'vitest'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import { createRecorder } from '../../../../src/main/activity/recorder.ts'
import { createEvents } from '../../../../src/main/base/guarded.ts'

it('notes which Blender a person ended, and whether it had to be killed', () => {
  const entries: QueuedEntry[] = []
  const recorder = createRecorder({
    activityLog: { add: (entry) => entries.push(entry) },
    clock: () => 1_700_000_000_500,
    keepPayloads: true,
  })
  const events = createEvents<{
    ended: [blender: { userId: string; uuid: string; pid: number; forced: boolean }]
  }>('endings')
  recorder.attachEndings(events)
  const blender = { userId: 'local', uuid: 'b-1', pid: 4711 }
  events.emit('ended', { ...blender, forced: false })
  events.emit('ended', { ...blender, forced: true })
  const row = {
    at: 1_700_000_000.5,
    kind: 'blender_ended',
    userId: 'local',
    client: 'b-1',
    by: 'operator',
    count: 1,
  }
  expect(entries).toStrictEqual([
    { table: 'activity', row: { ...row, text: 'Process 4711' } },
    { table: 'activity', row: { ...row, text: 'Process 4711, killed: it did not end by itself' } },
  ])
})
