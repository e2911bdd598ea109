import { Pin, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useEffect, useRef, type ComponentType, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { isTextInput } from '../../lib/text-input.ts'
import { clientName, stateWords } from '../../model/clients/client-text.ts'
import { SendTab } from './SendTab.tsx'
import { ActivityTab } from './ActivityTab.tsx'
import { InspectorContext } from './inspector-context.ts'
import type { Inspector, InspectorTab } from '../../model/inspector/inspector-store.ts'
import { tabsOf, tabTitles, type TabProps } from '../../model/inspector/inspector-tabs.ts'
import { JobsTab } from './JobsTab.tsx'
import { PolicyTab } from './PolicyTab.tsx'
import { RecordTab } from './RecordTab.tsx'
import { SessionTab } from './SessionTab.tsx'
import { ViewportTab } from './ViewportTab.tsx'
import styles from '../../ui/Pane.module.css'

const contents: Record<InspectorTab, ComponentType<TabProps>> = {
  record: RecordTab,
  viewport: ViewportTab,
  activity: ActivityTab,
  jobs: JobsTab,
  session: SessionTab,
  send: SendTab,
  policy: PolicyTab,
}

interface InspectorViewProps {
  inspector: Inspector
  /** Its accessible name. */
  label: string
  pinned: boolean
  /** To be called by its close button. */
  onClose: () => void
}

/** One client in full. After it left, its last record stays readable and is marked as such. */
export function InspectorView({ inspector, label, pinned, onClose }: InspectorViewProps) {
  const panel = usePanel()
  const { pins } = panel
  const live = useLive()
  const client = useStore(inspector.state, (state) => state.last)
  const phase = useStore(inspector.state, (state) => state.phase)
  const wanted = useStore(inspector.state, (state) => state.tab)
  const wantsFocus = useStore(inspector.state, (state) => state.wantsFocus)
  const isPinned = useStore(pins.state, (state) => state.pins.some(({ key }) => key === client?.key))
  const element = useRef<HTMLElement>(null)

  // Opened by a click, it leaves the focus where it is; opened by Enter, it takes it.
  useEffect(() => {
    if (wantsFocus !== 'tab') return
    element.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus()
    inspector.focusTaken()
  }, [wantsFocus, inspector])

  // In a narrow panel the tabs scroll: the one that is open is in sight.
  const tabs = client === null ? [] : tabsOf(client)
  const tab = tabs.includes(wanted) ? wanted : tabs[0]
  useEffect(() => {
    element.current
      ?.querySelector('[role="tab"][aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [tab])

  if (client === null || tab === undefined) return null
  const current = live && phase !== 'left'
  const write = () => {
    pins.showTab(inspector, 'send')
    inspector.focus('field')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isTextInput(event.nativeEvent)) return
    const shortcut = shortcutOf(event, 'inspector')
    if (shortcut === 'write') write()
    else if (shortcut !== 'pin') return
    else if (pinned) onClose()
    else panel.pinOrUnpin([client.key])
    event.preventDefault()
  }
  return (
    <InspectorContext value={inspector}>
      <aside
        ref={element}
        className={styles['inspector']}
        aria-label={label}
        data-pinned={pinned || undefined}
        onKeyDown={onKeyDown}
      >
        <div className={styles['head']}>
          <h2>
            <StateDot state={current ? client.state : 'away'} />
            <ClientText className={styles['name']} text={clientName(client)} />
            <span className={styles['state']} translate="no">
              {current ? stateWords[client.state] : 'not live'}
            </span>
            <span className={styles['corner']}>
              {!pinned && (
                <Button
                  kind="quiet"
                  aria-label="Pin this client"
                  aria-pressed={isPinned}
                  title={isPinned ? 'Unpin (P)' : 'Pin beside the list (P)'}
                  onClick={() => panel.pinOrUnpin([client.key])}
                >
                  <Pin size={15} aria-hidden />
                </Button>
              )}
              <Button
                kind="quiet"
                aria-label={pinned ? 'Close pinned inspector' : 'Close inspector'}
                title={pinned ? 'Unpin (P)' : 'Close (Escape)'}
                onClick={onClose}
              >
                <X size={15} aria-hidden />
              </Button>
            </span>
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
            const next = tabs.find((each) => each === value)
            if (next !== undefined) pins.showTab(inspector, next)
          }}
        >
          <Tabs.List className={styles['tabList']} aria-label="Parts of the client">
            {tabs.map((each) => (
              <Tabs.Trigger key={each} value={each}>
                {tabTitles[each]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {tabs.map((each) => {
            const Content = contents[each]
            return (
              <Tabs.Content
                key={each}
                value={each}
                className={`${styles['tab']} ${current ? '' : styles['past']}`}
              >
                <Content key={client.key} client={client} current={current} />
              </Tabs.Content>
            )
          })}
        </Tabs.Root>
        <div className={styles['actions']}>
          <Button title="Write to it (M)" onClick={write}>
            Message
          </Button>
          <Button
            className={styles['last']}
            kind="danger"
            disabled={!current}
            onClick={() => panel.askUnregister(client.key)}
          >
            Unregister…
          </Button>
        </div>
      </aside>
    </InspectorContext>
  )
}
