/** What keeps the history file from being written, by what can be done about it. */
export type FaultKind =
  /** The file is not a sound database: it is set aside and a new one begun. */
  | 'corrupt'
  /** The file or the disk cannot be used now; later it may be. */
  | 'unusable'
  /** The same, and room may be made by letting old rows go. */
  | 'full'
  /** The program's own mistake: what was to be written is given up. */
  | 'bug'

export interface ActivityFileFault {
  readonly kind: FaultKind
  /** One sentence for a person, without a path. */
  readonly reason: string
}

/** This runtime has no `node:sqlite`, or the file was made by a newer Busbar. */
export class ActivityLogUnavailableError extends Error {
  readonly code = 'history_unavailable'
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const reasons: Readonly<Record<number, ActivityFileFault>> = {
  3: { kind: 'unusable', reason: 'The history file may not be opened (no permission).' },
  5: { kind: 'unusable', reason: 'The history file is locked by another program.' },
  6: { kind: 'unusable', reason: 'The history file is locked by another program.' },
  8: { kind: 'unusable', reason: 'The history file or its folder is read-only.' },
  10: { kind: 'unusable', reason: 'The disk failed while the history was written.' },
  11: { kind: 'corrupt', reason: 'The history file is damaged.' },
  13: { kind: 'full', reason: 'The disk is full, or the history has reached its size limit.' },
  14: { kind: 'unusable', reason: 'The history file cannot be opened or made.' },
  26: { kind: 'corrupt', reason: 'The history file is not a database.' },
}

/** Reads an error of SQLite or of the file system. */
export function faultOf(error: unknown): ActivityFileFault {
  if (error instanceof ActivityLogUnavailableError) return { kind: 'unusable', reason: error.message }
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') {
    // The low byte is the primary code; the rest says more than a person needs.
    return reasons[error.errcode & 0xff] ?? { kind: 'bug', reason: 'The history could not be written.' }
  }
  if (error instanceof Error && 'syscall' in error) {
    return { kind: 'unusable', reason: 'The history file cannot be opened or made.' }
  }
  return { kind: 'bug', reason: 'The history could not be written.' }
}
