import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { LogList } from '../activity/LogList.tsx'
import { LogPane } from '../activity/LogPane.tsx'
import { ForgetForm } from '../settings/ForgetForm.tsx'
import { useMayChange } from '../settings/Row.tsx'
import styles from './ActivityTab.module.css'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'

/** Everything of one client, as subject, sender or target: its messages, jobs, comings and goings, as they happen. */
export function ActivityTab({ client }: TabProps) {
  const panel = usePanel()
  const { userId, record } = client
  const [log] = useState(() => panel.newLog({ userId, client: record.uuid }))
  useEffect(() => log.start(), [log])
  const live = useLive()
  const mayChange = useMayChange()
  const [forgetting, setForgetting] = useState(false)
  useIntent(
    'forget a client',
    () => setForgetting(true),
    ({ key }) => key === client.key,
  )
  useEffect(() => {
    if (live) void panel.serverSettings.load()
  }, [live, panel])
  const open = useStore(log.state, (state) => state.open !== null)
  return (
    <div className={styles['tab']}>
      <LogList
        log={log}
        label="Activity of this client, oldest first"
        layout="card"
        empty={<p>Nothing of this client is kept, and nothing has passed it since.</p>}
      />
      {forgetting ? (
        <ForgetForm client={{ userId, uuid: record.uuid }} onDone={() => setForgetting(false)} />
      ) : (
        mayChange && (
          <div className={styles['forget']}>
            <Button kind="danger" disabled={!live} onClick={() => setForgetting(true)}>
              Forget what is kept…
            </Button>
          </div>
        )
      )}
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
