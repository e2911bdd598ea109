import type { ApprovalsEvent } from '../../../src/shared/approvals.ts'
import type { PanelApi } from './app-fixture.ts'
import { Inbox } from './inbox.ts'

/** What a panel hears of the requests that wait, until the test is over. */
export function waitingApprovals(panel: PanelApi): Inbox<ApprovalsEvent> {
  const waiting = new Inbox<ApprovalsEvent>('list of approvals')
  void follow(panel, waiting)
  return waiting
}

async function follow(panel: PanelApi, into: Inbox<ApprovalsEvent>): Promise<void> {
  try {
    for await (const event of await panel.approvals.watch({ watchId: 'approvals' })) {
      into.put(event)
      await panel.feed.ack({ watchId: 'approvals' })
    }
  } catch {
    // The test is over.
  }
}
