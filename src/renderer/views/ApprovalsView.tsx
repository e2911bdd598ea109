import { useCallback, useRef } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../panel/panel-context.ts'
import { placeLink } from '../panel/router.ts'
import bar from '../ui/Toolbar.module.css'
import { countOf } from '../lib/count-text.ts'
import { AllowedNow } from '../features/approvals/AllowedNow.tsx'
import { ApprovalCard } from '../features/approvals/ApprovalCard.tsx'
import styles from './ApprovalsView.module.css'
import { PolicyDefault } from '../features/approvals/PolicyDefault.tsx'

/** An answered request makes room, and the next one moves under the pointer: a second click so soon was not for it. */
const pauseMs = 400

/** Work that waits for a person, oldest first, and the switch that says what has to wait. */
export function ApprovalsView() {
  const { approvals } = usePanel()
  const live = useLive()
  const pending = useStore(approvals.state, (state) => state.pending)
  const answeredAt = useRef(-Infinity)
  const mayAnswer = useCallback((at: number) => {
    if (at - answeredAt.current < pauseMs) return false
    answeredAt.current = at
    return true
  }, [])
  return (
    <main className={styles['view']} aria-label="Approvals">
      <h1 className="spoken">Approvals</h1>
      <Policy />
      <p role="status" className="spoken">
        {pending.length === 0 ? 'Nothing waits.' : `${countOf(pending.length, 'request')} waiting.`}
      </p>
      <div className={`${styles['list']} ${live ? '' : styles['lost']}`}>
        {pending.length === 0 ? (
          <div className={styles['empty']}>
            <h2>Nothing waits for you</h2>
            <p>
              When a program that has to ask wants to change something in a Blender, its code is shown here
              before it runs. Without an answer it is denied after two minutes.
            </p>
          </div>
        ) : (
          <>
            {pending.map((approval) => (
              <ApprovalCard key={approval.id} approval={approval} mayAnswer={mayAnswer} />
            ))}
            <p className={styles['keys']} aria-hidden>
              <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>A</kbd> allow once, <kbd>S</kbd> allow for this session,{' '}
              <kbd>H</kbd> for its program, one hour, <kbd>D</kbd> deny
            </p>
          </>
        )}
        <AllowedNow />
      </div>
    </main>
  )
}

function Policy() {
  const rules = useStore(usePanel().approvals.state, ({ policy }) => policy?.rules.length ?? 0)
  return (
    <div className={bar['bar']} role="toolbar" aria-label="Policy">
      <PolicyDefault />
      <span className={bar['selected']}>
        {rules > 0 && <a href={placeLink('settings', 'approvals')}>{countOf(rules, 'rule')} beside it</a>}
      </span>
    </div>
  )
}
