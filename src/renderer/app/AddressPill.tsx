import { useStore } from 'zustand'
import styles from './AddressPill.module.css'
import { usePanel } from '../panel/panel-context.ts'

const words = {
  connecting: 'Connecting',
  live: 'Connected',
  lost: 'Connection lost',
  'no-key': 'Not connected',
  'bad-key': 'Not connected',
} as const

/** Where the main process listens, and how the panel stands to it. */
export function AddressPill() {
  const { connection, status } = usePanel()
  const kind = useStore(connection.state, (state) => state.kind)
  const url = useStore(status, (state) => state.status?.url ?? null)
  const version = useStore(status, (state) => state.status?.version ?? null)
  const host = url === null || !URL.canParse(url) ? url : new URL(url).host
  return (
    <span
      className={`${styles['pill']} ${styles[kind] ?? ''}`}
      title={url === null ? undefined : `${url}${version === null ? '' : ` (Busbar ${version})`}`}
    >
      <span className={styles['dot']} aria-hidden />
      <span role="status" className={kind === 'live' ? 'spoken' : undefined}>
        {words[kind]}
      </span>
      {host !== null && kind === 'live' && (
        <span className="num" translate="no">
          {host}
        </span>
      )}
    </span>
  )
}
