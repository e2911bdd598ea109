/**
 * Packs the Blender add-on: `npm run addon:build` writes `dist/busbar-addon-<version>.zip`.
 *
 * One top folder, `busbar`, serves both as a legacy add-on (Blender 3.4 and later) and as an extension (4.2 and later).
 * The same sources give the same bytes, whatever the machine, the day or the time zone.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync, type Zippable } from 'fflate'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The add-on names its version three times, as each reader wants it; `found` maps the file to what it says. */
export class VersionMismatchError extends Error {
  override readonly name = 'VersionMismatchError'
  constructor(expected: string, found: Record<string, string | undefined>) {
    super(`The add-on's version must be ${expected} everywhere, but is ${JSON.stringify(found)}.`)
  }
}

/**
 * The add-on as a zip.
 *
 * @param addonDir the folder with `__init__.py`
 * @param licence text put into the zip as `busbar/LICENSE`
 * @param version the version that all three places must name
 * @throws VersionMismatchError
 */
export async function packAddon(addonDir: string, licence: string, version: string): Promise<Uint8Array> {
  const sources = (await readdir(addonDir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(py|toml)$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(addonDir.length + 1)
        .replaceAll('\\', '/'),
    )
  const files = new Map<string, string>([['LICENSE', licence]])
  for (const path of sources) files.set(path, await readFile(join(addonDir, path), 'utf8'))
  checkVersions(files, version)

  const zippable: Zippable = {}
  for (const path of [...files.keys()].sort()) {
    zippable[`busbar/${path}`] = [
      new TextEncoder().encode(files.get(path)?.replaceAll('\r\n', '\n')),
      // The earliest date a zip can hold, taken as local time: no clock and no time zone leaks into the bytes.
      { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 },
    ]
  }
  return zipSync(zippable)
}

function checkVersions(files: ReadonlyMap<string, string>, version: string): void {
  const tuple = /"version": \((\d+), (\d+), (\d+)\)/.exec(files.get('__init__.py') ?? '')
  const found = {
    '__init__.py': tuple?.slice(1).join('.'),
    'version.py': /^ADDON_VERSION = "([^"]+)"$/m.exec(files.get('version.py') ?? '')?.[1],
    'blender_manifest.toml': /^version = "([^"]+)"$/m.exec(files.get('blender_manifest.toml') ?? '')?.[1],
  }
  if (Object.values(found).some((value) => value !== version)) throw new VersionMismatchError(version, found)
}

async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const licence = await readFile(join(root, 'LICENSE'), 'utf8')
  const zip = await packAddon(join(root, 'addon', 'busbar'), licence, version)
  const target = join(root, 'dist', `busbar-addon-${version}.zip`)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, zip)
  process.stdout.write(`dist/busbar-addon-${version}.zip  ${zip.length} bytes\n`)
}

if (import.meta.main) await main()
