import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { foreignPackages, layers } from '../../layers.ts'

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

const layerOf = (path: string) =>
  layers.find((layer) => path === layer.path || path.startsWith(`${layer.path}/`))

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

/** Every relative import between files of `src`, type-only ones included. */
const edges = imports.flatMap((found) => {
  const to = target(found)
  return to === null ? [] : [{ from: found.file, to }]
})

/** The ways round, as `a -> b -> a`, of a graph; empty where it has none. */
function cycles(graph: readonly { from: string; to: string }[]): string[] {
  const next = Map.groupBy(graph, ({ from }) => from)
  const done = new Set<string>()
  const found: string[] = []
  const visit = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node)
    if (start >= 0) found.push([...path.slice(start), node].join(' -> '))
    if (start >= 0 || done.has(node)) return
    for (const { to } of next.get(node) ?? []) visit(to, [...path, node])
    done.add(node)
  }
  for (const node of next.keys()) visit(node, [])
  return found
}

describe('the layers', () => {
  // Pinned here again, so that the table cannot be loosened without this test saying so.
  it('are those of the architecture', () => {
    expect(Object.fromEntries(layers.map((layer) => [layer.path, layer.imports.join(' ')]))).toStrictEqual({
      shared: '',
      'main/version.ts': '',
      'main/base': 'shared',
      'main/bus': 'shared main/base',
      'main/access': 'shared main/base',
      'main/activity': 'shared main/base main/bus main/access',
      'main/http': 'shared main/version.ts main/base main/access',
      'main/mcp/http': 'shared main/base main/access',
      'main/mcp/calls': 'shared main/base main/bus main/mcp/http',
      'main/mcp/sessions': 'shared main/base main/bus main/mcp/http main/mcp/calls',
      'main/mcp/approvals': 'shared main/base main/bus main/access main/mcp/calls main/mcp/sessions',
      'main/mcp/dispatch':
        'shared main/base main/bus main/access main/mcp/http main/mcp/calls main/mcp/sessions main/mcp/approvals',
      'main/mcp/tools':
        'shared main/base main/bus main/access main/mcp/calls main/mcp/sessions main/mcp/approvals main/mcp/dispatch',
      'main/mcp/resources': 'shared main/base main/bus main/mcp/calls main/mcp/sessions main/mcp/tools',
      'main/mcp/prompts': 'shared main/mcp/calls',
      'main/mcp/server':
        'shared main/base main/bus main/access main/mcp/http main/mcp/calls main/mcp/sessions main/mcp/approvals main/mcp/dispatch main/mcp/tools main/mcp/resources main/mcp/prompts',
      'main/panel':
        'shared main/base main/bus main/access main/activity main/mcp/http main/mcp/sessions main/mcp/server',
      'main/config': 'shared main/base main/bus main/mcp/http',
      'main/app':
        'shared main/version.ts main/base main/bus main/access main/activity main/http main/mcp/http main/mcp/sessions main/mcp/approvals main/mcp/dispatch main/mcp/server main/panel main/config',
      'main/headless': 'shared main/base main/http main/panel main/config main/app',
      'main/desktop': 'shared main/base main/panel main/config main/app',
      'main/cli': 'shared main/version.ts main/base main/access main/http main/config main/headless',
      preload: 'shared',
      'renderer/lib': '',
      'renderer/theme': '',
      'renderer/settings': '',
      'renderer/connection': 'shared',
      'renderer/ui': 'shared renderer/lib',
      'renderer/model': 'shared renderer/lib renderer/settings renderer/connection',
      'renderer/panel':
        'shared renderer/theme renderer/settings renderer/connection renderer/ui renderer/model',
      'renderer/widgets':
        'shared renderer/lib renderer/settings renderer/connection renderer/ui renderer/model renderer/panel',
      'renderer/features':
        'shared renderer/lib renderer/theme renderer/settings renderer/ui renderer/model renderer/panel renderer/widgets',
      'renderer/views':
        'shared renderer/lib renderer/ui renderer/model renderer/panel renderer/widgets renderer/features',
      'renderer/app':
        'shared renderer/lib renderer/theme renderer/settings renderer/connection renderer/ui renderer/model renderer/panel renderer/widgets renderer/features renderer/views',
    })
  })

  it('hold every module of src', () => {
    expect(imports.length).toBeGreaterThan(1000)
    expect(
      [...new Set(imports.map(({ file }) => file))].filter((file) => layerOf(file) === undefined),
    ).toStrictEqual([])
  })

  it('stand lowest first: each names only layers above its own row', () => {
    const paths = layers.map(({ path }) => path)
    const upward = layers.flatMap(({ path, imports: named }, row) =>
      named.filter((name) => !paths.slice(0, row).includes(name)).map((name) => `${path} -> ${name}`),
    )
    expect(upward).toStrictEqual([])
  })

  it('import only from the layers that their row names', () => {
    const forbidden = edges.filter(({ from, to }) => {
      const [source, aim] = [layerOf(from), layerOf(to)]
      return source !== undefined && aim !== undefined && source !== aim && !source.imports.includes(aim.path)
    })
    expect(forbidden).toStrictEqual([])
  })

  it('use every permission they have', () => {
    const used = new Set(edges.map(({ from, to }) => `${layerOf(from)?.path} -> ${layerOf(to)?.path}`))
    const unused = layers.flatMap(({ path, imports: named }) =>
      named.map((name) => `${path} -> ${name}`).filter((permission) => !used.has(permission)),
    )
    expect(unused).toStrictEqual([])
  })

  it('have no cycle of modules', () => {
    expect(cycles(edges)).toStrictEqual([])
  })

  it('have no cycle of folders, where the folders of a layer are features', () => {
    const featured = layers.filter(({ folders }) => folders === true)
    expect(featured.map(({ path }) => path)).toStrictEqual(['renderer/model', 'renderer/features'])
    const found = featured.flatMap(({ path }) => {
      const folderOf = (file: string) =>
        file
          .slice(path.length + 1)
          .split('/')
          .slice(0, -1)
          .join('/')
      const between = edges
        .filter(({ from, to }) => from.startsWith(`${path}/`) && to.startsWith(`${path}/`))
        .map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }))
        .filter(({ from, to }) => from !== to)
      return cycles(between)
    })
    expect(found).toStrictEqual([])
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
