import { useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { reasonLength } from '../../../shared/blocks.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { countOf } from '../status/count-text.ts'
import { OutcomeList } from './OutcomeList.tsx'
import { pacedStep, type UnregisterState, type UnregisterTarget } from './unregister-store.ts'
import styles from './UnregisterDialog.module.css'

const blockChoices = [
  { label: 'No block, it may come back at once', seconds: null },
  { label: '15 minutes', seconds: 15 * 60 },
  { label: '1 hour', seconds: 3_600 },
  { label: '1 day', seconds: 86_400 },
  { label: '30 days', seconds: 30 * 86_400 },
] as const

/** So many names are listed; the others are counted. */
const namesShown = 5

/** Asks before clients are unregistered, and says what came of it where that is not plain success. */
export function UnregisterDialog() {
  const { unregister, selection } = usePanel()
  const dialog = useStore(unregister.state, (state) => state.dialog)
  const element = useRef<HTMLDialogElement>(null)
  const open = dialog !== null

  useEffect(() => {
    const node = element.current
    if (!open || node === null) return
    node.showModal()
    return () => {
      node.close()
      selection.focusActive()
    }
  }, [open, selection])

  if (dialog === null) return null
  return (
    <dialog
      ref={element}
      className={styles['dialog']}
      aria-labelledby="unregister-title"
      // The browser closes a dialog on a second Escape whatever the page says, even while an order is on its way.
      closedby="none"
      onKeyDown={(event) => {
        if (event.key === 'Escape') unregister.dismiss()
      }}
    >
      <h2 id="unregister-title">Unregister client</h2>
      {dialog.phase === 'answered' ? (
        <Answered dialog={dialog} />
      ) : (
        <Question dialog={dialog} key={dialog.targets.map(({ key }) => key).join()} />
      )}
    </dialog>
  )
}

type Asking = Exclude<NonNullable<UnregisterState>, { phase: 'answered' }>

function Question({ dialog }: { dialog: Asking }) {
  const { unregister } = usePanel()
  const live = useLive()
  const [reason, setReason] = useState('')
  const [choice, setChoice] = useState(0)
  const ids = { reason: useId(), block: useId() }
  const many = dialog.targets.length > pacedStep
  const [paced, setPaced] = useState(many)
  const pending = dialog.phase === 'pending'
  const problem = dialog.phase === 'asking' ? dialog.problem : null

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void unregister.confirm({ reason, blockSeconds: blockChoices[choice]?.seconds ?? null, paced })
      }}
    >
      <Names targets={dialog.targets} />
      <Consequences targets={dialog.targets} />
      <div className={styles['field']}>
        <label htmlFor={ids.reason}>Reason</label>
        <input
          id={ids.reason}
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
      <div className={styles['field']}>
        <label htmlFor={ids.block}>Block</label>
        <select
          id={ids.block}
          value={choice}
          disabled={pending}
          onChange={(event) => setChoice(Number(event.target.value))}
        >
          {blockChoices.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
      </div>
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
            <span className="num">
              {' '}
              (about {countOf(Math.ceil(dialog.targets.length / pacedStep), 'second')})
            </span>
          </span>
        </label>
      )}
      <div role="alert" className={problem === null ? undefined : styles['problem']}>
        {problem}
      </div>
      <div className={styles['buttons']}>
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
      </div>
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
      <strong className="num">{countOf(targets.length, 'client')}</strong>
      <ul>
        {targets.slice(0, namesShown).map((target) => (
          <li key={target.key}>
            <ClientText className={styles['name']} text={target.name} />
            {target.name !== target.uuid && <ClientText className={styles['id']} text={target.uuid} />}
          </li>
        ))}
        {rest > 0 && <li className="num">and {rest} more</li>}
      </ul>
    </div>
  )
}

/** What will happen, with the jobs as they are while the dialog is open. */
function Consequences({ targets }: { targets: readonly UnregisterTarget[] }) {
  const one = targets.length === 1
  const { jobs, left } = useStore(
    usePanel().clients.state,
    useShallow(({ byKey }) => {
      let jobs = 0
      let left = 0
      for (const { key } of targets) {
        const client = byKey.get(key)
        if (client === undefined) left += 1
        else jobs += client.jobsWaiting + (client.job === null ? 0 : 1)
      }
      return { jobs, left }
    }),
  )
  return (
    <p className={styles['consequences']}>
      {one ? 'Its session ends' : 'Their sessions end'} and {one ? 'it leaves' : 'they leave'} the bus.{' '}
      {jobs === 0
        ? `No job is running or waiting ${one ? 'there' : 'on them'}.`
        : `${countOf(jobs, 'unfinished job')} end${jobs === 1 ? 's' : ''} as cancelled, and ${jobs === 1 ? 'its sender is' : 'their senders are'} told.`}
      {left > 0 && ` ${one ? 'It has' : `${left} of them have`} left meanwhile.`}
    </p>
  )
}

function Answered({ dialog }: { dialog: Extract<NonNullable<UnregisterState>, { phase: 'answered' }> }) {
  const { unregister } = usePanel()
  return (
    <>
      <OutcomeList targets={dialog.targets} outcomes={dialog.outcomes} />
      <div className={styles['buttons']}>
        <Button autoFocus onClick={unregister.dismiss}>
          Close
        </Button>
      </div>
    </>
  )
}
