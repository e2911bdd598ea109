/**
 * Structured clone between two processes that only share text. Each side first makes a real structured clone, which
 * throws for what can't be cloned, and then writes that clone down.
 *
 * The function is self-contained: its source also runs in the page.
 */

export type StructuredCodec = {
  /** @throws DataCloneError for what structured clone refuses, TypeError for what this text form does not have */
  encode(value: unknown): string
  decode(text: string): unknown
}

type Node =
  | ['undefined' | 'null' | 'nan' | '+inf' | '-inf' | '-0']
  | ['value', string | number | boolean]
  | ['bigint', string]
  | ['date', number]
  | ['bytes', string, string]
  | ['array', Node[]]
  | ['object', [string, Node][]]
  | ['map', [Node, Node][]]
  | ['set', Node[]]

export function createStructuredCodec(): StructuredCodec {
  const views: Record<string, new (buffer: ArrayBuffer) => ArrayBufferView> = {
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  }

  const toBase64 = (bytes: Uint8Array) => {
    let binary = ''
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
    return btoa(binary)
  }
  const fromBase64 = (text: string) =>
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer

  const write = (value: unknown, above: readonly object[]): Node => {
    if (value === undefined) return ['undefined']
    if (value === null) return ['null']
    if (typeof value === 'string' || typeof value === 'boolean') return ['value', value]
    if (typeof value === 'bigint') return ['bigint', String(value)]
    if (typeof value === 'number') {
      if (Number.isNaN(value)) return ['nan']
      if (value === Infinity) return ['+inf']
      if (value === -Infinity) return ['-inf']
      return Object.is(value, -0) ? ['-0'] : ['value', value]
    }
    if (typeof value !== 'object') throw new TypeError(`The stand-in has no text form for a ${typeof value}.`)
    if (above.includes(value)) throw new TypeError('The stand-in has no text form for a circle of objects.')
    const path = [...above, value]
    const each = (inner: unknown) => write(inner, path)
    if (Array.isArray(value)) return ['array', value.map(each)]
    if (value instanceof Date) return ['date', value.getTime()]
    if (value instanceof Map) return ['map', [...value].map(([key, inner]) => [each(key), each(inner)])]
    if (value instanceof Set) return ['set', [...value].map(each)]
    if (value instanceof ArrayBuffer) return ['bytes', 'ArrayBuffer', toBase64(new Uint8Array(value))]
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      return ['bytes', value.constructor.name, toBase64(bytes)]
    }
    // A clone has no other prototype, except for the platform's own classes.
    if (Object.getPrototypeOf(value) !== Object.prototype) {
      throw new TypeError(`The stand-in has no text form for ${Object.prototype.toString.call(value)}.`)
    }
    return ['object', Object.entries(value).map(([key, inner]) => [key, each(inner)])]
  }

  const read = (node: Node): unknown => {
    switch (node[0]) {
      case 'undefined':
        return undefined
      case 'null':
        return null
      case 'nan':
        return Number.NaN
      case '+inf':
        return Infinity
      case '-inf':
        return -Infinity
      case '-0':
        return -0
      case 'value':
        return node[1]
      case 'bigint':
        return BigInt(node[1])
      case 'date':
        return new Date(node[1])
      case 'array':
        return node[1].map(read)
      case 'object':
        return Object.fromEntries(node[1].map(([key, inner]) => [key, read(inner)]))
      case 'map':
        return new Map(node[1].map(([key, inner]) => [read(key), read(inner)]))
      case 'set':
        return new Set(node[1].map(read))
      case 'bytes': {
        const buffer = fromBase64(node[2])
        if (node[1] === 'ArrayBuffer') return buffer
        const View = views[node[1]]
        if (View === undefined) throw new TypeError(`The stand-in has no text form for ${node[1]}.`)
        return new View(buffer)
      }
    }
  }

  return {
    encode: (value) => JSON.stringify(write(structuredClone(value), [])),
    decode: (text) => read(JSON.parse(text) as Node),
  }
}
