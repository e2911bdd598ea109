import { describe, expect, it } from 'vitest'
import {
  noPictureText,
  pausedWhile,
  pictureFileName,
} from '../../../../../src/renderer/model/pictures/picture-text.ts'
import { noPictureView, type PictureView } from '../../../../../src/renderer/model/pictures/pictures-store.ts'
import type { JobBrief } from '../../../../../src/shared/clients.ts'
import { panelClient } from '../../fakes/panel-clients.ts'

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

describe('where there is no picture', () => {
  const job: JobBrief = {
    jobId: 'j',
    title: 'render_image',
    state: 'running',
    progress: null,
    progressMessage: '',
    createdAt: 0,
    fromUuid: 'l',
    targetUuids: ['b'],
  }
  const windowless = { record: { capabilities: ['headless'] } }
  const says = (
    client: Parameters<typeof panelClient>[1],
    view: Partial<PictureView> = {},
    look: Partial<Parameters<typeof noPictureText>[2]> = {},
  ) => {
    const { text, waits } = noPictureText(
      panelClient('b', client),
      { ...noPictureView, ...view },
      { live: true, expected: true, ...look },
    )
    return waits ? `${text} (waits)` : text
  }
  const failed = { problem: { reason: 'failed', message: 'RuntimeError: no context' }, looked: true } as const
  const tooOld = {
    problem: {
      reason: 'failed',
      message: "This Blender does not know the command 'get_viewport_screenshot'.",
    },
    looked: true,
  } as const

  it.each([
    ['is to be asked', {}, {}, 'Waiting for a picture… (waits)'],
    ['is behind others', {}, { looked: true }, 'Waiting for a picture… (waits)'],
    ['is asked', {}, { taking: true, looked: true }, 'Taking a picture… (waits)'],
    ['answered with an error', {}, failed, 'RuntimeError: no context'],
    [
      'has an add-on without pictures',
      {},
      tooOld,
      "This Blender does not know the command 'get_viewport_screenshot'.",
    ],
    ['works', { job }, {}, 'No picture is taken while it runs a job.'],
    ['works since it failed', { job }, failed, 'No picture is taken while it runs a job.'],
    ['fell silent', { state: 'stale' }, {}, 'No picture is taken while it gives no sign.'],
    ['went', { state: 'away' }, failed, 'Not connected.'],
    [
      'waits for the work of another',
      { state: 'busy', workingOn: job },
      {},
      'Waiting for a picture… (waits)',
    ],
  ] as const)('of a Blender that %s, that is said', (_, client, view, text) => {
    expect(says(client, view)).toBe(text)
  })

  it.each([
    ['is there', {}, {}, 'No window.'],
    ['was looked up', {}, { looked: true }, 'No window.'],
    ['works', { job }, {}, 'No window.'],
    ['renders', {}, { taking: true }, 'Rendering a preview… (waits)'],
    ['could not', {}, failed, 'RuntimeError: no context'],
    ['went', { state: 'away' }, {}, 'Not connected.'],
  ] as const)(
    'of a Blender without a window that %s, nothing is said to be on its way',
    (_, client, view, text) => {
      expect(says({ ...windowless, ...client }, view, { expected: false })).toBe(text)
    },
  )

  it('the inspector says no more than its button', () => {
    expect(says(windowless, {}, { expected: false })).toBe('No window.')
  })

  it('nothing is promised without a connection, or where nobody looks', () => {
    expect(says({}, { taking: true }, { live: false })).toBe('Not known without a connection.')
    expect(says({}, {}, { expected: false })).toBe('No picture yet.')
  })
})

it('a picture is waited for again as soon as nothing is in its way', () => {
  expect([
    pausedWhile(panelClient('b')),
    pausedWhile(panelClient('b', { state: 'stale' })),
    pausedWhile(panelClient('b', { state: 'away' })),
  ]).toEqual([null, 'while it gives no sign', 'while it is not connected'])
})
