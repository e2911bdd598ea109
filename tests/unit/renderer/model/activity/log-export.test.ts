import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import {
  collectLog,
  csvCell,
  csvTable,
  exportName,
  jsonLines,
} from '../../../../../src/renderer/model/activity/log-export.ts'
import { logEntry, logPage, messageEntry } from '../../fakes/log-entries.ts'

const names = new Map([['local\u001fb', '=HYPERLINK("x")']])
const job = logEntry(3, {
  kind: 'job_failed',
  at: 3.25,
  priority: 3,
  text: '+render',
  job: { jobId: '@j', targets: ['b', 'c'], targetCount: 2, dispatchedAt: 1, problem: '-1\n"no"' },
})

describe('CSV', () => {
  it('has a row for each entry, and no cell that a spreadsheet computes', () => {
    const table = csvTable({ entries: [logEntry(1), messageEntry(2, { sent: 1 }), job], names, cut: false })
    expect(table.split('\r\n').slice(0, 4)).toStrictEqual([
      '\uFEFFid,time,kind,priority,user,client,client_name,by,text,count,targets,target_count,routing,message_id,job_id,bytes,sent,filtered,dropped,dispatched,seconds,problem',
      `1,1970-01-01T00:00:01.000Z,client_registered,info,local,b,"'=HYPERLINK(""x"")",client,line 1,1,,,,,,,,,,,,`,
      `2,1970-01-01T00:00:02.000Z,message,info,local,llm,,client,chat,1,b,1,"{""type"":""direct"",""target_uuid"":""b""}",m2,j2,7,1,0,0,,,`,
      `3,1970-01-01T00:00:03.250Z,job_failed,error,local,b,"'=HYPERLINK(""x"")",client,"'+render",1,b c,2,,,"'@j",,,,,1970-01-01T00:00:01.000Z,2.25,"'-1\n""no"""`,
    ])
  })

  it.each([
    ['=1', `"'=1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@x', `"'@x"`],
    ['\t=1', `"'\t=1"`],
    ['  =1', `"'  =1"`],
    ['\r=1', `"'\r=1"`],
    [-1, '-1'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['plain', 'plain'],
  ])('writes %j as %j', (value, cell) => expect(csvCell(value)).toBe(cell))
})

it('JSON lines are the entries as they are, each with its time as text and its client’s name', () => {
  expect(jsonLines({ entries: [logEntry(1), messageEntry(2)], names, cut: false }).split('\n')).toStrictEqual(
    [
      JSON.stringify({ time: '1970-01-01T00:00:01.000Z', ...logEntry(1), clientName: '=HYPERLINK("x")' }),
      JSON.stringify({ time: '1970-01-01T00:00:02.000Z', ...messageEntry(2) }),
      '',
    ],
  )
})

describe('what is exported', () => {
  const apiWith = (pages: ReturnType<typeof logPage>[]) => {
    const asked: unknown[] = []
    const list = (question: unknown) => {
      asked.push(question)
      return Promise.resolve(pages.shift() ?? logPage([]))
    }
    return { asked, api: { activity: { list } } as unknown as PanelApi }
  }
  const never = new AbortController().signal

  it('is everything the filter finds, oldest first, over pages without entries too', async () => {
    const { api, asked } = apiWith([logPage([9, 8], { next: 8 }), logPage([], { next: 5 }), logPage([2])])
    const found = await collectLog(api, { client: 'b' }, never, () => undefined)
    expect([found.entries.map(({ id }) => id), found.cut]).toStrictEqual([[2, 8, 9], false])
    expect(asked).toStrictEqual([
      { client: 'b', before: undefined, limit: 200 },
      { client: 'b', before: 8, limit: 200 },
      { client: 'b', before: 5, limit: 200 },
    ])
  })

  it.each([
    ['more pages', [logPage([9, 8], { next: 8 }), logPage([7, 6], { next: 6 })], true],
    ['more on its last page', [logPage([9, 8, 7, 6, 5])], true],
    ['no more', [logPage([9, 8, 7, 6])], false],
  ])('says that it was cut where there are %s', async (_, pages, cut) => {
    const found = await collectLog(apiWith(pages).api, {}, never, () => undefined, 4)
    expect([found.entries.map(({ id }) => id), found.cut]).toStrictEqual([[6, 7, 8, 9], cut])
    const name = exportName('csv', found, new Date('2026-01-02T03:04:05.678Z'))
    expect(name).toBe(`busbar-activity-2026-01-02T03-04-05${cut ? '-newest-4' : ''}.csv`)
  })

  it('is nothing once it was stopped', async () => {
    const abort = new AbortController()
    const found = collectLog(apiWith([logPage([1], { next: 1 })]).api, {}, abort.signal, () => abort.abort())
    await expect(found).rejects.toThrow()
  })
})
