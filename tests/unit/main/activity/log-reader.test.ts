import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createLogReader } from '../../../../src/main/activity/log-reader.ts'
import { emptyPage } from '../../../../src/main/activity/log-queries.ts'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import { readerOf, useJournals } from './activity-log-fixture.ts'

const { place, start } = useJournals({ maxAgeSeconds: Infinity })

const line = (text: string, userId = 'local'): QueuedEntry => ({
  table: 'activity',
  row: { at: 1, kind: 'client_registered', userId, client: 'b', by: 'client', text, count: 1 },
})
function fill(...texts: string[]): void {
  const writing = start()
  for (const text of texts) writing.add(line(text))
  writing.close()
}

it('answers in a thread what is in the file, and nothing after its end', async () => {
  fill('one', 'two')
  const activityLog = start()
  const { queries } = activityLog
  const here = readerOf(place.path)
  expect(await queries.log({ limit: 9 })).toStrictEqual(here.log({ limit: 9 }))
  expect(await queries.lastIdBefore(2)).toBe(2)
  expect(await queries.detail(1)).toStrictEqual(here.detail(1))
  expect(await queries.detail(1, 'eve')).toBeNull()
  const late = queries.log({ limit: 9 })
  activityLog.close()
  expect([await late, await queries.detail(1)]).toStrictEqual([emptyPage, null])
})

it('lets users take turns, whoever asks for how much', async () => {
  fill('one')
  const faults: unknown[] = []
  const reader = createLogReader({
    path: place.path,
    isOpen: () => true,
    onFault: (error) => faults.push(error),
  })
  const order: string[] = []
  const ask = (userId: string, name: string) =>
    reader.log({ limit: 1, userId }).then(() => void order.push(name))
  await Promise.all([ask('eve', 'e1'), ask('eve', 'e2'), ask('eve', 'e3'), ask('bob', 'b1')])
  expect([order, faults]).toStrictEqual([['e1', 'e2', 'b1', 'e3'], []])
  reader.close()
})

it('tells of a file that is none, and answers nothing', async () => {
  writeFileSync(place.path, 'no database at all, whatever its name may be'.repeat(100))
  const faults: unknown[] = []
  const reader = createLogReader({
    path: place.path,
    isOpen: () => true,
    onFault: (error) => faults.push(error),
  })
  expect(await reader.log({ limit: 1 })).toStrictEqual(emptyPage)
  expect(faults).toMatchObject([{ errcode: 26 }])
  reader.close()
})
