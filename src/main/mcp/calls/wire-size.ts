import type { ServerResult } from '@modelcontextprotocol/sdk/types.js'
import { bounds } from '../../../shared/protocol.ts'
import { jsonText } from '../../base/raw-json.ts'

/** What stands around a result on the wire: the event's fields, the request's id, and the keys of both. */
const envelopeBytes = 4 * 1024

/** The most that the result of a request may take as JSON. */
export const resultBytes = bounds.wireBytes - envelopeBytes

/**
 * The bytes that an object takes in the answer of a tool that gives it twice, as `structuredContent` and as the text of
 * it: in the text, quotes and backslashes are escaped once more.
 *
 * @param json the object as JSON
 */
export const bytesTwice = (json: string): number =>
  Buffer.byteLength(json) + Buffer.byteLength(JSON.stringify(json))

/** Whether a result may go out as the answer to a request. */
export function fitsWire(result: ServerResult): boolean {
  return Buffer.byteLength(jsonText(result)) <= resultBytes
}

/** For a refusal of what would not fit. */
export const mostOnWire = `${String(bounds.wireBytes / 1024)} KiB`

/** As many of the first items as fit: what `size` says of each, and one byte for the comma, adds up to `room` at most. */
export function firstThatFit<Item>(
  items: readonly Item[],
  room: number,
  size: (item: Item) => number,
): Item[] {
  let left = room
  const end = items.findIndex((item) => {
    left -= size(item) + 2
    return left < 0
  })
  return items.slice(0, end === -1 ? items.length : end)
}
