import { Ban } from 'lucide-react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { Block } from '../../../shared/panel-contract.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { Until } from '../status/Times.tsx'
import styles from './BlockedList.module.css'

/** Who is kept away, why and for how long; nothing at all while nobody is. */
export function BlockedList() {
  const list = useStore(usePanel().blocks.state, (state) => state.blocks)
  const live = useLive()
  if (list.length === 0) return null
  return (
    <section className={styles['blocked']} aria-labelledby="blocked-title">
      <h2>
        <Ban size={13} aria-hidden />
        <span id="blocked-title">Blocked</span>
        <span className={`${styles['count']} num`}>{list.length}</span>
      </h2>
      <ul tabIndex={list.length > 3 ? 0 : undefined}>
        {list.map((block) => (
          <BlockedClient key={`${block.userId}\u001f${block.uuid}`} block={block} live={live} />
        ))}
      </ul>
    </section>
  )
}

function BlockedClient({ block, live }: { block: Block; live: boolean }) {
  const { blocks } = usePanel()
  return (
    <li>
      <ClientText className={styles['who']} text={block.uuid} />
      <span className={styles['why']} title={visibleText(block.reason)}>
        {block.reason === '' ? 'no reason given' : <bdi>{visibleText(block.reason)}</bdi>}
      </span>
      <Until at={block.blockedUntil} />
      <Button
        className={styles['lift']}
        disabled={!live}
        aria-label={`Lift the block of ${visibleText(block.uuid)}`}
        onClick={() => void blocks.lift(block, visibleText(block.uuid))}
      >
        Lift
      </Button>
    </li>
  )
}
