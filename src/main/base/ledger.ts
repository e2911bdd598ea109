import { memoryKinds, type MemoryKind } from '../../shared/memory.ts'

/** Bytes that somebody is charged for. The one who holds it gives it back. */
export interface MemoryHold {
  readonly bytes: number
  /** Changes what is charged; false, and nothing changes, where there is no room for more. Less is always granted. */
  resize(bytes: number): boolean
  /** Gives everything back. Once is enough: a second call does nothing. */
  release(): void
}

/** What one user is charged for. */
export interface MemoryAccount {
  /** Charges bytes to the user, or answers null where the user's share or the total has no room for them. */
  take(kind: MemoryKind, bytes: number): MemoryHold | null
}

export interface MemoryUse {
  readonly usedBytes: number
  readonly byKind: Readonly<Record<MemoryKind, number>>
}

export interface MemorySnapshot extends MemoryUse {
  readonly totalBytes: number
  /** The most that one user gets. */
  readonly shareBytes: number
  /** Users that are charged for something, by id. */
  readonly users: ReadonlyMap<string, MemoryUse>
}

/**
 * Every byte that the process keeps on behalf of somebody, in one place. It has a total, and one user gets at most
 * half of it, so that nobody can take the memory of all others. It only counts: who asks for bytes and gets null
 * refuses the request, or closes what holds them.
 */
export class MemoryLedger {
  readonly totalBytes: number
  readonly shareBytes: number
  readonly #users = new Map<string, Record<MemoryKind, number>>()
  #usedBytes = 0

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes
    this.shareBytes = Math.floor(totalBytes / 2)
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** The account of a user. All accounts of one user share one count. */
  of(userId: string): MemoryAccount {
    return {
      take: (kind, bytes) => {
        let held = 0
        const hold: MemoryHold = {
          get bytes() {
            return held
          },
          resize: (next) => {
            if (!this.#charge(userId, kind, next - held)) return false
            held = next
            return true
          },
          release: () => void hold.resize(0),
        }
        return hold.resize(bytes) ? hold : null
      },
    }
  }

  snapshot(): MemorySnapshot {
    const users = [...this.#users]
    return {
      totalBytes: this.totalBytes,
      shareBytes: this.shareBytes,
      usedBytes: this.#usedBytes,
      byKind: perKind((kind) => users.reduce((sum, [, byKind]) => sum + byKind[kind], 0)),
      users: new Map(
        users.map(([userId, byKind]) => [userId, { usedBytes: sumOf(byKind), byKind: { ...byKind } }]),
      ),
    }
  }

  #charge(userId: string, kind: MemoryKind, bytes: number): boolean {
    const byKind = this.#users.get(userId) ?? perKind(() => 0)
    const fits = sumOf(byKind) + bytes <= this.shareBytes && this.#usedBytes + bytes <= this.totalBytes
    if (bytes > 0 && !fits) return false
    byKind[kind] += bytes
    this.#usedBytes += bytes
    if (sumOf(byKind) === 0) this.#users.delete(userId)
    else this.#users.set(userId, byKind)
    return true
  }
}

function sumOf(byKind: Readonly<Record<MemoryKind, number>>): number {
  return memoryKinds.reduce((sum, kind) => sum + byKind[kind], 0)
}

function perKind(value: (kind: MemoryKind) => number): Record<MemoryKind, number> {
  return Object.fromEntries(memoryKinds.map((kind) => [kind, value(kind)])) as Record<MemoryKind, number>
}
