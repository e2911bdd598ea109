import type { StoreApi } from 'zustand/vanilla'
import type { Connection } from '../../connection/connection.ts'
import type { ApprovalsState } from './approvals-store.ts'

export interface ApprovalNoticesPorts {
  connection: Pick<Connection, 'state'>
  approvals: { state: StoreApi<ApprovalsState> }
  setTitle: (title: string) => void
  /** Called when work begins to wait, not for what waited when the panel was opened. */
  play: () => void
}

/** Tells of work that waits to who looks elsewhere: the number in the page's title, and a sound. Answers the way to stop. */
export function announceApprovals({
  connection,
  approvals,
  setTitle,
  play,
}: ApprovalNoticesPorts): () => void {
  let known: ReadonlySet<string> | null = null
  const title = () => {
    // A number from before the connection was lost may be wrong.
    const live = connection.state.getState().kind === 'live'
    const waiting = live ? approvals.state.getState().pending.length : 0
    setTitle(waiting === 0 ? 'Busbar' : `(${waiting}) Busbar`)
  }
  const stops = [
    connection.state.subscribe(title),
    approvals.state.subscribe(({ pending }) => {
      const isNew = known !== null && pending.some(({ id }) => known?.has(id) === false)
      known = new Set(pending.map(({ id }) => id))
      if (isNew) play()
      title()
    }),
  ]
  title()
  return () => {
    for (const stop of stops) stop()
  }
}
