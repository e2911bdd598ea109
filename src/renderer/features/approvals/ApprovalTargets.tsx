import type { Approval, ApprovalTarget } from '../../../shared/approvals.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import styles from './ApprovalCard.module.css'

interface ApprovalTargetsProps {
  approval: Pick<Approval, 'routing' | 'targetCount'>
  /** All of them, or the first ones while the rest has not come. */
  targets: readonly ApprovalTarget[]
}

/** Everybody who is to work, each with what tells it from another of the same name. */
export function ApprovalTargets({ approval: { routing, targetCount }, targets }: ApprovalTargetsProps) {
  return (
    <>
      {routing.type === 'group' && `group ${visibleText(routing.group_id)}`}
      {routing.type === 'type_filter' && `all of type ${visibleText(routing.client_type)}`}
      {routing.type === 'broadcast' && 'everybody'}
      <ul className={styles['targets']} aria-label="Targets" tabIndex={targets.length > 5 ? 0 : undefined}>
        {targets.map(({ uuid, name, host }) => (
          <li key={uuid}>
            <a className={styles['client']} href={`#/clients/${encodeURIComponent(uuid)}`}>
              <ClientText text={name} />
            </a>
            {uuid !== name && <ClientText className={styles['uuid']} text={uuid} />}
            <span className={styles['host']}>
              {host === null ? (
                'on an unknown host'
              ) : (
                <>
                  on <ClientText text={host} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {targetCount > targets.length && (
        <strong className={styles['unshown']}>{targetCount - targets.length} more are not shown yet.</strong>
      )}
    </>
  )
}
