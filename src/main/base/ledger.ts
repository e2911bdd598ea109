import { memoryKinds, type MemoryKind } from '../../shared/memory.ts'

/** Bytes that somebody is charged for. The one who holds it gives it back. */
export interface MemoryHold {
  readonly bytes: number
  /** Changes what is charged; false, and nothing changes, where there is no room for more. Less is always granted. */
  resize(bytes: number): boolean
  /** Gives everything back. Once is enough: a second call does nothing. */
  release(): void
}

/** What a user is charged for and can do without: it goes as soon as somebody needs the room. */
export interface MemorySpare {
  /** As it is charged now. */
  readonly bytes: number
  /** Gives back at least so many bytes, or all that there are. It takes none meanwhile. */
  giveBack(bytes: number): void
}

/** What one user is charged for. */
export interface MemoryAccount {
  /**
   * Charges bytes to the user, or answers null where the user's share or the total has no room for them. What can be
   * spared makes room first.
   */
  take(kind: MemoryKind, bytes: number): MemoryHold | null
  /**
   * Charges bytes even where there is no room: for what must not get lost, is small, and has a bound of its own. Until
   * as much has been given back, nobody gets more.
   */
  takeAnyway(kind: MemoryKind, bytes: number): MemoryHold
  /** Bytes that would be granted now. */
  readonly roomBytes: number
  /** The same, where all that can be spared stays. */
  readonly freeBytes: number
  /** Names something that the user can do without, for as long as the ledger is there. */
  spare(what: MemorySpare): void
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
  /** What users can do without, by their ids. */
  readonly #spares = new Map<string, MemorySpare[]>()
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
    const free = (): number => this.#free(userId)
    const { shareBytes } = this
    return {
      shareBytes,
      get roomBytes() {
        return room()
      },
      get freeBytes() {
        return free()
      },
      spare: (what) => {
        this.#spares.set(userId, [...(this.#spares.get(userId) ?? []), what])
      },
      take: (kind, bytes) => {
        const hold = this.#hold(userId, kind)
        return hold.resize(bytes) ? hold : null
      },
      takeAnyway: (kind, bytes) => {
        this.#makeRoom(userId, bytes)
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
        if (next > held) {
          if (next - held > this.#room(userId)) return false
          this.#makeRoom(userId, next - held)
        }
        this.#charge(userId, kind, next - held)
        held = next
        return true
      },
      release: () => void hold.resize(0),
    }
    return hold
  }

  /** Bytes that a user may be charged more, with what can be spared given back; none where it is over already. */
  #room(userId: string): number {
    const ofShare = this.shareBytes - this.#usedBy(userId) + spareBytes(this.#spares.get(userId))
    const ofTotal = this.totalBytes - this.#usedBytes
    // Most of the time the share is what bounds, and nobody else has to be asked.
    if (ofShare <= ofTotal) return Math.max(0, ofShare)
    const spared = [...this.#spares.values()].reduce((sum, spares) => sum + spareBytes(spares), 0)
    return Math.max(0, Math.min(ofShare, ofTotal + spared))
  }

  /** The same without giving anything back. */
  #free(userId: string): number {
    return Math.max(0, Math.min(this.shareBytes - this.#usedBy(userId), this.totalBytes - this.#usedBytes))
  }

  /** Has so much given back, as far as that goes, that a user may be charged so many bytes more: its own first. */
  #makeRoom(userId: string, bytes: number): void {
    if (bytes <= this.#free(userId)) return
    const own = this.#spares.get(userId) ?? []
    for (const spare of own) {
      const missing = bytes - this.#free(userId)
      if (missing > 0) spare.giveBack(missing)
    }
    for (const spare of [...this.#spares.values()].flat()) {
      const missing = bytes - (this.totalBytes - this.#usedBytes)
      if (missing > 0) spare.giveBack(missing)
    }
  }

  #usedBy(userId: string): number {
    return this.#users.get(userId)?.usedBytes ?? 0
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
    const used = this.#usedBy(userId)
    return used - spareBytes(this.#spares.get(userId)) + bytes > this.shareBytes
      ? `User "${userId}" keeps ${mebibytes(used)} in this server, and one user may keep ${mebibytes(this.shareBytes)}: there is no room for ${sizeOf(bytes)} more.`
      : `All users together keep ${mebibytes(this.#usedBytes)} in this server, which may keep ${mebibytes(this.totalBytes)}: there is no room for ${sizeOf(bytes)} more.`
  }
}

function spareBytes(spares: readonly MemorySpare[] = []): number {
  return spares.reduce((sum, { bytes }) => sum + bytes, 0)
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
