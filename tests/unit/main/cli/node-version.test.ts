import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { nodeRefusal } from '../../../../src/main/cli/node-version.ts'

describe('the Node that the command line runs on', () => {
  it.each(['22.13.0', '22.14.1', '23.0.0', '24.21.0', '100.0.0'])('may be %s', (node) => {
    expect(nodeRefusal({ node })).toBeNull()
  })

  it.each(['18.20.8', '20.20.2', '21.99.0', '22.0.0', '22.9.0', '22.12.99'])('may not be %s', (node) => {
    expect(nodeRefusal({ node })).toBe(
      `Busbar needs Node.js 22.13 or newer, and this is ${node}. ` +
        'Install a newer one from https://nodejs.org, or start Busbar with "npm run serve", which brings its own.',
    )
  })

  it('may be any under Electron, which brings its own', () => {
    expect(nodeRefusal({ node: '20.20.2', electron: '45.4.1' })).toBeNull()
  })

  it('is the one that package.json asks for', async () => {
    const text = await readFile(new URL('../../../../package.json', import.meta.url), 'utf8')
    expect((JSON.parse(text) as { engines: unknown }).engines).toStrictEqual({ node: '>=22.13' })
  })
})
