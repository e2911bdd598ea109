import type { ClientInfo, Registration, SessionHandle } from './client-info.ts'

/** Who holds a record, before a registration changes it. */
interface Holder {
  readonly session: SessionHandle | null
  readonly token: string | null
  readonly pid: number | undefined
  readonly hostname: string | undefined
}

/** Who holds a record now. */
export function holderOf({ session, heldByToken, metadata }: ClientInfo): Holder {
  return { session, token: heldByToken, pid: metadata.pid, hostname: metadata.hostname }
}

/**
 * Whether a registration under a known uuid is by who held it before, as far as can be told. The same session is, unless
 * it says that it is another process now. Of another session token, process and host have to be known and the same: what
 * the record says of them may be what its holder before said.
 */
export function isSameHolder(
  before: Holder,
  { metadata }: Registration,
  session: SessionHandle | null,
  token: string | null,
): boolean {
  const { pid, hostname } = metadata
  if (session === null || session === before.session) {
    return (pid ?? before.pid) === before.pid && (hostname ?? before.hostname) === before.hostname
  }
  return (
    token !== null &&
    token === before.token &&
    pid !== undefined &&
    pid === before.pid &&
    hostname !== undefined &&
    hostname === before.hostname
  )
}
