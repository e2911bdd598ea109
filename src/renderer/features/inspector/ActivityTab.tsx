import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { LogList } from '../activity/LogList.tsx'
import { LogPane } from '../activity/LogPane.tsx'
import styles from './ActivityTab.module.css'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'

/** Everything of one client, as subject, sender or target: its messages, jobs, comings and goings, as they happen. */
export function ActivityTab({ client }: TabProps) {
  const panel = usePanel()
  const { userId, record } = client
  const [log] = useState(() => panel.newLog({ userId, client: record.uuid }))
  useEffect(() => log.start(), [log])
  const open = useStore(log.state, (state) => state.open !== null)
  return (
    <div className={styles['tab']}>
      <LogList
        log={log}
        label="Activity of this client, oldest first"
        layout="card"
        empty={<p>Nothing of this client is kept, and nothing has passed it since.</p>}
      />
      {open ? (
        <div className={styles['entry']}>
          <LogPane log={log} within onClose={log.closeEntry} />
        </div>
      ) : (
        <a className={styles['more']} href={placeLink('activity', `client/${record.uuid}`)}>
          Filter and export under Activity
        </a>
      )}
    </div>
  )
}
