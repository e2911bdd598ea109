import { ClientInfo, type Registration, type SessionHandle } from './client-info.ts'

export interface RegistrationOutcome {
  client: ClientInfo
  /** False when a known record was updated in place. */
  created: boolean
  /** The live session that this registration took the record from, if it was another one. */
  takenFrom: SessionHandle | null
}

/**
 * The records of one user in their two buckets, and which session each is bound to. A uuid is in one bucket
 * for as long as it is registered: the first registration chooses it.
 */
export class ClientRegistry {
  readonly #persistent = new Map<string, ClientInfo>()
  readonly #ephemeral = new Map<string, ClientInfo>()
  /** Clients a session registered, oldest first: the last one is who the session speaks as. */
  readonly #bySession = new Map<SessionHandle, ClientInfo[]>()
  #created = 0

  get persistent(): ReadonlyMap<string, ClientInfo> {
    return this.#persistent
  }

  get ephemeral(): ReadonlyMap<string, ClientInfo> {
    return this.#ephemeral
  }

  get size(): number {
    return this.#persistent.size + this.#ephemeral.size
  }

  get(uuid: string): ClientInfo | undefined {
    return this.#persistent.get(uuid) ?? this.#ephemeral.get(uuid)
  }

  /** Every record, persistent ones first, each bucket in order of first registration. */
  *all(): Generator<ClientInfo> {
    yield* this.#persistent.values()
    yield* this.#ephemeral.values()
  }

  register(
    registration: Registration,
    session: SessionHandle | null,
    nowSeconds: number,
  ): RegistrationOutcome {
    const known = this.get(registration.client_uuid)
    if (known === undefined) {
      const client = new ClientInfo(registration, null, nowSeconds)
      client.ordinal = this.#created += 1
      const bucket = client.is_persistent ? this.#persistent : this.#ephemeral
      bucket.set(client.uuid, client)
      if (session !== null) this.#bind(client, session)
      return { client, created: true, takenFrom: null }
    }
    known.update(registration, nowSeconds)
    const before = known.session
    if (session !== null) this.#bind(known, session)
    return { client: known, created: false, takenFrom: before !== known.session ? before : null }
  }

  /** Removes a record and its binding; undefined if the uuid is unknown. `client.session` stays readable. */
  remove(uuid: string): ClientInfo | undefined {
    const client = this.get(uuid)
    if (client === undefined) return undefined
    this.#persistent.delete(uuid)
    this.#ephemeral.delete(uuid)
    this.#unbind(client)
    return client
  }

  /** The client a session speaks as: the one it registered last. */
  boundTo(session: SessionHandle): ClientInfo | undefined {
    return this.#bySession.get(session)?.at(-1)
  }

  /** Every client that a session registered and still holds. */
  allBoundTo(session: SessionHandle): readonly ClientInfo[] {
    return this.#bySession.get(session) ?? []
  }

  /** Takes a client's session away; the record stays. */
  detach(client: ClientInfo): void {
    this.#unbind(client)
    client.session = null
  }

  #bind(client: ClientInfo, session: SessionHandle): void {
    this.#unbind(client)
    client.session = session
    const held = this.#bySession.get(session)
    if (held === undefined) this.#bySession.set(session, [client])
    else held.push(client)
  }

  #unbind(client: ClientInfo): void {
    if (client.session === null) return
    const held = this.#bySession.get(client.session)
    if (held === undefined) return
    const rest = held.filter((other) => other !== client)
    if (rest.length === 0) this.#bySession.delete(client.session)
    else this.#bySession.set(client.session, rest)
  }
}
