import { useState } from 'react'
import { useStore } from 'zustand'
import type { TokenInfo } from '../../../shared/tokens.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyLine } from '../../widgets/CopyLine.tsx'
import { Until } from '../../widgets/Times.tsx'
import { exactTime } from '../../lib/time-text.ts'
import { RevokeDialog } from './RevokeDialog.tsx'
import { OperatorOnlyNote, Row, useMayChange, useShown } from './Row.tsx'
import styles from './Settings.module.css'
import { TokenForm } from './TokenForm.tsx'

/** Who may come in by a token of their own. */
export function TokensSection() {
  const { tokens } = usePanel()
  const mayChange = useMayChange()
  const usable = useLive() && mayChange
  const shown = useShown()
  const { tokens: listed, problem } = useStore(tokens.state)
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ name: string; token: string } | null>(null)
  const [revoking, setRevoking] = useState<TokenInfo | null>(null)
  useIntent('create a token', () => setAdding(true))
  useIntent('revoke a token', ({ id }) => setRevoking(listed?.find((each) => each.id === id) ?? null))
  const visible = (listed ?? []).filter(({ id }) => shown(`token ${id}`))
  return (
    <>
      <OperatorOnlyNote what="tokens" />
      <Row id="tokens">
        <Button disabled={!usable || adding} onClick={() => setAdding(true)}>
          Create a token…
        </Button>
      </Row>
      {problem !== null && (
        <p role="alert" className={styles['problem']}>
          {problem}
        </p>
      )}
      {adding && (
        <TokenForm
          onMade={(created) => {
            setMade(created)
            setAdding(false)
          }}
          onCancel={() => setAdding(false)}
        />
      )}
      {made !== null && (
        <div className={styles['made']} role="group" aria-label="New token">
          <p>
            The token <b>{made.name}</b> is shown this once. Copy it now: it is kept nowhere.
          </p>
          <CopyLine what="token" text={made.token} />
          <div className={styles['buttons']}>
            <Button onClick={() => setMade(null)}>I have it</Button>
          </div>
        </div>
      )}
      {listed?.length === 0 && shown('tokens') && (
        <p className={styles['note']}>
          No token was made. Programs on this machine use the local one, found in endpoint.json.
        </p>
      )}
      {visible.length > 0 && (
        <ul className={styles['list']} aria-label="Tokens">
          {visible.map((token) => (
            <li key={token.id}>
              <span className={styles['who']}>{token.name}</span>
              <span>user {token.userId}</span>
              <span>{token.scopes.join(', ')}</span>
              <span className={styles['why']}>
                {token.expiresAt === null ? 'until revoked' : <Until at={token.expiresAt} />}
                {', '}
                {token.lastUsedAt === null ? (
                  'not used since the start'
                ) : (
                  <span title={exactTime(token.lastUsedAt)}>used since the start</span>
                )}
              </span>
              <Button
                kind="danger"
                disabled={!usable}
                aria-label={`Revoke the token ${token.name}`}
                onClick={() => setRevoking(token)}
              >
                Revoke…
              </Button>
            </li>
          ))}
        </ul>
      )}
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  )
}
