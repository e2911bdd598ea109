import { withMembers } from '../../../shared/json-text.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import { jsonText, RawJson } from '../../base/raw-json.ts'
import { jobOutputUri } from '../calls/resource-uris.ts'
import { characterStart } from '../calls/text-page.ts'

/** The most output of a job that a model gets without asking for it: UTF-8 bytes of `result` and `error` together. */
const outputBytes = 64 * 1024

/** What a job answered, as far as it is output: `result` is a text or the value that a JSON text stands for. */
export interface JobOutput {
  readonly result: unknown
  readonly error: string
}

/**
 * The output of a job as an answer holds it: at most 64 KiB. Of longer texts the head and the tail are left, with a line
 * between them that says how much is missing and where all of it stands. An object keeps its keys as long as that can be
 * done by shortening its texts (`stdout`, say); else its JSON is shortened as a text.
 */
export function shortened<Output extends JobOutput>(output: Output, jobId: string): Output {
  const { result, error } = output
  const value = result instanceof RawJson ? result.value() : result
  const fields = isObject(value) ? textsOf(value) : {}
  const text = typeof value === 'string' ? value : ''
  const rest = typeof value === 'string' ? 0 : sizeOf(value, fields)
  const texts = [...Object.values(fields), text, error]
  if (rest + total(texts) <= outputBytes) return output
  if (rest > outputBytes / 2) return shortened({ ...output, result: jsonText(result) }, jobId)

  const most = fairShare(texts.map(bytesOf), outputBytes - rest)
  const cut = (long: string): string => headAndTail(long, most, jobOutputUri(jobId))
  const shorter = Object.fromEntries(Object.entries(fields).map(([key, long]) => [key, cut(long)]))
  return {
    ...output,
    result: typeof value === 'string' ? cut(value) : withTexts(result, shorter),
    error: cut(error),
  }
}

/** A result with other texts in it; all else is as it came. */
function withTexts(result: unknown, texts: Readonly<Record<string, string>>): unknown {
  if (result instanceof RawJson) {
    const added = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, JSON.stringify(text)]))
    return RawJson.ofText(withMembers(result.text, { added }))
  }
  return isObject(result) ? { ...result, ...texts } : result
}

/** Head and tail of a text within `maxBytes` of UTF-8, with a line between them; no character is cut in half. */
export function headAndTail(text: string, maxBytes: number, whereAll: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  const line = (left: number): string =>
    `\n[… ${String(left)} of ${String(bytes.length)} bytes are left out here. All of it: the resource ${whereAll}]\n`
  const half = Math.max(0, Math.floor((maxBytes - bytesOf(line(bytes.length))) / 2))
  const head = characterStart(bytes, half)
  let tail = bytes.length - half
  // The next whole character: the one that the byte belongs to may begin before the room does.
  while (tail < bytes.length && characterStart(bytes, tail) !== tail) tail += 1
  return bytes.toString('utf8', 0, head) + line(tail - head) + bytes.toString('utf8', tail)
}

/** The most that each of these may take, so that all of them stay within `room`: what small ones leave is for the others. */
function fairShare(sizes: readonly number[], room: number): number {
  let left = room
  for (const [index, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - index))
    if (size > share) return share
    left -= size
  }
  return room
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function textsOf(object: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

const bytesOf = (text: string): number => Buffer.byteLength(text)
/** What the JSON of a value takes without these of its texts. */
function sizeOf(value: unknown, texts: Readonly<Record<string, string>>): number {
  const empty = Object.fromEntries(Object.keys(texts).map((key) => [key, '']))
  return bytesOf(JSON.stringify(isObject(value) ? { ...value, ...empty } : (value ?? null)))
}
const total = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + bytesOf(text), 0)
