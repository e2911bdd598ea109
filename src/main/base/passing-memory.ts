import type { MemoryHold, MemoryLedger } from './ledger.ts'

/** What passes through the process: what comes in until it is dealt with, and what goes out until it is read. */
export type PassingKind = 'requests' | 'output'

/** One user's account for what passes through. */
export interface PassingMemory {
  /** Charges bytes to the user, or answers null where there is no room, not even in the margin. */
  take(kind: PassingKind, bytes: number): MemoryHold | null
  /** A hold of nothing yet, to be resized as it goes. */
  open(kind: PassingKind): MemoryHold
  /** Whose limit stands against so many bytes more, as a sentence for who asked. */
  whatIsFull(bytes: number): string
}

/**
 * How far what passes through may go beyond a user's full share, in bytes. Without a margin nobody could empty a full
 * mailbox: neither the request nor what it is answered with would find room.
 */
export const passingMarginBytes = 16 * 1024 * 1024

/** The accounts of all users, by id. */
export interface PassingMemories {
  (userId: string): PassingMemory
  /** The most that one user's account stands beyond its full share now, in bytes. */
  readonly mostBeyondBytes: number
}

/** The accounts of all users. What has room in the ledger stands there; only the rest is in the user's margin. */
export function createPassingMemory(ledger: MemoryLedger, marginBytes = passingMarginBytes): PassingMemories {
  const margins = new Map<string, { usedBytes: number }>()

  const accountOf = (userId: string): PassingMemory => {
    const account = ledger.of(userId)
    const margin = margins.get(userId) ?? { usedBytes: 0 }
    margins.set(userId, margin)
    const open = (kind: PassingKind): MemoryHold => {
      const charged = account.take(kind, 0)
      if (charged === null) throw new Error('a ledger has room for nothing')
      let beyond = 0
      const resize = (next: number): boolean => {
        const more = charged.resize(next) ? 0 : next - charged.bytes
        if (more > beyond && margin.usedBytes - beyond + more > marginBytes) return false
        margin.usedBytes += more - beyond
        beyond = more
        return true
      }
      return {
        get bytes() {
          return charged.bytes + beyond
        },
        resize,
        release: () => void resize(0),
      }
    }
    return {
      whatIsFull: (bytes) => account.whatIsFull(bytes),
      open,
      take(kind, bytes) {
        const hold = open(kind)
        return hold.resize(bytes) ? hold : null
      },
    }
  }
  return Object.defineProperty(accountOf, 'mostBeyondBytes', {
    get: () => Math.max(0, ...[...margins.values()].map(({ usedBytes }) => usedBytes)),
  }) as PassingMemories
}
