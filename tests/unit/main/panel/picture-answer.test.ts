import { expect, it } from 'vitest'
import { readPictureAnswer } from '../../../../src/main/panel/picture-answer.ts'
import { pictureAnswer, pngPicture } from '../../../fixtures/picture.ts'

const png = pngPicture(64, 48)

it('reads the picture, its size from its own bytes', () => {
  expect(readPictureAnswer(pictureAnswer(png, { width: 9999, note: 'x'.repeat(400) }))).toStrictEqual({
    mimeType: 'image/png',
    width: 64,
    height: 48,
    data: png.toString('base64'),
    note: 'x'.repeat(300),
    source: 'viewport',
  })
})

it('says what it is of: a preview render, or what nobody said', () => {
  expect(readPictureAnswer(pictureAnswer(png, { source: 'preview_render' }))).toMatchObject({
    source: 'preview_render',
  })
  expect(readPictureAnswer(pictureAnswer(png, { source: 7, note: 7 }))).toMatchObject({
    source: 'unknown',
    note: '',
  })
})

it.each([
  ['no JSON', 'picture', 'Its answer holds no picture.'],
  ['nothing', '', 'Its answer holds no picture.'],
  ['no image', '{"width":1}', 'Its answer holds no picture.'],
  [
    'bytes of something else',
    pictureAnswer(png, { image: { data: 'PHN2Zz4=' } }),
    'What it sent is neither PNG nor JPEG.',
  ],
  ['a huge canvas', pictureAnswer(pngPicture(5000, 1)), 'Its picture is larger than 4096 pixels.'],
])('says what is wrong with %s', (_, result, problem) => {
  expect(readPictureAnswer(result)).toStrictEqual({ problem })
})
