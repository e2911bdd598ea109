import { useState } from 'react'
import type { ClientRef } from '../../../shared/clients.ts'
import { programPrefixOf } from '../../../shared/forget.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { UserField, UuidField } from './ClientFields.tsx'
import styles from './Settings.module.css'

interface ForgetFormProps {
  /** The one to forget, where that is settled. */
  client?: ClientRef
  onDone: () => void
}

/** Deletes what is kept about a client, after it has said what that is. */
export function ForgetForm({ client, onDone }: ForgetFormProps) {
  const { forget } = usePanel()
  const live = useLive()
  const [uuid, setUuid] = useState(client?.uuid ?? '')
  const [userId, setUserId] = useState(client?.userId ?? 'local')
  const [problem, setProblem] = useState<string | null>(null)
  const [pending, setPending] = useState(false)

  const run = async () => {
    setPending(true)
    const refused = await forget({ userId: userId.trim(), uuid: uuid.trim() })
    setPending(false)
    if (refused === null) onDone()
    else setProblem(refused)
  }

  return (
    <form
      className={styles['form']}
      aria-label="Forget a client"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone()
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      {client === undefined && (
        <>
          <UuidField
            label="Uuid to forget"
            placeholder="it may have left long ago"
            required
            value={uuid}
            onChange={setUuid}
            onUser={setUserId}
          />
          <UserField label="User of it" required value={userId} onChange={setUserId} />
        </>
      )}
      <p className={styles['note']}>
        This deletes its entries in the activity log, with the messages, scripts and results in them, its jobs
        that have ended, and its last picture.
        {programPrefixOf(uuid.trim()) !== null &&
          ' All windows of this program with this token are meant.'}{' '}
        What it says from now on is kept again. It can’t be undone.
      </p>
      <div role="alert" className={styles['problem']}>
        {problem}
      </div>
      <div className={styles['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="danger-fill" type="submit" disabled={!live || pending} aria-busy={pending}>
          Forget
        </Button>
      </div>
    </form>
  )
}
