import { Ban } from 'lucide-react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { ListedBlock } from '../../../shared/blocks.ts'
import { blockName } from '../../model/blocks/block-name.ts'
import { tokenName } from '../../model/settings/setting-entries.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { Term } from '../../ui/Term.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Refused, Until } from '../../widgets/Times.tsx'
import { BlockMenu } from './BlockMenu.tsx'
import styles from './BlockedList.module.css'

/** Who is kept away, why and for how long; nothing at all while nobody is. */
export function BlockedList() {
  const list = useStore(usePanel().blocks.state, (state) => state.blocks)
  const live = useLive()
  if (list.length === 0) return null
  return (
    <section className={styles['blocked']} aria-labelledby="blocked-title">
      <div className={styles['title']}>
        <Ban size={13} aria-hidden />
        <h2 id="blocked-title">Blocked</h2>
        <Term word="block" />
        <span className={`${styles['count']} num`} translate="no">
          {list.length}
        </span>
      </div>
      <BlockMenu>
        <ul tabIndex={list.length > 3 ? 0 : undefined}>
          {list.map((block) => (
            <BlockedClient key={block.id} block={block} live={live} />
          ))}
        </ul>
      </BlockMenu>
    </section>
  )
}

const kindNames = { program: 'Program', address: 'Address', token: 'Token' } as const

function BlockedClient({ block, live }: { block: ListedBlock; live: boolean }) {
  const { blocks, tokens: known } = usePanel()
  const tokens = useStore(known.state, (state) => state.tokens)
  const who = blockName(block)
  return (
    <li data-block={block.id}>
      {block.kind !== 'client' && <span>{kindNames[block.kind]}</span>}
      <ClientText className={styles['who']} text={who} />
      {block.tokenId !== null && <span>with token {tokenName(block.tokenId, tokens)}</span>}
      <span className={styles['why']} title={visibleText(block.reason)}>
        {block.reason === '' ? 'no reason given' : <bdi>{visibleText(block.reason)}</bdi>}
      </span>
      <Refused {...block.refused} />
      {block.blockedUntil === null ? <span>until lifted</span> : <Until at={block.blockedUntil} />}
      <Button
        className={styles['lift']}
        disabled={!live}
        aria-label={`Lift the block of ${visibleText(who)}`}
        onClick={() => void blocks.lift({ id: block.id }, visibleText(who))}
      >
        Lift
      </Button>
    </li>
  )
}
