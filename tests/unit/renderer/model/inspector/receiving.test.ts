import { expect, it } from 'vitest'
import { receiving } from '../../../../../src/renderer/model/inspector/receiving.ts'
import type { ClientDetail, SessionFacts } from '../../../../../src/shared/client-detail.ts'

const mailbox = { count: 0, bytes: 0, maxCount: 10, maxBytes: 1, dropped: 0, filtered: 0 }
const session = { streamsOpen: 1, streamWritable: true, bufferedBytes: 0, threshold: null } as SessionFacts
const said = (change: Partial<SessionFacts> | null, count = 0): [kind: string, text: string] => {
  const detail: Pick<ClientDetail, 'session' | 'mailbox'> = {
    session: change === null ? null : { ...session, ...change },
    mailbox: { ...mailbox, count },
  }
  const { kind, text } = receiving(detail)
  return [kind, text]
}

it('says in one sentence whether a client gets what is sent to it, and why', () => {
  expect(said({})).toEqual(['receives', 'Receives: its stream is open and takes everything.'])
  expect(said({ threshold: 'debug' })[0]).toBe('receives')
  expect(said({ threshold: 'warning' })).toEqual([
    'filters',
    'Filters: its stream is open, and it takes only warning and above.',
  ])
  expect(said({ threshold: 'emergency' })).toEqual([
    'filters',
    'Filters: its stream is open, and it takes only emergency.',
  ])
  expect(said({ streamsOpen: 0, streamWritable: false, threshold: 'error' }, 3)).toEqual([
    'waits',
    'Does not receive: no open stream; 3 messages wait in its mailbox until it opens one or fetches them.',
  ])
  expect(said({ streamWritable: false, bufferedBytes: 2048 }, 1)).toEqual([
    'waits',
    'Is behind: its stream is open, but 2.0 KiB of it are not read; 1 message waits in its mailbox.',
  ])
  expect(said(null)).toEqual([
    'waits',
    'Does not receive: it has no session; what is sent to it waits in its mailbox until it connects again.',
  ])
})
