import { useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Refused, Until } from '../../widgets/Times.tsx'
import { exactTime } from '../../lib/time-text.ts'
import { BlockForm } from './BlockForm.tsx'
import { Row, useShown } from './Row.tsx'
import { tokenName } from '../../model/settings/setting-entries.ts'
import styles from './Settings.module.css'

/** Who is kept away, by whatever it goes. */
export function BlocksSection() {
  const { blocks, tokens } = usePanel()
  const live = useLive()
  const shown = useShown()
  const list = useStore(blocks.state, (state) => state.blocks)
  const listed = useStore(tokens.state, (state) => state.tokens)
  const [adding, setAdding] = useState(false)
  useIntent('add a block', () => setAdding(true))
  const visible = list.filter(({ id }) => shown(`block ${id}`))
  return (
    <>
      <Row id="blocks">
        <Button disabled={!live || adding} onClick={() => setAdding(true)}>
          Add a block…
        </Button>
      </Row>
      {adding && <BlockForm onDone={() => setAdding(false)} />}
      {list.length === 0 && shown('blocks') && <p className={styles['note']}>Nobody is blocked.</p>}
      {visible.length > 0 && (
        <ul className={styles['list']} aria-label="Blocks">
          {visible.map(({ id, kind, userId, subject, tokenId, reason, createdAt, blockedUntil, refused }) => {
            const name = kind === 'token' ? tokenName(subject, listed) : subject
            return (
              <li key={id}>
                <span title={`Since ${exactTime(createdAt)}`}>
                  {kind}
                  {tokenId !== null && ` with token ${tokenName(tokenId, listed)}`}
                  {userId !== '' && userId !== 'local' && ` of ${userId}`}
                </span>
                <ClientText className={styles['who']} text={name} />
                <span className={styles['why']} title={visibleText(reason)}>
                  {reason === '' ? 'no reason given' : <bdi>{visibleText(reason)}</bdi>}
                </span>
                <Refused {...refused} />
                {blockedUntil === null ? <span>until lifted</span> : <Until at={blockedUntil} />}
                <Button
                  disabled={!live}
                  aria-label={`Lift the block of ${visibleText(name)}`}
                  onClick={() => void blocks.lift({ id }, visibleText(name))}
                >
                  Lift
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
