import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'

/** Characters of all that is kept of one bus: past it everything is made anew. */
const keptCharsMax = 2 * 1024 * 1024

/** A client's wire record as JSON, with what it takes on the wire. */
export interface RecordText {
  readonly json: string
  /** Bytes of it as it stands. */
  readonly bytes: number
  /** Bytes of it as a text inside of JSON. */
  readonly bytesInText: number
}

interface Kept extends RecordText {
  /** What the record was made of: it is the same for as long as these are. */
  readonly of: readonly unknown[]
}

const buses = new WeakMap<UserMessageBus, { texts: Map<ClientInfo, Kept>; chars: number }>()

/** The record of a client, written once for all who ask for it, and again when it has changed. */
export function recordText(bus: UserMessageBus, client: ClientInfo): RecordText {
  const kept = buses.get(bus) ?? { texts: new Map<ClientInfo, Kept>(), chars: 0 }
  buses.set(bus, kept)
  const of = [client.client_type, client.capabilities, client.group_id, client.last_seen, client.metadata]
  const known = kept.texts.get(client)
  if (known?.of.every((part, index) => part === of[index]) === true) return known
  const json = JSON.stringify(client.toDict())
  const text = {
    of,
    json,
    bytes: Buffer.byteLength(json),
    bytesInText: Buffer.byteLength(JSON.stringify(json)),
  }
  kept.chars += json.length - (known?.json.length ?? 0)
  if (kept.chars > keptCharsMax) {
    kept.texts.clear()
    kept.chars = json.length
  }
  kept.texts.set(client, text)
  return text
}
