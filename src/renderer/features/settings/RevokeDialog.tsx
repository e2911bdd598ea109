import { useState } from 'react'
import type { TokenInfo } from '../../../shared/tokens.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons, DialogText } from '../../ui/Dialog.tsx'

/** Asks before a token is revoked, and says what ends with it. */
export function RevokeDialog({ token, onClose }: { token: TokenInfo; onClose: () => void }) {
  const { tokens } = usePanel()
  const live = useLive()
  const [pending, setPending] = useState(false)
  const panels = token.scopes.includes('panel')
  return (
    <Dialog
      title={`Revoke the token ${token.name}`}
      dismissable={false}
      onClose={() => {
        if (!pending) onClose()
      }}
    >
      <DialogText>
        Every session {panels ? 'and every panel ' : ''}that came with it ends at once: its clients leave the
        bus of {token.userId}, and their unfinished jobs end. Programs that use it can’t come back with it,
        and it can’t be brought back.
      </DialogText>
      <DialogButtons>
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
      </DialogButtons>
    </Dialog>
  )
}
