import { clientKey, type ClientRef } from '../../shared/clients.ts'
import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import type { Picture } from '../../shared/pictures.ts'

/** Pictures kept in all, one a client. */
const countMax = 256
/** Characters of their base64 in all: 48 MiB of pictures. */
const charsMax = 64 * 1024 * 1024

/** A picture, the size that was asked for when it was taken, and how long its Blender took, in milliseconds. */
export interface KeptPicture {
  readonly picture: Picture
  readonly askedSize: number
  readonly tookMs: number
}

/** The last picture of each client; past a bound those that were taken first are forgotten. */
export interface KeptPictures {
  of(ref: ClientRef): KeptPicture | null
  /**
   * Where its user has no room for it, the client has no kept picture then.
   *
   * @param account of the client's user, who pays for it
   */
  keep(ref: ClientRef, kept: KeptPicture, account: MemoryAccount): void
  forget(ref: ClientRef): void
}

export function createKeptPictures(limits = { countMax, charsMax }): KeptPictures {
  const kept = new Map<string, KeptPicture & { readonly hold: MemoryHold }>()
  let chars = 0
  const remove = (key: string): void => {
    const old = kept.get(key)
    chars -= old?.picture.data.length ?? 0
    old?.hold.release()
    kept.delete(key)
  }
  return {
    of: (ref) => kept.get(clientKey(ref)) ?? null,
    keep(ref, entry, account) {
      const key = clientKey(ref)
      remove(key)
      const hold = account.take('jobs', entry.picture.data.length)
      if (hold === null) return
      kept.set(key, { ...entry, hold })
      chars += entry.picture.data.length
      for (const oldest of kept.keys()) {
        if (kept.size <= limits.countMax && chars <= limits.charsMax) break
        remove(oldest)
      }
    },
    forget: (ref) => remove(clientKey(ref)),
  }
}
