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
  /**
   * Charges bytes even where there is no room: for what must not get lost, is small, and has a bound of its own. Until
   * as much has been given back, nobody gets more.
   */
  takeAnyway(kind: MemoryKind, bytes: number): MemoryHold
  /** Bytes that would be granted now. */
  readonly roomBytes: number
  /** The most that the user gets. */
  readonly shareBytes: number
  /** Whose limit stands against so many bytes more, as a sentence for who asked; what to do about it is up to the caller. */
  whatIsFull(bytes: number): string
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
  readonly #users = new Map<string, { usedBytes: number; readonly byKind: Record<MemoryKind, number> }>()
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
    const room = (): number => this.#room(userId)
    const { shareBytes } = this
    return {
      shareBytes,
      get roomBytes() {
        return room()
      },
      take: (kind, bytes) => {
        const hold = this.#hold(userId, kind)
        return hold.resize(bytes) ? hold : null
      },
      takeAnyway: (kind, bytes) => {
        this.#charge(userId, kind, bytes)
        return this.#hold(userId, kind, bytes)
      },
      whatIsFull: (bytes) => this.#whatIsFull(userId, bytes),
    }
  }

  snapshot(): MemorySnapshot {
    const users = [...this.#users].map(
      ([userId, { usedBytes, byKind }]) => [userId, { usedBytes, byKind: { ...byKind } }] as const,
    )
    return {
      totalBytes: this.totalBytes,
      shareBytes: this.shareBytes,
      usedBytes: this.#usedBytes,
      byKind: perKind((kind) => users.reduce((sum, [, { byKind }]) => sum + byKind[kind], 0)),
      users: new Map(users),
    }
  }

  /** @param held what is charged for it already */
  #hold(userId: string, kind: MemoryKind, held = 0): MemoryHold {
    const hold: MemoryHold = {
      get bytes() {
        return held
      },
      resize: (next) => {
        if (next > held && next - held > this.#room(userId)) return false
        this.#charge(userId, kind, next - held)
        held = next
        return true
      },
      release: () => void hold.resize(0),
    }
    return hold
  }

  /** Bytes that a user may be charged more; none where it is over already. */
  #room(userId: string): number {
    const used = this.#users.get(userId)?.usedBytes ?? 0
    return Math.max(0, Math.min(this.shareBytes - used, this.totalBytes - this.#usedBytes))
  }

  #charge(userId: string, kind: MemoryKind, bytes: number): void {
    const user = this.#users.get(userId) ?? { usedBytes: 0, byKind: perKind(() => 0) }
    user.byKind[kind] += bytes
    user.usedBytes += bytes
    this.#usedBytes += bytes
    if (user.usedBytes === 0) this.#users.delete(userId)
    else this.#users.set(userId, user)
  }

  #whatIsFull(userId: string, bytes: number): string {
    const used = this.#users.get(userId)?.usedBytes ?? 0
    return used + bytes > this.shareBytes
      ? `User "${userId}" keeps ${mebibytes(used)} in this server, and one user may keep ${mebibytes(this.shareBytes)}: there is no room for ${sizeOf(bytes)} more.`
      : `All users together keep ${mebibytes(this.#usedBytes)} in this server, which may keep ${mebibytes(this.totalBytes)}: there is no room for ${sizeOf(bytes)} more.`
  }
}

/** Small sizes in KiB, so that none is 0.0 MiB. */
function sizeOf(bytes: number): string {
  return bytes < 100 * 1024 ? `${String(Math.ceil(bytes / 1024))} KiB` : mebibytes(bytes)
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`
}

function perKind(value: (kind: MemoryKind) => number): Record<MemoryKind, number> {
  return Object.fromEntries(memoryKinds.map((kind) => [kind, value(kind)])) as Record<MemoryKind, number>
}
