import { describe, expect, it } from 'vitest'
import {
  isExternalLink,
  isPanelUrl,
  isSameDocument,
  ownPage,
  servedPage,
} from '../../../../src/main/desktop/addresses.ts'

describe('isPanelUrl', () => {
  it.each(['busbar://panel/', 'busbar://panel', 'busbar://panel/#clients'])('knows %s', (url) => {
    expect(isPanelUrl(url)).toBe(true)
  })

  it.each([
    'busbar://other/',
    'busbar://panel.example.com/',
    'busbar://panel:80/',
    'https://panel/',
    'file:///busbar://panel/',
    'null',
    '',
  ])('is not taken in by %j', (url) => {
    expect(isPanelUrl(url)).toBe(false)
  })
})

describe('isExternalLink', () => {
  it.each(['https://docs.blender.org/manual/en/latest/', 'https://modelcontextprotocol.io/docs?x=1#y'])(
    'lets %s open outside',
    (url) => {
      expect(isExternalLink(url)).toBe(true)
    },
  )

  it.each([
    'http://docs.blender.org/',
    'https://docs.blender.org.example.com/',
    'https://example.com/?https://docs.blender.org/',
    'https://docs.blender.org:8443/',
    'https://me@docs.blender.org/',
    'https://:secret@docs.blender.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'busbar://panel/',
    '',
  ])('keeps %j in', (url) => {
    expect(isExternalLink(url)).toBe(false)
  })
})

describe('the page of a window', () => {
  it('is the panel of this program, with its preload script', () => {
    const page = ownPage('preload.cjs')
    expect({ ...page, owns: null }).toStrictEqual({
      url: 'busbar://panel/',
      preload: 'preload.cjs',
      owns: null,
    })
    expect([page.owns('busbar://panel/'), page.owns('http://127.0.0.1:9877/')]).toStrictEqual([true, false])
  })

  it('or the one that another process serves, without one; its own is what has its origin', () => {
    const page = servedPage('http://127.0.0.1:9877/#key=secret')
    expect({ ...page, owns: null }).toStrictEqual({
      url: 'http://127.0.0.1:9877/#key=secret',
      preload: null,
      owns: null,
    })
    const own = ['http://127.0.0.1:9877', 'http://127.0.0.1:9877/x']
    const others = ['http://127.0.0.1:9878/', 'busbar://panel/', 'x']
    expect([...own, ...others].map((url) => page.owns(url))).toStrictEqual([true, true, false, false, false])
  })

  it('stays the same document at another place in it', () => {
    expect(isSameDocument('busbar://panel/#/jobs', 'busbar://panel/')).toBe(true)
    expect(isSameDocument('http://127.0.0.1:9877/', 'http://127.0.0.1:9877/#key=secret')).toBe(true)
    expect(isSameDocument('http://127.0.0.1:9877/x', 'http://127.0.0.1:9877/#key=secret')).toBe(false)
  })
})
