import { expect, it } from 'vitest'
import type { PanelClient } from '../../../../../src/shared/clients.ts'
import { hasOlderAddon } from '../../../../../src/renderer/model/clients/addon-update.ts'

const client = (addon_version: string | undefined, client_type = 'blender') =>
  ({ record: { client_type, ...(addon_version !== undefined && { addon_version }) } }) as PanelClient

it.each([
  ['0.1.0', '0.2.0', true],
  ['0.9.9', '0.10.0', true],
  ['0.2.0', '1.0.0', true],
  ['1.2.3', '1.2.4-beta.1', true],
  ['0.2.0', '0.2.0', false],
  ['0.10.0', '0.9.9', false],
  ['1.0.0', '0.9.9', false],
  ['0.2.0+git', '0.2.0', false],
  ['', '0.2.0', false],
  ['newest', '0.2.0', false],
  ['0.1', '0.2.0', false],
  [undefined, '0.2.0', false],
  ['0.1.0', null, false],
  ['0.1.0', '', false],
])('an add-on %s beside a server %s is older: %s', (addon, server, older) => {
  expect(hasOlderAddon(client(addon), server)).toBe(older)
})

it('what is no Blender has no add-on to update', () => {
  expect(hasOlderAddon(client('0.1.0', 'worker'), '0.2.0')).toBe(false)
})
