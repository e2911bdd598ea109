import { clientKey, type ClientRef } from '../../shared/clients.ts'
import type { Picture } from '../../shared/pictures.ts'

/** Pictures kept in all, one a client. */
const countMax = 256
/** Characters of their base64 in all: 48 MiB of pictures. */
const charsMax = 64 * 1024 * 1024

/** A picture, and the size that was asked for when it was taken. */
export interface KeptPicture {
  readonly picture: Picture
  readonly askedSize: number
}

/** The last picture of each client; past a bound those that were taken first are forgotten. */
export interface KeptPictures {
  of(ref: ClientRef): KeptPicture | null
  keep(ref: ClientRef, kept: KeptPicture): void
  forget(ref: ClientRef): void
}

export function createKeptPictures(limits = { countMax, charsMax }): KeptPictures {
  const kept = new Map<string, KeptPicture>()
  let chars = 0
  const remove = (key: string): void => {
    chars -= kept.get(key)?.picture.data.length ?? 0
    kept.delete(key)
  }
  return {
    of: (ref) => kept.get(clientKey(ref)) ?? null,
    keep(ref, entry) {
      const key = clientKey(ref)
      remove(key)
      kept.set(key, entry)
      chars += entry.picture.data.length
      for (const oldest of kept.keys()) {
        if (kept.size <= limits.countMax && chars <= limits.charsMax) break
        remove(oldest)
      }
    },
    forget: (ref) => remove(clientKey(ref)),
  }
}
