import { describe, expect, it } from 'vitest'
import { isExternalLink, isPanelUrl } from '../../../../src/main/desktop/addresses.ts'

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
