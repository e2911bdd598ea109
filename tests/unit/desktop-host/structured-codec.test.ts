import { describe, expect, it } from 'vitest'
import { createStructuredCodec } from '../../desktop/host/structured-codec.ts'

const codec = createStructuredCodec()
const encode = (value: unknown) => codec.encode(value)
const decode = (text: string) => codec.decode(text)

describe('structured codec', () => {
  it('carries what structured clone carries', () => {
    const value = {
      text: 'tab\t and \u{1f600}',
      numbers: [0, -0, 1.5, Number.NaN, Infinity, -Infinity],
      nothing: [undefined, null],
      big: 2n ** 70n,
      date: new Date(1_700_000_000_000),
      bytes: new Uint8Array([0, 127, 255]),
      buffer: new Uint8Array([1, 2, 3]).buffer,
      floats: new Float64Array([0.1, -1]),
      map: new Map([[{ key: 1 }, new Set(['a'])]]),
    }
    expect(decode(encode(value))).toEqual(value)
  })

  it('carries only the part of a buffer that a view shows', () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
    expect(decode(encode(view))).toEqual(new Uint8Array([2, 3]))
  })

  it('gives a Buffer as the bytes it is, as structured clone does', () => {
    expect(decode(encode(Buffer.from('ab')))).toEqual(new Uint8Array([97, 98]))
  })

  it('strips a class down to its data, as structured clone does', () => {
    class Point {
      readonly x = 1
      length() {
        return this.x
      }
    }
    expect(decode(encode(new Point()))).toEqual({ x: 1 })
  })

  it.each([
    ['a function', () => undefined],
    ['a symbol', Symbol('s')],
    ['a function inside', { deep: [() => undefined] }],
    ['a promise', Promise.resolve()],
    ['a weak map', new WeakMap()],
  ])('refuses %s as structured clone does', (_name, value) => {
    expect(() => encode(value)).toThrow(expect.objectContaining({ name: 'DataCloneError' }))
  })

  it.each([
    ['a regular expression', /x/, 'The stand-in has no text form for [object RegExp].'],
    ['an error', new Error('x'), 'The stand-in has no text form for [object Error].'],
  ])('says so where it falls short of structured clone: %s', (_name, value, message) => {
    expect(() => encode(value)).toThrow(message)
  })

  it('says so for a circle', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => encode(circle)).toThrow('The stand-in has no text form for a circle of objects.')
  })
})
