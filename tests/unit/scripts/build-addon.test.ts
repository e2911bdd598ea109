import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packAddon, VersionMismatchError } from '../../../scripts/build-addon.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busbar-addon-'))
  await writeFile(join(folder, '__init__.py'), 'bl_info = {\r\n    "version": (1, 2, 3),\r\n}\r\n')
  await writeFile(join(folder, 'version.py'), 'ADDON_VERSION = "1.2.3"\n')
  await writeFile(join(folder, 'blender_manifest.toml'), 'schema_version = "1.0.0"\nversion = "1.2.3"\n')
  await mkdir(join(folder, '__pycache__'))
  await writeFile(join(folder, '__pycache__', 'version.cpython-311.pyc'), 'not for the zip')
})

afterEach(() => rm(folder, { recursive: true }))

test('one top folder, sources only, line ends unified, the same bytes each time', async () => {
  const zip = await packAddon(folder, 'A licence\n', '1.2.3')
  const files = Object.fromEntries(
    Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, strFromU8(bytes)]),
  )
  expect(files).toEqual({
    'busbar/LICENSE': 'A licence\n',
    'busbar/__init__.py': 'bl_info = {\n    "version": (1, 2, 3),\n}\n',
    'busbar/blender_manifest.toml': 'schema_version = "1.0.0"\nversion = "1.2.3"\n',
    'busbar/version.py': 'ADDON_VERSION = "1.2.3"\n',
  })
  expect(await packAddon(folder, 'A licence\n', '1.2.3')).toEqual(zip)
})

test('a version that is not the same everywhere is refused, with what each place says', async () => {
  await writeFile(join(folder, 'version.py'), 'ADDON_VERSION = "1.2.4"\n')
  const packing = packAddon(folder, '', '1.2.3')
  await expect(packing).rejects.toThrow(VersionMismatchError)
  await expect(packing).rejects.toThrow(
    'The add-on\'s version must be 1.2.3 everywhere, but is {"__init__.py":"1.2.3","version.py":"1.2.4",' +
      '"blender_manifest.toml":"1.2.3"}.',
  )
})
