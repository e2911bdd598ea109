import { expect, it } from 'vitest'
import { imageHeader } from '../../../../src/main/panel/image-header.ts'
import { pngPicture } from '../../../fixtures/picture.ts'

const jpeg = (...segments: number[][]) => Buffer.from([0xff, 0xd8, ...segments.flat()])
const app0 = [0xff, 0xe0, 0x00, 0x04, 0x4a, 0x46]
const tables = [0xff, 0xc4, 0x00, 0x04, 0x00, 0x00]
const frame = (marker: number) => [0xff, marker, 0x00, 0x0b, 8, 0x01, 0x02, 0x03, 0x04, 1, 1, 0x11, 0]

it('reads the size of a PNG', () => {
  expect(imageHeader(pngPicture(320, 200))).toStrictEqual({ mimeType: 'image/png', width: 320, height: 200 })
})

it('reads the size of a JPEG behind other segments and fill bytes', () => {
  const size = { mimeType: 'image/jpeg', width: 0x0304, height: 0x0102 }
  expect(imageHeader(jpeg(app0, tables, frame(0xc0)))).toStrictEqual(size)
  expect(imageHeader(jpeg(app0, [0xff], frame(0xc2)))).toStrictEqual(size)
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('<svg onload="alert(1)">'.repeat(10))],
  ['a GIF', Buffer.from(`GIF89a${'\0'.repeat(64)}`, 'latin1')],
  ['a cut PNG', pngPicture(8, 8).subarray(0, 20)],
  ['a PNG of no width', pngPicture(0, 8)],
  ['a cut JPEG', jpeg(app0)],
  ['a JPEG without a frame', jpeg(app0, tables, [0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['a JPEG whose segment leads out of it', jpeg([0xff, 0xe0, 0xff, 0xff, 0, 0, 0, 0, 0])],
])('takes %s for no picture', (_, bytes) => {
  expect(imageHeader(bytes)).toBeNull()
})

it('does not run for ever on a segment of no length', () => {
  expect(
    imageHeader(
      jpeg(
        Array<number>(64)
          .fill(0)
          .map((_, index) => [0xff, 0xe0, 0, 0][index % 4] ?? 0),
      ),
    ),
  ).toBeNull()
})
