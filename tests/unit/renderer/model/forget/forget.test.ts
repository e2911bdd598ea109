import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createForget } from '../../../../../src/renderer/model/forget/forget.ts'
import type { ForgetOutcome } from '../../../../../src/shared/forget.ts'

const about = { userId: 'local', uuid: 'b-1' }

function forgetting(answer: (() => Promise<ForgetOutcome>) | null) {
  const told: unknown[] = []
  const api = answer === null ? null : ({ clients: { forget: answer } } as unknown as PanelApi)
  const forget = createForget({ api: () => api, toasts: { show: (toast) => void told.push(toast) } })
  return { forget, told }
}

describe('forgetting a client', () => {
  it('tells how much was deleted', async () => {
    const { forget, told } = forgetting(() =>
      Promise.resolve({ outcome: 'forgotten', entries: 1200, jobs: 1, pictures: 0 }),
    )
    expect(await forget(about)).toBeNull()
    expect(told).toStrictEqual([
      {
        kind: 'done',
        text: 'Deleted what was kept about b-1: 1,200 entries of the activity log, 1 job, 0 pictures.',
      },
    ])
  })

  it('answers why it was not done', async () => {
    const refused = forgetting(() => Promise.resolve({ outcome: 'refused', message: 'Try again later.' }))
    const broken = forgetting(() => Promise.reject(new Error('gone')))
    const away = forgetting(null)
    expect([await refused.forget(about), await broken.forget(about), await away.forget(about)]).toStrictEqual(
      [
        'Try again later.',
        'No answer came: it is not known whether it was deleted.',
        'There is no connection to the server.',
      ],
    )
    expect([...refused.told, ...broken.told, ...away.told]).toStrictEqual([])
  })
})
