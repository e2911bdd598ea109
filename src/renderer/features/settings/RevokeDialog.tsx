import { useEffect, useId, useRef, useState } from 'react'
import type { TokenInfo } from '../../../shared/tokens.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import dialogStyles from '../unregister/UnregisterDialog.module.css'

/** Asks before a token is revoked, and says what ends with it. */
export function RevokeDialog({ token, onClose }: { token: TokenInfo; onClose: () => void }) {
  const { tokens } = usePanel()
  const live = useLive()
  const element = useRef<HTMLDialogElement>(null)
  const [pending, setPending] = useState(false)
  const title = useId()
  useEffect(() => {
    const node = element.current
    node?.showModal()
    return () => node?.close()
  }, [])
  const panels = token.scopes.includes('panel')
  return (
    <dialog
      ref={element}
      className={dialogStyles['dialog']}
      aria-labelledby={title}
      closedby="none"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !pending) onClose()
      }}
    >
      <h2 id={title}>Revoke the token {token.name}</h2>
      <p className={dialogStyles['consequences']}>
        Every session {panels ? 'and every panel ' : ''}that came with it ends at once: its clients leave the
        bus of {token.userId}, and their unfinished jobs end. Programs that use it can’t come back with it,
        and it can’t be brought back.
      </p>
      <div className={dialogStyles['buttons']}>
        <Button autoFocus disabled={pending} onClick={onClose}>
          Cancel
        </Button>
        <Button
          kind="danger-fill"
          disabled={pending || !live}
          aria-busy={pending}
          onClick={() => {
            setPending(true)
            void tokens.revoke(token).then(onClose)
          }}
        >
          {pending ? 'Revoking…' : 'Revoke'}
        </Button>
      </div>
    </dialog>
  )
}
