import { describe, expect, it } from 'vitest'
import { keyInFragment, leavePanelKey, takePanelKey } from '../../../../src/renderer/connection/panel-key.ts'

function tab(hash: string, remembered: string | null = null) {
  const replaced: unknown[] = []
  let stored = remembered
  return {
    replaced,
    stored: () => stored,
    ports: {
      location: { hash, pathname: '/', search: '?a=1' },
      history: { replaceState: (...given: unknown[]) => void replaced.push(given) },
      storage: {
        getItem: () => stored,
        setItem: (_name: string, value: string) => {
          stored = value
        },
        lasts: () => true,
      },
    },
  }
}

describe('the panel key', () => {
  it('is read off a fragment, alone or among others', () => {
    expect(
      [
        '#key=aB3-_x',
        '#/clients&key=abc',
        '#key=abc&x=1',
        '#/clients',
        '#key=',
        '#key=a b',
        '',
        '#monkey=1',
      ].map(keyInFragment),
    ).toEqual(['aB3-_x', 'abc', 'abc', null, null, null, null, null])
  })

  it('is taken out of the address and remembered for the tab', () => {
    const { ports, replaced, stored } = tab('#key=fresh', 'old')
    expect(takePanelKey(ports)).toBe('fresh')
    expect(replaced).toEqual([[null, '', '/?a=1']])
    expect(stored()).toBe('fresh')
  })

  it('is out of the address before it is remembered, which can fail', () => {
    const { ports, replaced } = tab('#key=fresh')
    const refuse = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    }
    expect(() =>
      takePanelKey({ ...ports, storage: { getItem: refuse, setItem: refuse, lasts: refuse } }),
    ).toThrow()
    expect(replaced).toEqual([[null, '', '/?a=1']])
  })

  it('is the remembered one after a reload, and the address stays as it is', () => {
    const { ports, replaced } = tab('#/connect', 'old')
    expect(takePanelKey(ports)).toBe('old')
    expect(replaced).toEqual([])
  })

  it('stays out of the address for a reload, unless the tab could not remember it', () => {
    const { ports, replaced } = tab('#/clients', 'kept')
    leavePanelKey(ports)
    expect(replaced).toEqual([])
    leavePanelKey({ ...ports, storage: { ...ports.storage, lasts: () => false } })
    expect(replaced).toEqual([[null, '', '/?a=1#key=kept']])
  })

  it('is null in a tab that was never given one', () => {
    expect(takePanelKey(tab('').ports)).toBe(null)
  })
})
