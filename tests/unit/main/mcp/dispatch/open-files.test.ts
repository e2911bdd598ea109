import { describe, expect, it } from 'vitest'
import { openElsewhere } from '../../../../../src/main/mcp/dispatch/open-files.ts'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession } from '../fake-session.ts'

const { bus, time } = busFixture()
const presence = createPresence(() => time.nowMs)
const add = (
  uuid: string,
  metadata: object,
  session: ReturnType<typeof fakeSession> | null = fakeSession(),
) => bus.register(registration(uuid, { is_persistent: true, metadata }), session).client

const target = add('target', { hostname: 'atelier', blend_file: '/shots/010.blend' })
add('same', { label: 'Two', hostname: 'atelier', blend_file: '/other/010.blend' })
add('windows', { hostname: 'atelier', blend_file: 'D:\\shots\\010.BLEND' })
add('unsaved', { hostname: 'atelier', blend_file: '' })
add('another-file', { hostname: 'atelier', blend_file: '/shots/020.blend' })
add('another-host', { hostname: 'farm', blend_file: '/shots/010.blend' })
const nameless = add('nameless', { blend_file: '/shots/010.blend' })

describe('the files that a save could mean', () => {
  const shot010 = [
    { label: 'Two', path: '/other/010.blend' },
    { label: 'windows', path: 'D:\\shots\\010.BLEND' },
  ]
  const shot020 = [{ label: 'another-file', path: '/shots/020.blend' }]
  it.each([
    ["the target's own", {}, shot010],
    ['one by its path', { path: '//020.blend' }, shot020],
    ['one by its path without an ending', { path: '~/020' }, shot020],
    ['one that nobody has open', { path: '/shots/030.blend' }, []],
  ])('are those of other Blenders there with the name of %s', (_, params, files) => {
    expect(openElsewhere(bus, presence, target, params)).toStrictEqual(files)
  })

  it('are none where the target has no file or no computer', () => {
    const unsaved = add('also-unsaved', { hostname: 'atelier' })
    expect(openElsewhere(bus, presence, unsaved, {})).toStrictEqual([])
    expect(openElsewhere(bus, presence, nameless, {})).toStrictEqual([])
  })

  it('are at most fifty', () => {
    for (let n = 0; n < 60; n += 1)
      add(`many-${String(n)}`, { hostname: 'atelier', blend_file: '/x/many.blend' })
    expect(openElsewhere(bus, presence, target, { path: '/x/many.blend' })).toHaveLength(50)
  })
})
