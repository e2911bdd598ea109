import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { Approval, ApprovalDetail } from '../../../shared/approvals.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { TermList } from '../../ui/TermList.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import { Until } from '../../widgets/Times.tsx'
import { ApprovalCode } from './ApprovalCode.tsx'
import { ApprovalTargets } from './ApprovalTargets.tsx'
import styles from './ApprovalCard.module.css'

const answers = [
  { word: 'allow once', shown: 'Allow once' },
  { word: 'allow for this session', shown: 'Allow for this session' },
  { word: 'allow for one hour', shown: 'For its program, one hour' },
  { word: 'deny', shown: 'Deny' },
] as const

interface ApprovalCardProps {
  approval: Approval
  /** Whether an event at this time (`timeStamp`, milliseconds) may answer: not one meant for the request before. */
  mayAnswer: (at: number) => boolean
}

/** One request: who wants what done where, and the answers to it. */
export function ApprovalCard({ approval, mayAnswer }: ApprovalCardProps) {
  const { approvals } = usePanel()
  const live = useLive()
  const card = useRef<HTMLElement>(null)
  const [denying, setDenying] = useState(false)
  const { id, from, program, programTitle, codeLength, code, targets, targetCount } = approval
  const detail = useDetail(id, code.length < codeLength || targets.length < targetCount)
  useIntent(
    'deny',
    () => setDenying(true),
    (intent) => intent.id === id,
  )
  const who = from?.name ?? program

  const answer = (how: 'once' | 'session' | 'program', at: number) => {
    if (!mayAnswer(at)) return
    focusNext(card.current)
    void approvals.answer({ id, answer: how })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || !live) return
    // A key that is held down must not answer what comes next.
    if (event.repeat) return
    const shortcut = shortcutOf(event, 'approvals')
    const { nextElementSibling, previousElementSibling } = event.currentTarget
    if (shortcut === 'once') answer('once', event.timeStamp)
    else if (shortcut === 'session') answer('session', event.timeStamp)
    else if (shortcut === 'program' && programTitle !== null) answer('program', event.timeStamp)
    else if (shortcut === 'deny') setDenying(true)
    else if (shortcut === 'next') {
      focusCard(event.key === 'ArrowDown' ? nextElementSibling : previousElementSibling)
    } else return
    event.preventDefault()
  }

  return (
    <article
      ref={card}
      className={styles['card']}
      data-approval={id}
      tabIndex={0}
      aria-label={`${visibleText(who)} wants ${approval.tool}`}
      aria-keyshortcuts="A S H D"
      onKeyDown={onKeyDown}
    >
      <h2>
        <ClientText className={styles['name']} text={who} />
        <span className={styles['wants']}>wants</span>
        <ClientText className={styles['tool']} text={approval.tool} />
        <span className={styles['until']}>
          waits <Until at={approval.deniedAt} />
        </span>
      </h2>
      {approval.again && (
        <p className={styles['again']} role="note">
          Asked again: another program has taken the place of a target since it was allowed, or nobody can
          tell.
        </p>
      )}
      <Facts>
        <Fact
          name={approval.targetCount === 1 ? 'In' : `In ${approval.targetCount}`}
          value={(detail?.targets ?? approval.targets).map(({ uuid }) => uuid).join(', ')}
          wrap
        >
          <ApprovalTargets approval={approval} targets={detail?.targets ?? approval.targets} />
        </Fact>
        {approval.claims !== null && (
          <Fact name="Claims to be">
            <ClientText className={styles['claim']} text={approval.claims} />
          </Fact>
        )}
        <Fact name="Program" term="program">
          <ClientText text={program} />
        </Fact>
        <Fact name="Token" term="token">
          <ClientText text={`${approval.tokenName}, from ${approval.address}`} />
        </Fact>
        {approval.title !== '' && `blender_${approval.title}` !== approval.tool && (
          <Fact name="It says">
            <ClientText text={approval.title} />
          </Fact>
        )}
      </Facts>
      <ApprovalCode approval={approval} code={detail?.code ?? code} />
      {denying ? (
        <DenyForm
          onDeny={(reason) => {
            focusNext(card.current)
            void approvals.answer({ id, answer: 'deny', reason })
          }}
          onCancel={() => {
            setDenying(false)
            card.current?.focus()
          }}
        />
      ) : (
        <div className={styles['buttons']}>
          <Button kind="primary" disabled={!live} onClick={(event) => answer('once', event.timeStamp)}>
            Allow once
          </Button>
          <Button
            disabled={!live}
            title={`No more questions about ${visibleText(approval.tool)} until this session ends`}
            onClick={(event) => answer('session', event.timeStamp)}
          >
            Allow for this session
          </Button>
          {programTitle !== null && (
            <Button
              disabled={!live}
              title={`For an hour no more questions about ${visibleText(approval.tool)} from any window of this program with this token`}
              onClick={(event) => answer('program', event.timeStamp)}
            >
              For {visibleText(programTitle)}, one hour
            </Button>
          )}
          <Button kind="danger" disabled={!live} onClick={() => setDenying(true)}>
            Deny…
          </Button>
          <TermList label="What the answers mean" terms={answers} />
        </div>
      )}
    </article>
  )
}

/** All of a request whose start alone has come; null until it has. */
function useDetail(id: string, isCut: boolean): ApprovalDetail | null {
  const { approvals } = usePanel()
  const live = useLive()
  const [detail, setDetail] = useState<ApprovalDetail | null>(null)
  const isWanted = isCut && detail === null && live
  useEffect(() => {
    if (!isWanted) return undefined
    let isOver = false
    void approvals.detail(id).then((answer) => {
      if (!isOver) setDetail(answer)
    })
    return () => {
      isOver = true
    }
  }, [approvals, id, isWanted])
  return detail
}

function DenyForm({ onDeny, onCancel }: { onDeny: (reason: string) => void; onCancel: () => void }) {
  const live = useLive()
  const [reason, setReason] = useState('')
  return (
    <form
      className={styles['buttons']}
      onSubmit={(event) => {
        event.preventDefault()
        onDeny(reason)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        onCancel()
      }}
    >
      <input
        type="text"
        className={styles['reason']}
        aria-label="Reason"
        placeholder="Why not? The program is told"
        autoFocus
        autoComplete="off"
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button kind="danger-fill" type="submit" disabled={!live}>
        Deny
      </Button>
      <Button onClick={onCancel}>Cancel</Button>
    </form>
  )
}

function focusCard(element: Element | null | undefined): void {
  if (element instanceof HTMLElement && element.matches('[data-approval]')) element.focus()
}

/** An answered request leaves the list: the keyboard goes on with its neighbour. */
function focusNext(card: HTMLElement | null): void {
  const next = card?.nextElementSibling
  focusCard(next?.matches('[data-approval]') === true ? next : card?.previousElementSibling)
}
