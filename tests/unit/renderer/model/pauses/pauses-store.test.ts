import { expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createPauses } from '../../../../../src/renderer/model/pauses/pauses-store.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'

const client = { userId: 'local', uuid: 'llm-1' }

function build(pause: (() => Promise<{ paused: boolean }>) | null) {
  const toasts = createToasts()
  const asked: unknown[] = []
  const api =
    pause === null
      ? null
      : ({
          pauses: {
            pause(input: unknown) {
              asked.push(input)
              return pause()
            },
          },
        } as unknown as PanelApi)
  const pauses = createPauses({ api: () => api, toasts })
  return { pauses, asked, texts: () => toasts.state.getState().toasts.map(({ text }) => text) }
}

it('pauses the program of a client, and tells by a toast only where it did not', async () => {
  const done = build(() => Promise.resolve({ paused: true }))
  await done.pauses.pause(client, 'Codex')
  expect([done.asked, done.texts()]).toStrictEqual([[client], []])
  const not = build(() => Promise.resolve({ paused: false }))
  await not.pauses.pause(client, 'Codex')
  expect(not.texts()).toStrictEqual([
    'Codex was not paused: it has no session now, or too many programs are paused.',
  ])
  const silent = build(() => Promise.reject(new Error('closed')))
  await silent.pauses.pause(client, 'Codex')
  expect(silent.texts()).toStrictEqual(['No answer came: it is not known whether Codex is paused.'])
  const lost = build(null)
  await lost.pauses.pause(client, 'Codex')
  expect(lost.texts()).toStrictEqual(['There is no connection to the server.'])
})
