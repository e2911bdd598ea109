import { useStore } from 'zustand'
import { visibleText } from '../../lib/visible-text.ts'
import { tokenName } from '../../model/settings/setting-entries.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { Term } from '../../ui/Term.tsx'
import { Until } from '../../widgets/Times.tsx'
import styles from './AllowedNow.module.css'

/** What programs may do for an hour without a question, and the way to take it back; nothing at all while nobody may. */
export function AllowedNow() {
  const { approvals, tokens: known } = usePanel()
  const grants = useStore(approvals.state, (state) => state.grants)
  const tokens = useStore(known.state, (state) => state.tokens)
  const live = useLive()
  if (grants.length === 0) return null
  return (
    <section className={styles['allowed']} aria-labelledby="allowed-title">
      <div className={styles['title']}>
        <h2 id="allowed-title">Allowed for now</h2>
        <Term word="allow for one hour" />
      </div>
      <ul>
        {grants.map((grant) => {
          const { id, program, tool, tokenId, allowedUntil } = grant
          return (
            <li key={id}>
              <ClientText className={styles['who']} text={program} />
              <ClientText text={tool} />
              <span>with token {tokenName(tokenId, tokens)}</span>
              <Until at={allowedUntil} />
              <Button
                disabled={!live}
                aria-label={`Take back ${visibleText(tool)} from ${visibleText(program)}`}
                onClick={() => void approvals.takeBack(grant)}
              >
                Take back
              </Button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
