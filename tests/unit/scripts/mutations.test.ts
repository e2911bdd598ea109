import { describe, expect, it } from 'vitest'
import { explains } from '../../../scripts/mutants/explained.ts'
import { mutantsOf } from '../../../scripts/mutants/mutations.ts'

const changes = (source: string) =>
  mutantsOf('a.ts', source).map(({ line, was, becomes }) => [line, was, becomes])

describe('the mutants of a file', () => {
  it('take a guard as always true and as always false', () => {
    expect(changes('if (a === b) throw b')).toStrictEqual([
      [1, 'if (a === b) throw b', 'if (true) throw b'],
      [1, 'if (a === b) throw b', 'if (false) throw b'],
    ])
  })

  it('leave out each part of a condition, and move its bounds', () => {
    expect(changes('const full =\n  count >= 20 || closed')).toStrictEqual([
      [2, 'count >= 20 || closed', 'count >= 20'],
      [2, 'count >= 20 || closed', 'closed'],
      [2, 'count >= 20 || closed', 'count > 20 || closed'],
      [2, 'count >= 20 || closed', 'count >= 19 || closed'],
      [2, 'count >= 20 || closed', 'count >= 21 || closed'],
    ])
  })

  it('take a comparison in a condition the one way that leaving it out does not', () => {
    const becomes = (source: string) => changes(source).map(([, , after]) => after)
    expect(becomes('const open = a === b && c')).toStrictEqual([
      'const open = a === b',
      'const open = c',
      'const open = false && c',
    ])
    expect(becomes('const open = c || a !== b')).toStrictEqual([
      'const open = c',
      'const open = a !== b',
      'const open = c || true',
    ])
    expect(becomes('const open = a === b')).toStrictEqual(['const open = true', 'const open = false'])
  })

  it('leave out statements, filters and items of a list, and never a line of the log', () => {
    expect(
      changes("work()\nlog.info('done')\nevents.setMaxListeners(5)\nconst own = [...all.filter(isOwn)]"),
    ).toStrictEqual([
      [1, 'work()', ';'],
      [4, 'const own = [...all.filter(isOwn)]', 'const own = []'],
      [4, 'const own = [...all.filter(isOwn)]', 'const own = [...all]'],
    ])
  })

  it('say where they are, and hold the whole file', () => {
    expect(mutantsOf('a.ts', 'class Box {\n  full(): boolean {\n    return true\n  }\n}\n')).toStrictEqual([
      {
        file: 'a.ts',
        line: 3,
        within: 'Box.full',
        was: 'return true',
        becomes: 'return false',
        text: 'class Box {\n  full(): boolean {\n    return false\n  }\n}\n',
      },
    ])
  })

  it('are found by their explanation wherever their line has moved, and nowhere else', () => {
    const explanation = {
      file: 'a.ts',
      within: 'isOpen',
      was: 'const isOpen = () => true',
      becomes: 'const isOpen = () => false',
      reason: 'Only an example of a mutant.',
    }
    const found = (source: string) => mutantsOf('a.ts', source).map((mutant) => explains(explanation, mutant))
    expect(found('\n\nconst isOpen = () => true')).toStrictEqual([true])
    expect(found('const isShut = () => true')).toStrictEqual([false])
  })
})
