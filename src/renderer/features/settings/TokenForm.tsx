import { useState } from 'react'
import { tokenInputSchema, tokenScopeSchema, type TokenScope } from '../../../shared/tokens.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from './Row.tsx'
import styles from './Settings.module.css'

const scopeHelp: Record<TokenScope, string> = {
  bus: 'speak as a client',
  llm: 'drive Blenders',
  panel: 'see its user’s bus in a panel',
}

const day = 86_400
const lifetimes = [
  { text: 'until it is revoked', seconds: null },
  { text: 'one day', seconds: day },
  { text: '30 days', seconds: 30 * day },
  { text: 'one year', seconds: 365 * day },
] as const

interface TokenFormProps {
  onMade: (made: { name: string; token: string }) => void
  onCancel: () => void
}

export function TokenForm({ onMade, onCancel }: TokenFormProps) {
  const { tokens } = usePanel()
  const live = useLive()
  const [name, setName] = useState('')
  const [userId, setUserId] = useState('local')
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['bus', 'llm'])
  const [lifetime, setLifetime] = useState(0)
  const [problem, setProblem] = useState<{ field: string; text: string } | null>(null)
  const [pending, setPending] = useState(false)
  const at = (field: string) => (problem?.field === field ? problem.text : null)

  const create = async () => {
    const parsed = tokenInputSchema.safeParse({
      name: name.trim(),
      userId: userId.trim(),
      scopes,
      expiresInSeconds: lifetimes[lifetime]?.seconds ?? null,
    })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const field = String(issue?.path[0] ?? 'form')
      const text = field === 'scopes' ? 'Choose one at least.' : `It ${issue?.message ?? 'is not taken'}.`
      setProblem({ field, text })
      return
    }
    setPending(true)
    const answer = await tokens.create(parsed.data)
    setPending(false)
    if (answer.outcome === 'created') onMade({ name: answer.info.name, token: answer.token })
    else setProblem({ field: 'name', text: answer.message })
  }

  return (
    <form
      className={styles['form']}
      aria-label="New token"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !pending) onCancel()
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <Field label="Name" problem={at('name')}>
        {(field) => (
          <input
            {...field}
            type="text"
            autoFocus
            autoComplete="off"
            maxLength={64}
            placeholder="what it is for"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label="User" problem={at('userId')}>
        {(field) => (
          <input
            {...field}
            type="text"
            autoComplete="off"
            maxLength={64}
            value={userId}
            onChange={({ target }) => setUserId(target.value)}
          />
        )}
      </Field>
      <fieldset className={styles['checks']}>
        <legend>Scopes</legend>
        {tokenScopeSchema.options.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(
                  tokenScopeSchema.options.filter((each) =>
                    each === scope ? target.checked : scopes.includes(each),
                  ),
                )
              }
            />
            {scope}: {scopeHelp[scope]}
          </label>
        ))}
        <span role="alert" className={styles['problem']}>
          {at('scopes')}
        </span>
      </fieldset>
      <Field label="Holds">
        {(field) => (
          <select {...field} value={lifetime} onChange={({ target }) => setLifetime(Number(target.value))}>
            {lifetimes.map(({ text }, index) => (
              <option key={text} value={index}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className={styles['buttons']}>
        <Button disabled={pending} onClick={onCancel}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={!live || pending} aria-busy={pending}>
          Create token
        </Button>
      </div>
    </form>
  )
}
