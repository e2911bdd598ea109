import type { Holder, Registration, SessionHandle } from './client-info.ts'

/**
 * Who holds a record with this registration, and whether that is who held it before, as far as can be told. The same
 * session is, unless it says that it is another process now. Of another session token, process and host have to be known
 * and the same: what the record says of them may be what somebody before said.
 *
 * @param before who held it, and in which session
 * @param token of the session that registers
 */
export function holderAfter(
  before: { readonly holder: Holder; readonly session: SessionHandle | null },
  { metadata }: Registration,
  session: SessionHandle | null,
  token: string | null,
): { holder: Holder; isSame: boolean } {
  const pid = metadata.pid === '' ? undefined : metadata.pid
  const hostname = metadata.hostname === '' ? undefined : metadata.hostname
  const known = before.holder
  if (session === null || session === before.session) {
    const holder = { token: known.token, pid: pid ?? known.pid, hostname: hostname ?? known.hostname }
    return { holder, isSame: holder.pid === known.pid && holder.hostname === known.hostname }
  }
  const isKnown = token !== null && pid !== undefined && hostname !== undefined
  return {
    holder: { token, pid, hostname },
    isSame: isKnown && token === known.token && pid === known.pid && hostname === known.hostname,
  }
}
