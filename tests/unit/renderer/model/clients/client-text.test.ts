import { expect, it } from 'vitest'
import {
  clientFile,
  clientName,
  fileName,
  shortUuid,
} from '../../../../../src/renderer/model/clients/client-text.ts'
import { panelClient } from '../../fakes/panel-clients.ts'

it('names a client by its label, else by its uuid', () => {
  expect(
    ['Atelier 1', '', '  ', undefined].map((label) =>
      clientName(panelClient('u-1', { record: label === undefined ? {} : { label } })),
    ),
  ).toEqual(['Atelier 1', 'u-1', 'u-1', 'u-1'])
})

it('takes the name of a file off a path of any system', () => {
  expect(
    [
      '/projects/shot_040.blend',
      'C:\\projects\\shot 041.blend',
      '\\\\nas\\share\\a.blend',
      'a.blend',
      '/',
    ].map(fileName),
  ).toEqual(['shot_040.blend', 'shot 041.blend', 'a.blend', 'a.blend', '/'])
})

it('calls a Blender without a file unsaved, and knows no file of other clients', () => {
  expect([
    clientFile(panelClient('b', { record: { blend_file: '' } })),
    clientFile(panelClient('b')),
    clientFile(panelClient('l', { record: { client_type: 'llm' } })),
  ]).toEqual(['unsaved', 'unsaved', null])
})

it('shortens a uuid to what tells it apart', () => {
  expect(
    ['llm-61ac', 'blender-7f3a91c2-55e0', 'f47ac10b-58cc-4372-a567-0e02b2c3d479', 'x'.repeat(200)].map(
      shortUuid,
    ),
  ).toEqual(['llm-61ac', 'blender-7f3a', 'f47ac10b', 'x'.repeat(14)])
})
