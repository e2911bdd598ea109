import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface PackerConfig {
  getConfig(projectDir: string, file: string | null, options: null): Promise<Record<string, unknown>>
  validateConfiguration(config: object, debugLogger: { add(): void; isEnabled: boolean }): Promise<void>
}

// The packer's own loader and schema; it is reached through electron-builder, whose dependency it is.
const fromPacker = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const packer = fromPacker('app-builder-lib/out/util/config/config.js') as PackerConfig
const debugLogger = { add: () => undefined, isEnabled: false }

describe('electron-builder.yml', () => {
  it('is what the packer takes', async () => {
    const config = await packer.getConfig(root, null, null)
    expect(config).toMatchObject({ appId: 'io.github.busbar.desktop', asar: true })
    await expect(packer.validateConfiguration(config, debugLogger)).resolves.toBeUndefined()
  })

  it('is held against a schema that refuses what it does not know', async () => {
    const config = await packer.getConfig(root, null, null)
    await expect(
      packer.validateConfiguration({ ...config, electronFuses: { noSuchFuse: true } }, debugLogger),
    ).rejects.toThrow(/configuration\.electronFuses/)
  })
})
