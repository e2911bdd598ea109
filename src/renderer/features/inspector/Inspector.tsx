import { X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { clientName, stateWords } from '../clients/client-text.ts'
import styles from './Inspector.module.css'
import { inspectorTabs, type InspectorTab } from './inspector-store.ts'
import { JobsTab } from './JobsTab.tsx'
import { PolicyTab } from './PolicyTab.tsx'
import { RecordTab } from './RecordTab.tsx'
import { SessionTab } from './SessionTab.tsx'
import { TrafficTab } from './TrafficTab.tsx'

const tabTitles: Record<InspectorTab, string> = {
  record: 'Record',
  jobs: 'Jobs',
  session: 'Session',
  traffic: 'Traffic',
  policy: 'Policy',
}

/** One client in full. After it left, its last record stays readable and is marked as such. */
export function Inspector() {
  const panel = usePanel()
  const { inspector, selection } = panel
  const live = useLive()
  const client = useStore(inspector.state, (state) => state.last)
  const phase = useStore(inspector.state, (state) => state.phase)
  const tab = useStore(inspector.state, (state) => state.tab)
  const wantsFocus = useStore(inspector.state, (state) => state.wantsFocus)
  const element = useRef<HTMLElement>(null)

  // Opened by a click, it leaves the focus where it is; opened by Enter, it takes it.
  useEffect(() => {
    if (!wantsFocus) return
    element.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus()
    inspector.focusTaken()
  }, [wantsFocus, inspector])

  if (client === null) return null
  const current = live && phase !== 'left'
  return (
    <aside ref={element} className={styles['inspector']} aria-label="Inspector">
      <div className={styles['head']}>
        <h2>
          <StateDot state={current ? client.state : 'gone'} />
          <ClientText className={styles['name']} text={clientName(client)} />
          <span className={styles['state']}>{current ? stateWords[client.state] : 'not live'}</span>
          <Button
            kind="quiet"
            className={styles['close']}
            aria-label="Close inspector"
            onClick={() => {
              inspector.close()
              selection.focusActive()
            }}
          >
            <X size={15} aria-hidden />
          </Button>
        </h2>
        <ClientText className={styles['uuid']} text={client.record.uuid} />
      </div>
      <p role="status" className={phase === 'left' ? styles['left'] : 'spoken'}>
        {phase === 'left' ? 'This client has left. Below is its last record.' : ''}
      </p>
      <Tabs.Root
        className={styles['tabs']}
        value={tab}
        onValueChange={(value) => {
          const next = inspectorTabs.find((each) => each === value)
          if (next !== undefined) inspector.showTab(next)
        }}
      >
        <Tabs.List className={styles['tabList']} aria-label="Parts of the client">
          {inspectorTabs.map((each) => (
            <Tabs.Trigger key={each} value={each}>
              {tabTitles[each]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="record" className={tabClass(current)}>
          <RecordTab client={client} current={current} />
        </Tabs.Content>
        <Tabs.Content value="jobs" className={tabClass(current)}>
          <JobsTab client={client} />
        </Tabs.Content>
        <Tabs.Content value="session" className={tabClass(current)}>
          <SessionTab />
        </Tabs.Content>
        <Tabs.Content value="traffic" className={tabClass(current)}>
          <TrafficTab />
        </Tabs.Content>
        <Tabs.Content value="policy" className={tabClass(current)}>
          <PolicyTab key={client.key} client={client} current={current} />
        </Tabs.Content>
      </Tabs.Root>
      <div className={styles['actions']}>
        <Button kind="danger" disabled={!current} onClick={() => panel.askUnregister(client.key)}>
          Unregister…
        </Button>
      </div>
    </aside>
  )
}

function tabClass(current: boolean): string {
  return `${styles['tab']} ${current ? '' : styles['past']}`
}
