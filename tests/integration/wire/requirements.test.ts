import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requirements } from './requirements.ts'

/** Where the proofs stand: over real connections, and in a few rules' case on the tools themselves. */
const folders = ['.', '../security', '../../unit/main/mcp'].map((path) => join(import.meta.dirname, path))

/** By id, the files whose tests cite it. */
function citations(): Map<string, Set<string>> {
  const cited = new Map<string, Set<string>>()
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    for (const name of files.filter((file) => file.endsWith('.test.ts'))) {
      const text = readFileSync(join(folder, name), 'utf8')
      for (const [id] of text.matchAll(/\bR-\d+\b/g)) cited.set(id, (cited.get(id) ?? new Set()).add(name))
    }
  }
  return cited
}

describe('the requirements', () => {
  const ids = requirements.map(({ id }) => id)
  const cited = citations()

  it('are each cited by a test, in one file', () => {
    expect(ids.filter((id) => cited.get(id)?.size !== 1)).toStrictEqual([])
  })

  it('are the only ones that tests cite', () => {
    expect([...cited.keys()].filter((id) => !(ids as string[]).includes(id))).toStrictEqual([])
  })

  it('have one id each, which begins with the section', () => {
    expect(new Set(ids).size).toBe(ids.length)
    expect(requirements.filter(({ id, section }) => !id.startsWith(`R-${String(section)}`))).toStrictEqual([])
  })
})
