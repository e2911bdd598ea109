import { expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import { createTroubles, troubleText } from '../../../../../src/renderer/model/troubles/troubles-store.ts'
import type { PanelTrouble } from '../../../../../src/shared/troubles.ts'

const trouble: PanelTrouble = {
  userId: 'local',
  program: 'llm-codex-000000-',
  name: 'Codex',
  kind: 'repeats',
  tool: 'blender_undo',
  count: 8,
  lastAt: 1_700_000_000,
}
const ref = { userId: 'local', program: 'llm-codex-000000-' }

function build(troublesApi: object | null) {
  const toasts = createToasts()
  const api = troublesApi === null ? null : ({ troubles: troublesApi } as unknown as PanelApi)
  const troubles = createTroubles({ api: () => api, toasts })
  return { troubles, texts: () => toasts.state.getState().toasts.map(({ text }) => text) }
}

it('says what a program does', () => {
  expect([
    troubleText(trouble),
    troubleText({ ...trouble, kind: 'floods', tool: '', count: 1 }),
    troubleText({ ...trouble, kind: 'floods', tool: '', count: 12 }),
  ]).toStrictEqual([
    'Codex has sent the same call of blender_undo 8 times, and it failed each time.',
    'Codex sends more than it may: 1 request refused.',
    'Codex sends more than it may: 12 requests refused.',
  ])
})

it('pauses and dismisses the program that is named', async () => {
  const asked: unknown[] = []
  const { troubles, texts } = build({
    pause(input: unknown) {
      asked.push(['pause', input])
      return Promise.resolve({ paused: true })
    },
    dismiss(input: unknown) {
      asked.push(['dismiss', input])
      return Promise.resolve({ dismissed: true })
    },
  })
  troubles.replace([trouble])
  expect(troubles.state.getState().troubles).toStrictEqual([trouble])
  await troubles.pause(trouble)
  await troubles.dismiss(trouble)
  expect(asked).toStrictEqual([
    ['pause', ref],
    ['dismiss', ref],
  ])
  expect(texts()).toStrictEqual([])
})

it('says so where it was not paused, where no answer came, and where there is no connection', async () => {
  const late = build({ pause: () => Promise.resolve({ paused: false }) })
  await late.troubles.pause(trouble)
  expect(late.texts()).toStrictEqual([
    'Codex was not paused: it is out of trouble, or too many programs are paused.',
  ])
  const fails = () => Promise.reject(new Error('closed'))
  const silent = build({ pause: fails, dismiss: fails })
  await silent.troubles.pause(trouble)
  await silent.troubles.dismiss(trouble)
  expect(silent.texts()).toStrictEqual([
    'No answer came: it is not known whether Codex is paused.',
    'No answer came: it is not known whether it is dismissed.',
  ])
  const lost = build(null)
  await lost.troubles.pause(trouble)
  await lost.troubles.dismiss(trouble)
  expect(lost.texts()).toStrictEqual([
    'There is no connection to the server.',
    'There is no connection to the server.',
  ])
})
