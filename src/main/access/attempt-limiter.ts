import { keepNewest } from '../../shared/keep-newest.ts'
import { plainAddress } from './address.ts'

/** Wrong secrets that an address may present before it has to wait. */
const attempts = 10
/** How long they count, and so the longest wait. */
const windowMs = 60_000
/** Addresses remembered; beyond it the one that failed first is forgotten. */
const maxAddresses = 10_000

/** Counts wrong secrets by address. */
export interface AttemptLimiter {
  /** Whole seconds that the address has to wait, at least 1; null where it need not. */
  waitSeconds(address: string): number | null
  failed(address: string): void
}

/** @param clock milliseconds; only differences matter */
export function createAttemptLimiter(clock: () => number): AttemptLimiter {
  const failures = new Map<string, { count: number; sinceMs: number }>()
  const current = (key: string): { count: number; sinceMs: number } | null => {
    const found = failures.get(key)
    if (found === undefined) return null
    // A clock that was set back must not lock anybody out for longer.
    const ageMs = clock() - found.sinceMs
    if (ageMs >= 0 && ageMs < windowMs) return found
    failures.delete(key)
    return null
  }
  return {
    waitSeconds(address) {
      const found = current(source(address))
      if (found === null || found.count < attempts) return null
      return Math.ceil((found.sinceMs + windowMs - clock()) / 1000)
    },
    failed(address) {
      const key = source(address)
      const found = current(key)
      if (found !== null) {
        found.count += 1
        return
      }
      failures.set(key, { count: 1, sinceMs: clock() })
      keepNewest(failures, maxAddresses)
    },
  }
}

/** Who has one IPv6 address has the /64 around it (RFC 6177), so that counts as one. */
function source(address: string): string {
  const [head = '', tail = ''] = plainAddress(address).replace(/%.*/, '').split('::')
  const [front, back] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [...front, ...zeros, ...back].slice(0, 4).join(':')
}

function groupsOf(part: string): readonly string[] {
  return part.match(/[^:]+/g) ?? []
}
