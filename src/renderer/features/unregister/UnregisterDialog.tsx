import { useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { reasonLength } from '../../../shared/blocks.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../../lib/count-text.ts'
import { BlockFields, defaultBlockSeconds, type BlockChoice } from './BlockFields.tsx'
import { Consequences } from './Consequences.tsx'
import { OutcomeList } from './OutcomeList.tsx'
import { defaultScope } from '../../model/unregister/block-scope.ts'
import {
  pacedStep,
  type UnregisterState,
  type UnregisterTarget,
} from '../../model/unregister/unregister-store.ts'
import styles from './UnregisterDialog.module.css'

/** So many names are listed; the others are counted. */
const namesShown = 5

/** Asks before clients are unregistered, and says what came of it where that is not plain success. */
export function UnregisterDialog() {
  const { unregister, selection } = usePanel()
  const dialog = useStore(unregister.state, (state) => state.dialog)
  const open = dialog !== null

  // The row that the dialog was asked from may have left with its client: the focus goes to the one that follows.
  useEffect(() => {
    if (open) return () => selection.focusActive()
    return undefined
  }, [open, selection])

  if (dialog === null) return null
  return (
    <Dialog
      title="Unregister client"
      className={styles['dialog']}
      // Not even a second Escape closes it while an order is on its way.
      dismissable={false}
      onClose={unregister.dismiss}
    >
      {dialog.phase === 'answered' ? (
        <Answered dialog={dialog} />
      ) : (
        <Question dialog={dialog} key={dialog.targets.map(({ key }) => key).join()} />
      )}
    </Dialog>
  )
}

type Asking = Exclude<NonNullable<UnregisterState>, { phase: 'answered' }>

function Question({ dialog }: { dialog: Asking }) {
  const { unregister } = usePanel()
  const live = useLive()
  const [reason, setReason] = useState('')
  const [block, setBlock] = useState<BlockChoice>(() => {
    const scope = defaultScope(dialog.targets)
    return { scope, seconds: scope === 'program' ? defaultBlockSeconds : null }
  })
  const reasonId = useId()
  const many = dialog.targets.length > pacedStep
  const [paced, setPaced] = useState(many)
  const recent = useStore(unregister.state, (state) => state.reasons)
  const reasonInput = useRef<HTMLInputElement>(null)
  const pending = dialog.phase === 'pending'
  const problem = dialog.phase === 'asking' ? dialog.problem : null

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void unregister.confirm({ reason, blockSeconds: block.seconds, scope: block.scope, paced })
      }}
    >
      <Names targets={dialog.targets} />
      <Consequences targets={dialog.targets} />
      <div className={styles['field']}>
        <label htmlFor={reasonId}>Reason</label>
        <input
          id={reasonId}
          ref={reasonInput}
          type="text"
          autoFocus
          autoComplete="off"
          maxLength={reasonLength}
          placeholder="The client and its partners are told"
          value={reason}
          readOnly={pending}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      {recent.length > 0 && (
        <div className={styles['recent']} role="group" aria-label="Recent reasons">
          {recent.map((each) => (
            <Button
              key={each}
              title={visibleText(each)}
              disabled={pending}
              onClick={() => {
                setReason(each)
                reasonInput.current?.focus()
              }}
            >
              <bdi>{visibleText(each)}</bdi>
            </Button>
          ))}
        </div>
      )}
      <BlockFields targets={dialog.targets} choice={block} disabled={pending} onChange={setBlock} />
      {many && (
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={paced}
            disabled={pending}
            onChange={(event) => setPaced(event.target.checked)}
          />
          <span>
            {pacedStep} a second, so that not all of them come back at once
            <span className="num" translate="no">
              {' '}
              (about {countOf(Math.ceil(dialog.targets.length / pacedStep), 'second')})
            </span>
          </span>
        </label>
      )}
      <div role="alert" className={problem === null ? undefined : styles['problem']}>
        {problem}
      </div>
      <DialogButtons>
        {dialog.phase === 'pending' && dialog.paced ? (
          <Button onClick={unregister.stop}>Stop</Button>
        ) : (
          <Button disabled={pending} onClick={unregister.dismiss}>
            Cancel
          </Button>
        )}
        <Button kind="danger-fill" type="submit" disabled={pending || !live} aria-busy={pending}>
          {dialog.phase !== 'pending'
            ? 'Unregister'
            : dialog.paced
              ? `${dialog.done} of ${dialog.targets.length}…`
              : 'Unregistering…'}
        </Button>
      </DialogButtons>
    </form>
  )
}

function Names({ targets }: { targets: readonly UnregisterTarget[] }) {
  const [only] = targets
  if (targets.length === 1 && only !== undefined) {
    return (
      <div className={styles['who']}>
        <ClientText className={styles['name']} text={only.name} />
        {only.name !== only.uuid && <ClientText className={styles['id']} text={only.uuid} />}
      </div>
    )
  }
  const rest = targets.length - namesShown
  return (
    <div className={styles['who']}>
      <strong className="num" translate="no">
        {countOf(targets.length, 'client')}
      </strong>
      <ul>
        {targets.slice(0, namesShown).map((target) => (
          <li key={target.key}>
            <ClientText className={styles['name']} text={target.name} />
            {target.name !== target.uuid && <ClientText className={styles['id']} text={target.uuid} />}
          </li>
        ))}
        {rest > 0 && (
          <li className="num" translate="no">
            and {rest} more
          </li>
        )}
      </ul>
    </div>
  )
}

function Answered({ dialog }: { dialog: Extract<NonNullable<UnregisterState>, { phase: 'answered' }> }) {
  const { unregister, clients } = usePanel()
  const live = useLive()
  const answered = new Set(dialog.outcomes.map(({ key }) => key))
  const rest = useStore(
    clients.state,
    ({ byKey }) => dialog.targets.filter(({ key }) => !answered.has(key) && byKey.has(key)).length,
  )
  const blocked = dialog.outcomes.filter(({ blockedUntil }) => blockedUntil !== null).length
  return (
    <>
      <OutcomeList {...dialog} />
      <DialogButtons>
        {blocked > 0 && (
          <Button
            disabled={!live}
            onClick={() => {
              unregister.liftBlocks()
              unregister.dismiss()
            }}
          >
            {blocked === 1 ? 'Lift the block' : `Lift ${blocked} blocks`}
          </Button>
        )}
        {rest > 0 && (
          <Button
            kind="danger"
            disabled={!live}
            onClick={() => unregister.askAboutRest((key) => clients.state.getState().byKey.has(key))}
          >
            Go on with {countOf(rest, 'client')}…
          </Button>
        )}
        <Button autoFocus onClick={unregister.dismiss}>
          Close
        </Button>
      </DialogButtons>
    </>
  )
}
