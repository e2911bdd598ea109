import { randomUUID } from 'node:crypto'
import { onOneLine, withoutRepeats } from '../../shared/json-text.ts'

/**
 * A JSON value as the text that it came in, so that what is passed on is what arrived, to the last digit of a number.
 * It keeps the text alone: parsed, it takes several times as much memory.
 */
export class RawJson {
  /** On one line. */
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /**
   * The value in a JSON text, as a copy: a slice would keep the whole of what it was cut from alive (V8).
   *
   * @param json text that `JSON.parse` accepts, with no lone surrogates
   * @param value what it makes of it
   */
  static fromText(json: string, value: unknown): RawJson {
    return new RawJson(Buffer.from(withoutRepeats(onOneLine(json), value)).toString())
  }

  /** The value in a text that is JSON already. */
  static ofText(json: string): RawJson {
    return new RawJson(json)
  }

  static of(value: unknown): RawJson {
    return new RawJson(JSON.stringify(value))
  }

  /** Parsed, anew at each call: hold it no longer than it is needed. */
  value(): unknown {
    return JSON.parse(this.text)
  }

  /** What `jsonText` puts the text in place of; for any other `JSON.stringify`, the value. */
  toJSON(): unknown {
    if (placeholders === null) return this.value()
    placeholders.push(this.text)
    return `${mark()}${String(placeholders.length - 1)}`
  }
}

/** The texts that the serialisation which is going on will put in. */
let placeholders: string[] | null = null
let madeMark: string | null = null

/** What no text from outside can hold, for it never leaves this module. */
function mark(): string {
  madeMark ??= `raw-json:${randomUUID()}:`
  return madeMark
}

/** As `JSON.stringify`, with each `RawJson` in it as the text that it holds. */
export function jsonText(value: unknown): string {
  const outer = placeholders
  placeholders = []
  try {
    const json = JSON.stringify(value)
    if (placeholders.length === 0) return json
    const texts = placeholders
    return json.replace(new RegExp(`"${mark()}(\\d+)"`, 'g'), (_, index) => texts[Number(index)] ?? 'null')
  } finally {
    placeholders = outer
  }
}

/**
 * The most bytes that V8 needs for a text: one for each character where all of them are ASCII, else two.
 *
 * @param utf8Bytes of the same text, where they are known
 */
export function keptBytes(text: string, utf8Bytes = Buffer.byteLength(text)): number {
  return utf8Bytes === text.length ? text.length : 2 * text.length
}
