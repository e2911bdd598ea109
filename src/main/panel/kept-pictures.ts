import { clientKey, type ClientRef } from '../../shared/clients.ts'
import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import type { Picture } from '../../shared/pictures.ts'

/** Pictures kept of one user, one a client. */
const countMax = 256
/** Characters of their base64: 48 MiB of pictures. */
const charsMax = 64 * 1024 * 1024

/** A picture, the size that was asked for when it was taken, and how long its Blender took, in milliseconds. */
export interface KeptPicture {
  readonly picture: Picture
  readonly askedSize: number
  readonly tookMs: number
}

/** The last picture of each client; past a user's bound those of that user that were taken first are forgotten. */
export interface KeptPictures {
  of(ref: ClientRef): KeptPicture | null
  /**
   * Where its user has no room for it, the client has no kept picture then.
   *
   * @param account of the client's user, who pays for it
   */
  keep(ref: ClientRef, kept: KeptPicture, account: MemoryAccount): void
  forget(ref: ClientRef): void
  /** Lets go of what was taken before a moment, in Unix seconds. */
  expire(before: number): void
}

type Held = KeptPicture & { readonly hold: MemoryHold }

/** The pictures of one user, the oldest first. */
interface OfUser {
  readonly kept: Map<string, Held>
  chars: number
}

export function createKeptPictures(limits = { countMax, charsMax }): KeptPictures {
  const users = new Map<string, OfUser>()
  const remove = (of: OfUser, key: string): void => {
    const old = of.kept.get(key)
    of.chars -= old?.picture.data.length ?? 0
    old?.hold.release()
    of.kept.delete(key)
  }
  return {
    of: (ref) => users.get(ref.userId)?.kept.get(clientKey(ref)) ?? null,
    keep(ref, entry, account) {
      const key = clientKey(ref)
      const of = users.get(ref.userId) ?? { kept: new Map<string, Held>(), chars: 0 }
      users.set(ref.userId, of)
      remove(of, key)
      const hold = account.take('jobs', entry.picture.data.length)
      if (hold === null) return
      of.kept.set(key, { ...entry, hold })
      of.chars += entry.picture.data.length
      for (const oldest of of.kept.keys()) {
        if (of.kept.size <= limits.countMax && of.chars <= limits.charsMax) break
        remove(of, oldest)
      }
    },
    forget(ref) {
      const of = users.get(ref.userId)
      if (of !== undefined) remove(of, clientKey(ref))
    },
    expire(before) {
      for (const of of users.values()) {
        for (const [key, { picture }] of of.kept) if (picture.takenAt < before) remove(of, key)
      }
    },
  }
}
