import type { PanelClient } from '../../../shared/clients.ts'
import { isBlender } from '../clients/client-text.ts'
import { inspectorTabs, type InspectorTab } from './inspector-store.ts'

/** What every tab is given; the inspector it stands in comes from `useInspector`. */
export interface TabProps {
  client: PanelClient
  /** False once it has left, and while there is no connection. */
  current: boolean
}

export const tabTitles: Record<InspectorTab, string> = {
  record: 'Record',
  viewport: 'Viewport',
  activity: 'Activity',
  jobs: 'Jobs',
  session: 'Session',
  send: 'Send',
  policy: 'Policy',
}

/** The tabs that this client has, in the order shown. */
export function tabsOf(client: PanelClient): readonly InspectorTab[] {
  return inspectorTabs.filter((tab) => tab !== 'viewport' || isBlender(client))
}
