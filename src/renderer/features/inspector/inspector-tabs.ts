import type { ComponentType } from 'react'
import type { PanelClient } from '../../../shared/clients.ts'
import { isBlender } from '../clients/client-text.ts'
import type { InspectorTab } from './inspector-store.ts'
import { ActivityTab } from './ActivityTab.tsx'
import { JobsTab } from './JobsTab.tsx'
import { PolicyTab } from './PolicyTab.tsx'
import { RecordTab } from './RecordTab.tsx'
import { SessionTab } from './SessionTab.tsx'
import { SendTab } from '../send/SendTab.tsx'
import { ViewportTab } from './ViewportTab.tsx'

/** What every tab is given; the inspector it stands in comes from `useInspector`. */
export interface TabProps {
  client: PanelClient
  /** False once it has left, and while there is no connection. */
  current: boolean
}

interface TabEntry {
  title: string
  Content: ComponentType<TabProps>
  /** Left out: every client has it. */
  has?: (client: PanelClient) => boolean
}

/** The tabs of an inspector, in the order shown. */
const tabs: Record<InspectorTab, TabEntry> = {
  record: { title: 'Record', Content: RecordTab },
  viewport: { title: 'Viewport', Content: ViewportTab, has: isBlender },
  activity: { title: 'Activity', Content: ActivityTab },
  jobs: { title: 'Jobs', Content: JobsTab },
  session: { title: 'Session', Content: SessionTab },
  send: { title: 'Send', Content: SendTab },
  policy: { title: 'Policy', Content: PolicyTab },
}

/** Those that this client has. */
export function tabsOf(client: PanelClient): (TabEntry & { id: InspectorTab })[] {
  return (Object.keys(tabs) as InspectorTab[])
    .map((id) => ({ id, ...tabs[id] }))
    .filter(({ has }) => has === undefined || has(client))
}
