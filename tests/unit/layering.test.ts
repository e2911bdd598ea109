import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { floors, foreignPackages } from '../../layers.ts'

const root = join(import.meta.dirname, '../../src')

interface Import {
  file: string
  specifier: string
}

const imports: Import[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))
    return importedFiles.map(({ fileName }) => ({ file: file.replaceAll('\\', '/'), specifier: fileName }))
  })

const floorOf = (path: string) =>
  floors.find((floor) => path === floor.path || path.startsWith(`${floor.path}/`))

/** A relative import as a path below `src`, null for a package or a file outside of it. */
function target({ file, specifier }: Import): string | null {
  if (!specifier.startsWith('.')) return null
  const path = relative(root, join(root, dirname(file), specifier)).replaceAll('\\', '/')
  return path.startsWith('..') ? null : path
}

const matches = (specifier: string, pattern: string): boolean =>
  pattern.endsWith('*')
    ? specifier.startsWith(pattern.slice(0, -1))
    : specifier === pattern || specifier.startsWith(`${pattern}/`)

describe('the floors', () => {
  // Pinned here again, so that the table cannot be loosened without this test saying so.
  it('stand as the architecture has them', () => {
    expect(Object.fromEntries(floors.map((floor) => [floor.path, floor.imports.join(' ')]))).toStrictEqual({
      shared: '',
      'main/version.ts': '',
      'main/bus': 'shared',
      'main/access': 'shared main/bus',
      'main/mcp': 'shared main/bus main/access',
      'main/journal': 'shared main/bus main/access',
      'main/panel': 'shared main/bus main/access main/journal main/mcp',
      'main/connect': 'shared main/bus main/access main/mcp main/panel',
      'main/http': 'shared main/access main/version.ts',
      'main/app': 'shared main/bus main/access main/journal main/mcp main/panel main/connect',
      'main/app.ts':
        'shared main/version.ts main/app main/bus main/access main/journal main/mcp main/panel main/connect main/http',
      'main/headless': 'shared main/access main/panel main/connect main/http main/app.ts',
      'main/desktop': 'shared main/access main/panel main/connect main/app.ts',
      'main/cli': 'shared main/access main/connect main/app.ts main/headless main/version.ts',
      preload: 'shared',
      renderer: 'shared',
    })
  })

  it('hold every module of src', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(
      [...new Set(imports.map(({ file }) => file))].filter((file) => floorOf(file) === undefined),
    ).toStrictEqual([])
  })

  it('import only from below', () => {
    const upward = imports.filter((found) => {
      const path = target(found)
      const from = floorOf(found.file)
      const to = path === null ? undefined : floorOf(path)
      return from !== undefined && to !== undefined && from !== to && !from.imports.includes(to.path)
    })
    expect(upward).toStrictEqual([])
  })

  it('keep foreign packages out', () => {
    const foreign = imports.filter(({ file, specifier }) =>
      foreignPackages.some(
        ({ path, banned }) =>
          file.startsWith(`${path}/`) && banned.some((pattern) => matches(specifier, pattern)),
      ),
    )
    expect(foreign).toStrictEqual([])
  })

  it('keep clock and chance out of the bus', () => {
    const files = readdirSync(join(root, 'main/bus')).map((file) =>
      readFileSync(join(root, 'main/bus', file), 'utf8'),
    )
    const forbidden =
      /\b(?:Date\.now|new Date|Math\.random|randomUUID|performance\.now|setTimeout|setInterval)\b/
    expect(files.length).toBeGreaterThan(5)
    expect(files.filter((text) => forbidden.test(text))).toStrictEqual([])
  })
})
