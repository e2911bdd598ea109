import { RawJson } from '../../base/raw-json.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import { resultBytes } from '../calls/wire-size.ts'
import { recordText, type RecordText } from './record-texts.ts'

/** What is left of an answer for its records. */
const room = resultBytes - 4 * 1024

/** The wire records of both buckets, or as many as fit into one answer. */
export interface ClientPage {
  readonly user_id: string
  readonly persistent: RawJson
  readonly ephemeral: RawJson
  /** Only where there are more: the cursor of the next page with it. */
  readonly truncated?: true
  readonly next_cursor?: string
}

/** Where a page begins: after the client of this bucket that was the so-manieth to register. */
export interface Cursor {
  readonly bucket: 'persistent' | 'ephemeral'
  readonly ordinal: number
}

const start: Cursor = { bucket: 'persistent', ordinal: 0 }

/** Null for a text that is no cursor. */
export function parseCursor(text: string): Cursor | null {
  const [, bucket, ordinal] = /^(persistent|ephemeral)-(\d{1,15})$/.exec(text) ?? []
  if (bucket !== 'persistent' && bucket !== 'ephemeral') return null
  return { bucket, ordinal: Number(ordinal) }
}

/**
 * One page of the clients on a bus: persistent ones first, each bucket in order of first registration. Who leaves or
 * comes while somebody turns the pages changes nothing for the others.
 *
 * @param size what a record takes in the answer, in bytes
 */
export function clientPage(
  bus: UserMessageBus,
  size: (record: RecordText) => number,
  { after = start, keep = () => true }: { after?: Cursor; keep?: (client: ClientInfo) => boolean } = {},
): ClientPage {
  const listed = { persistent: [] as string[], ephemeral: [] as string[] }
  const page = (): ClientPage => ({
    user_id: bus.user_id,
    persistent: RawJson.ofText(`[${listed.persistent.join(',')}]`),
    ephemeral: RawJson.ofText(`[${listed.ephemeral.join(',')}]`),
  })
  let left = room
  let last = after
  const { persistent, ephemeral } = bus.registry
  const buckets = after.bucket === 'ephemeral' ? { ephemeral } : { persistent, ephemeral }
  for (const [name, clients] of Object.entries(buckets)) {
    const bucket = name === 'ephemeral' ? 'ephemeral' : 'persistent'
    for (const client of clients.values()) {
      if (bucket === after.bucket && client.ordinal <= after.ordinal) continue
      if (!keep(client)) continue
      const record = recordText(bus, client)
      left -= size(record) + 2
      if (left < 0)
        return { ...page(), truncated: true, next_cursor: `${last.bucket}-${String(last.ordinal)}` }
      listed[bucket].push(record.json)
      last = { bucket, ordinal: client.ordinal }
    }
  }
  return page()
}
