import { ArrowDownLeft, ArrowUpRight } from 'lucide-react'
import { memo } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import type { TrafficEntry } from '../../../shared/client-detail.ts'
import { priorityNames } from '../../../shared/protocol.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { clientName } from '../clients/client-text.ts'
import { LastSeen } from '../status/Times.tsx'
import { sizeText } from '../status/time-text.ts'
import { DetailPending } from './DetailPending.tsx'
import { useInspector } from './inspector-context.ts'
import styles from './TrafficTab.module.css'
import inspectorStyles from './Inspector.module.css'

/** The messages and job updates that passed this client lately, newest first. */
export function TrafficTab() {
  const inspector = useInspector()
  const traffic = useStore(inspector.state, (state) => state.detail?.traffic ?? null)
  const userId = useStore(inspector.state, (state) => state.last?.userId ?? '')
  if (traffic === null) return <DetailPending />
  if (traffic.length === 0)
    return <p className={inspectorStyles['note']}>Nothing has passed this client yet.</p>
  return (
    <ol className={styles['traffic']} aria-label="Recent traffic, newest first">
      {traffic.map((entry) => (
        <TrafficItem key={entry.id} entry={entry} userId={userId} />
      ))}
    </ol>
  )
}

const TrafficItem = memo(
  function TrafficItem({ entry, userId }: { entry: TrafficEntry; userId: string }) {
    const Arrow = entry.direction === 'in' ? ArrowDownLeft : ArrowUpRight
    return (
      <li className={styles['entry']}>
        <details>
          <summary>
            <Arrow size={14} aria-hidden className={styles[entry.direction]} />
            <span className="spoken">{entry.direction === 'in' ? 'received' : 'sent'}</span>
            <span className={styles['kind']}>{visibleText(entry.kind)}</span>
            <Peers entry={entry} userId={userId} />
            {entry.outcome !== null && entry.outcome !== 'sent' && (
              <span className={styles[entry.outcome]}>{entry.outcome}</span>
            )}
            <span className={`${styles['at']} num`}>
              <LastSeen at={entry.at} />
            </span>
            <span className={styles['preview']}>{visibleText(entry.preview.slice(0, 160))}</span>
          </summary>
          <p className={`${styles['facts']} num`}>
            {priorityNames[entry.priority] ?? entry.priority}, {routingText(entry)}, {sizeText(entry.bytes)},
            job {visibleText(entry.jobId)}
          </p>
          <pre tabIndex={0} aria-label="Payload" role="region">
            {visibleLines(entry.preview)}
          </pre>
        </details>
      </li>
    )
  },
  (before, after) =>
    before.entry.id === after.entry.id &&
    before.entry.outcome === after.entry.outcome &&
    before.userId === after.userId,
)

function Peers({ entry, userId }: { entry: TrafficEntry; userId: string }) {
  const names = useStore(usePanel().clients.state, ({ byKey }) => {
    const [first, ...others] = entry.peers
    if (first === undefined) return 'nobody'
    const found = byKey.get(`${userId}\u001f${first}`)
    const name = found === undefined ? first : clientName(found)
    return others.length === 0 ? name : `${name} and ${others.length} more`
  })
  return (
    <span className={styles['peers']}>
      {entry.direction === 'in' ? 'from ' : 'to '}
      <bdi title={visibleText(entry.peers.join(', '))}>{visibleText(names)}</bdi>
    </span>
  )
}

function routingText({ routing }: TrafficEntry): string {
  switch (routing.type) {
    case 'direct':
      return 'direct'
    case 'group':
      return `group ${visibleText(routing.group_id)}`
    case 'type_filter':
      return `type ${visibleText(routing.client_type)}`
    case 'broadcast':
      return 'broadcast'
  }
}

/** A payload that is whole JSON in lines; one that was cut as it is. */
function visibleLines(preview: string): string {
  try {
    return JSON.stringify(JSON.parse(preview), null, 2)
  } catch {
    return visibleText(preview)
  }
}
