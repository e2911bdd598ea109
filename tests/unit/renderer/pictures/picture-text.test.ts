import { expect, it } from 'vitest'
import { pictureFileName } from '../../../../src/renderer/features/pictures/picture-text.ts'
import { panelClient } from '../fakes/panel-clients.ts'

const picture = {
  id: 'p',
  takenAt: new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000,
  mimeType: 'image/png',
  width: 4,
  height: 3,
  source: 'viewport',
  note: '',
  url: 'blob:p',
  bytes: 1,
} as const
const named = (record: object) => pictureFileName(panelClient('blender-7f3a91c2-55e0', { record }), picture)

it('is called after the file, the Blender and the time', () => {
  expect(named({ blend_file: '/projects/shot_040.blend' })).toBe(
    'shot_040 blender-7f3a 2026-01-02 03.04.05.png',
  )
  expect(named({ blend_file: '', label: 'Atelier 1' })).toBe('Atelier 1 blender-7f3a 2026-01-02 03.04.05.png')
  expect(pictureFileName(panelClient('b'), { ...picture, mimeType: 'image/jpeg' })).toBe(
    'b b 2026-01-02 03.04.05.jpg',
  )
})

it('holds nothing that a file system or a shell would take for something else', () => {
  expect(named({ label: '../../etc/"passwd"\n\u202e<b>', blend_file: '' })).toBe(
    'etc passwd b blender-7f3a 2026-01-02 03.04.05.png',
  )
  expect(named({ label: '🦊'.repeat(200) })).toBe('blender-7f3a 2026-01-02 03.04.05.png')
  expect(named({ label: 'ö'.repeat(200) })).toBe(`${'ö'.repeat(60)} blender-7f3a 2026-01-02 03.04.05.png`)
})
