import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const [, section = ''] = page.split('## What is promised, and which test shows it')
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise') && !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** The files that a row names; without a folder they stand among the tests of security. */
function filesOf(cell: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  return names.map((name) => (name.includes('/') ? name : `tests/integration/security/${name}`))
}

function textOf(path: string): string {
  if (statSync(join(root, path)).isFile()) return readFileSync(join(root, path), 'utf8')
  return readdirSync(join(root, path))
    .map((name) => readFileSync(join(root, path, name), 'utf8'))
    .join('\n')
}

describe('a promise of SECURITY.md', () => {
  it('stands in a table of its own', () => {
    expect(rows.length).toBeGreaterThan(15)
  })

  it.each(rows.map(([, promise = '', shown = '']) => ({ promise, shown })))(
    'names tests that are there: $promise',
    ({ shown }) => {
      const files = filesOf(shown)
      expect(files.filter((path) => !existsSync(join(root, path)))).toStrictEqual([])
      expect(files.length).toBeGreaterThan(0)
      const text = files.map(textOf).join('\n')
      const quoted = [...shown.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
      expect(
        quoted.filter((name) => !text.replaceAll('’', "'").includes(name.replaceAll('’', "'"))),
      ).toStrictEqual([])
    },
  )
})
