import { describe, expect, it } from 'vitest'
import { createUpdate } from '../../../../../src/renderer/model/update/update-store.ts'
import { createFakeStorage } from '../../fakes/fake-storage.ts'

interface Given {
  pageVersion?: string | null
  storage?: ReturnType<typeof createFakeStorage>
  lasts?: boolean
}

function build({ pageVersion = '0.1.0', storage = createFakeStorage(), lasts = true }: Given = {}) {
  const page = { visible: true, losesSomething: false }
  let reloads = 0
  let changed: () => void = () => undefined
  const update = createUpdate({
    pageVersion,
    sight: {
      visible: () => page.visible,
      onChange(listener) {
        changed = listener
        return () => undefined
      },
    },
    losesSomething: () => page.losesSomething,
    reload: () => void (reloads += 1),
    storage: { ...storage, lasts: () => lasts },
  })
  return {
    page,
    update,
    hide: () => {
      page.visible = false
      changed()
    },
    seen: () => ({ ...update.state.getState(), reloads }),
  }
}

describe('a page on a server of another version', () => {
  it('says so, and reloads when nobody sees it', () => {
    const { update, hide, seen } = build()
    update.heard('0.1.0')
    expect(seen()).toEqual({ newer: null, reloads: 0 })
    update.heard('0.2.0')
    expect(seen()).toEqual({ newer: '0.2.0', reloads: 0 })
    hide()
    expect(seen()).toEqual({ newer: '0.2.0', reloads: 1 })
  })

  it('reloads at once where nobody sees it already', () => {
    const { update, hide, seen } = build()
    hide()
    update.heard('0.2.0')
    expect(seen()).toEqual({ newer: '0.2.0', reloads: 1 })
  })

  it('waits while something would be lost', () => {
    const { page, update, hide, seen } = build()
    page.losesSomething = true
    update.heard('0.2.0')
    hide()
    expect(seen()).toEqual({ newer: '0.2.0', reloads: 0 })
    page.losesSomething = false
    update.heard('0.2.0')
    expect(seen()).toEqual({ newer: '0.2.0', reloads: 1 })
  })

  it('reloads by itself once for each version, and not where it could not remember that', () => {
    const storage = createFakeStorage()
    const first = build({ storage })
    first.hide()
    first.update.heard('0.2.0')
    const again = build({ storage })
    again.hide()
    again.update.heard('0.2.0')
    expect(again.seen()).toEqual({ newer: '0.2.0', reloads: 0 })
    again.update.heard('0.3.0')
    expect(again.seen()).toEqual({ newer: '0.3.0', reloads: 1 })
    const forgetful = build({ lasts: false })
    forgetful.hide()
    forgetful.update.heard('0.2.0')
    expect(forgetful.seen()).toEqual({ newer: '0.2.0', reloads: 0 })
  })

  it('is not told apart where the page says no version', () => {
    const { update, hide, seen } = build({ pageVersion: null })
    hide()
    update.heard('0.2.0')
    expect(seen()).toEqual({ newer: null, reloads: 0 })
  })
})
