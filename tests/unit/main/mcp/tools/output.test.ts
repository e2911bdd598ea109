import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../fixtures/any-text.ts'
import { headAndTail, shortened } from '../../../../../src/main/mcp/tools/output.ts'

const bytes = (value: unknown): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
const line = (left: number, total: number): string =>
  `\n[… ${String(left)} of ${String(total)} bytes are left out here. All of it: the resource blender://jobs/j/output]\n`

describe('the output that an answer holds', () => {
  it.each<[string, unknown, string]>([
    ['a short text', 'done', ''],
    ['an object', { stdout: 'a\n', stderr: '', value: null, n: 12 }, ''],
    ['64 KiB', 'x'.repeat(65_530), 'failed'],
    ['a list', [1, 2, 3], 'e'],
    ['nothing', null, ''],
  ])('is %s as it is', (_, result, error) => {
    const output = { result, error }
    expect(shortened(output, 'j')).toBe(output)
  })

  it('is the head and the tail of a long text, with a line that says what is missing and where it is', () => {
    const long = 'a'.repeat(300_000) + 'z'.repeat(300_000)
    const { result, error } = shortened({ result: long, error: '' }, 'j')
    const [head, tail] = result.split(/\n\[….*\]\n/)
    expect(result).toBe(`${'a'.repeat(32_719)}${line(534_562, 600_000)}${'z'.repeat(32_719)}`)
    expect([head, tail]).toStrictEqual(['a'.repeat(32_719), 'z'.repeat(32_719)])
    expect(error).toBe('')
    expect(bytes(result)).toBeLessThanOrEqual(65_536)
  })

  it('keeps the keys of an object, and what is short in it', () => {
    const result = { stdout: 'o'.repeat(600_000), stderr: 'e'.repeat(600_000), value: '42', count: 3 }
    const short = shortened({ result, error: 'Traceback' }, 'j')
    expect(short).toStrictEqual({
      result: {
        stdout: headAndTail(result.stdout, 32_740, 'blender://jobs/j/output'),
        stderr: headAndTail(result.stderr, 32_740, 'blender://jobs/j/output'),
        value: '42',
        count: 3,
      },
      error: 'Traceback',
    })
    expect(bytes(short.result)).toBeLessThanOrEqual(65_536 + 16)
  })

  it('is a part of the JSON where the object is long by other things than texts', () => {
    const result = { objects: Array.from({ length: 5000 }, (_, n) => ({ name: `Object ${String(n)}` })) }
    const short = shortened({ result, error: '' }, 'j').result
    expect(short).toStrictEqual(headAndTail(JSON.stringify(result), 65_536, 'blender://jobs/j/output'))
  })

  it('names the job in the address percent-encoded', () => {
    expect(shortened({ result: 'x'.repeat(70_000), error: '' }, 'a/b ü').result).toContain(
      'blender://jobs/a%2Fb%20%C3%BC/output]',
    )
  })
})

describe('the head and the tail of a text', () => {
  it('are well-formed, within the bound, and with what is left out as long as the whole, whatever it is', () => {
    const text = fc
      .tuple(anyText({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 }))
      .map(([part, times]) => part.repeat(times))
    fc.assert(
      fc.property(text, fc.integer({ min: 200, max: 2000 }), (whole, most) => {
        const cut = headAndTail(whole, most, 'x:y')
        expect(bytes(cut)).toBeLessThanOrEqual(most)
        if (bytes(whole) <= most) {
          expect(cut).toBe(whole)
          return
        }
        expect(cut.isWellFormed()).toBe(true)
        const [head = '', left, tail = ''] = cut.split(
          /\n\[… (\d+) of \d+ bytes are left out here\. All of it: the resource x:y\]\n/,
        )
        expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true)
        expect(bytes(head) + Number(left) + bytes(tail)).toBe(bytes(whole))
      }),
    )
  })
})
