import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAddonSource } from '../../../../src/main/config/addon-package.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busbar-addon-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('finds the zip of its version in the first folder that has it', async () => {
  const [first, second] = [join(folder, 'one'), join(folder, 'two')]
  await mkdir(second)
  await writeFile(join(second, 'busbar-addon-1.2.3.zip'), 'PK')
  await writeFile(join(second, 'busbar-addon-1.2.2.zip'), 'old')
  expect(await createAddonSource([first, second], '1.2.3').read()).toStrictEqual({
    fileName: 'busbar-addon-1.2.3.zip',
    bytes: 'UEs=',
  })
})

it('says so when there is none', async () => {
  expect(await createAddonSource([folder], '1.2.3').read()).toBeNull()
})

it('does not take a folder of that name for a zip', async () => {
  await mkdir(join(folder, 'busbar-addon-1.2.3.zip'))
  await expect(createAddonSource([folder], '1.2.3').read()).rejects.toThrow('EISDIR')
})
