import { metadataKeys, type ClientMetadata, type ClientRecord } from '../../shared/protocol.ts'

/** A live session, opaque to the bus: it is only compared by identity and handed back in events. */
export type SessionHandle = object

/** Metadata as a registration brings it: absent keys keep their old value, an empty string clears any of them. */
export type MetadataChange = Omit<ClientMetadata, 'pid'> & { pid?: number | '' | undefined }

/** Who holds a record, as far as can be told. */
export interface Holder {
  /** The token that its last session came with, as the bus was told. */
  readonly token: string | null
  /** What that session itself said of its process. */
  readonly pid: number | undefined
  readonly hostname: string | undefined
}

/** What a client says of itself when it registers. Defaults are filled in before it reaches the bus. */
export interface Registration {
  client_uuid: string
  client_type: string
  is_persistent: boolean
  capabilities: readonly string[]
  group_id: string | null
  metadata: MetadataChange
}

/**
 * The record of one registered client. `session` is a private field behind an accessor, so that no JSON, no
 * structured clone and no log line can ever hold it.
 *
 * Times are Unix seconds, fractional.
 */
export class ClientInfo {
  readonly uuid: string
  readonly is_persistent: boolean
  readonly connected_at: number
  client_type: string
  capabilities: readonly string[]
  group_id: string | null
  last_seen: number
  /** Its last sign of life on the steady clock, milliseconds: `last_seen` may jump with the wall clock. Never shown. */
  lastSignMs = 0
  /** When its session was lost, on the steady clock; null while it has one, and for one that never had any. */
  detachedAtMs: number | null = null
  /** The so-manieth new client of its bus, from 1. Never shown. */
  ordinal = 0
  /**
   * Whose place this record is: another number as soon as somebody holds it who may be somebody else. No number comes
   * twice on a bus. Never shown.
   */
  holder = 0
  /** What is known of who holds it; the record itself may hold what somebody before said. Never shown. */
  heldBy: Holder = { token: null, pid: undefined, hostname: undefined }
  #metadata: ClientMetadata = {}
  #session: SessionHandle | null

  constructor(registration: Registration, session: SessionHandle | null, nowSeconds: number) {
    this.uuid = registration.client_uuid
    this.is_persistent = registration.is_persistent
    this.connected_at = nowSeconds
    this.client_type = registration.client_type
    this.capabilities = [...registration.capabilities]
    this.group_id = registration.group_id
    this.last_seen = nowSeconds
    this.#session = session
    this.mergeMetadata(registration.metadata)
  }

  get session(): SessionHandle | null {
    return this.#session
  }

  set session(session: SessionHandle | null) {
    this.#session = session
  }

  get metadata(): Readonly<ClientMetadata> {
    return this.#metadata
  }

  /** Takes the changeable part of a repeated registration; uuid, bucket and `connected_at` stay. */
  update(registration: Registration, nowSeconds: number): void {
    this.client_type = registration.client_type
    this.capabilities = [...registration.capabilities]
    this.group_id = registration.group_id
    this.last_seen = nowSeconds
    this.mergeMetadata(registration.metadata)
  }

  /** The wire shape: exactly seven keys, then the metadata that this client has sent. A fresh object each time. */
  toDict(): ClientRecord {
    return {
      uuid: this.uuid,
      client_type: this.client_type,
      is_persistent: this.is_persistent,
      capabilities: [...this.capabilities],
      group_id: this.group_id,
      connected_at: this.connected_at,
      last_seen: this.last_seen,
      ...this.#metadata,
    }
  }

  toJSON(): ClientRecord {
    return this.toDict()
  }

  private mergeMetadata(metadata: MetadataChange): void {
    const merged = metadataKeys.flatMap((key) => {
      const value = metadata[key] ?? this.#metadata[key]
      return value === undefined || value === '' ? [] : [[key, value] as const]
    })
    this.#metadata = Object.fromEntries(merged)
  }
}
