import { describe, expect, it } from 'vitest'
import { createSafeStorage } from '../../../../src/renderer/settings/safe-storage.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'

describe('a storage', () => {
  it('that can be used holds what is written', () => {
    const storage = createFakeStorage({ a: 'before' })
    const safe = createSafeStorage(() => storage)
    expect(safe.getItem('a')).toBe('before')
    safe.setItem('a', 'after')
    expect(storage.held).toEqual({ a: 'after' })
    expect([safe.getItem('a'), safe.getItem('b')]).toEqual(['after', null])
  })

  it('tells what another tab wrote, which is newer than what had no room here', () => {
    const storage = createFakeStorage()
    let tell: (news: { key: string | null }) => void = () => undefined
    let full = true
    const safe = createSafeStorage(
      () => ({
        getItem: storage.getItem,
        setItem() {
          if (full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
        },
      }),
      (listener) => (tell = listener),
    )
    const heard: (string | null)[] = []
    safe.follow('a', () => heard.push(safe.getItem('a')))
    safe.setItem('a', 'here')
    full = false
    storage.setItem('a', 'there')
    tell({ key: 'b' })
    expect(heard).toEqual([])
    tell({ key: 'a' })
    delete storage.held['a']
    tell({ key: null })
    expect(heard).toEqual(['there', null])
  })

  it('that is forbidden leaves it in memory', () => {
    const safe = createSafeStorage(() => {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    })
    expect(safe.getItem('a')).toBeNull()
    safe.setItem('a', 'kept')
    expect([safe.getItem('a'), safe.lasts('a')]).toEqual(['kept', false])
  })

  it('that is full leaves in memory what it does not take, until it takes it', () => {
    const storage = createFakeStorage({ a: 'old' })
    let full = true
    const safe = createSafeStorage(() => ({
      getItem: storage.getItem,
      setItem(name, value) {
        if (full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
        storage.setItem(name, value)
      },
    }))
    safe.setItem('a', 'new')
    expect([safe.getItem('a'), storage.held]).toEqual(['new', { a: 'old' }])
    full = false
    safe.setItem('a', 'newer')
    expect([safe.getItem('a'), safe.lasts('a'), storage.held]).toEqual(['newer', true, { a: 'newer' }])
  })
})
