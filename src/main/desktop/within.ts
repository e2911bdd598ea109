import { after } from '../base/guarded.ts'

/** Waits for a promise, but no longer than `limitMs`. False when the time ran out first; a rejection passes on. */
export async function withinMs(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<false>((resolve) => {
    timer = after('time limit', limitMs, () => resolve(false))
  })
  try {
    return await Promise.race([promise.then(() => true), limit])
  } finally {
    clearTimeout(timer)
  }
}
