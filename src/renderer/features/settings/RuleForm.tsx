import { useId, useState, type SelectHTMLAttributes } from 'react'
import { useStore } from 'zustand'
import { approvalModeSchema, approvalRuleSchema, type ApprovalRule } from '../../../shared/approvals.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { UserField, UuidField } from './ClientFields.tsx'
import { Field } from './Row.tsx'
import { modeNames, ruleEntry } from '../../model/settings/setting-entries.ts'
import styles from './Settings.module.css'

/** Tools that a rule is likely to name; any other may be typed. */
const commonTools = ['blender_execute_code', 'blender_render_image', 'blender_open_file', 'blender_save_file']

/** A new rule, or other terms for one that there is. */
export function RuleForm({ rule, onDone }: { rule: ApprovalRule | null; onDone: () => void }) {
  const { approvals } = usePanel()
  const live = useLive()
  const [uuid, setUuid] = useState(rule?.client?.uuid ?? '')
  const [userId, setUserId] = useState(rule?.client?.userId ?? 'local')
  const [ownToken, setOwnToken] = useState(rule?.client?.tokenId ?? '')
  const [role, setRole] = useState(rule?.client?.as ?? '')
  const [token, setToken] = useState(rule?.token ?? '')
  const [tool, setTool] = useState(rule?.tool ?? '')
  const [mode, setMode] = useState(rule?.mode ?? 'ask')
  const [problem, setProblem] = useState<{ field: 'client' | 'token' | 'form'; text: string } | null>(null)
  const toolSuggestions = useId()
  const at = (field: 'client' | 'token' | 'form') => (problem?.field === field ? problem.text : null)

  const save = async () => {
    const parsed = approvalRuleSchema.safeParse({
      client:
        uuid.trim() === ''
          ? null
          : {
              userId: userId.trim(),
              uuid: uuid.trim(),
              tokenId: ownToken === '' ? null : ownToken,
              as: role === '' ? null : role,
            },
      token: token === '' ? null : token,
      tool: tool.trim() === '' ? null : tool.trim(),
      mode,
    })
    if (!parsed.success) {
      const text = parsed.error.issues[0]?.message ?? 'The rule is not complete'
      setProblem({ field: uuid.trim() === '' ? 'client' : 'token', text: `${text}.` })
      return
    }
    const next = parsed.data
    if (next.mode === 'allow' && next.client !== null && (next.client.tokenId === null || role === '')) {
      const text = 'A rule that allows a client names its own token, and whether it asks or is asked.'
      setProblem({ field: 'client', text })
      return
    }
    const old = rule === null ? null : ruleEntry(rule)
    const refused = await approvals.setRules((all) => {
      const others = all.filter((each) => ruleEntry(each) !== old && !samePlace(each, next))
      return [...others, next]
    })
    if (refused === null) onDone()
    else setProblem({ field: 'form', text: refused })
  }

  return (
    <form
      className={styles['form']}
      aria-label={rule === null ? 'New rule' : 'Edit rule'}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone()
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <UuidField
        label="Client"
        placeholder="its uuid; empty for any"
        problem={at('client')}
        value={uuid}
        onChange={setUuid}
        onUser={setUserId}
      />
      {uuid.trim() !== '' && (
        <>
          <UserField required value={userId} onChange={setUserId} />
          <Field label="Its own token">
            {(field) => <TokenSelect field={field} value={ownToken} onChange={setOwnToken} />}
          </Field>
          <Field label="Holds for">
            {(field) => (
              <select
                {...field}
                value={role}
                onChange={({ target: { value } }) =>
                  setRole(value === 'sender' || value === 'target' ? value : '')
                }
              >
                <option value="">both</option>
                <option value="sender">what it asks for</option>
                <option value="target">what is asked of it</option>
              </select>
            )}
          </Field>
        </>
      )}
      <Field label="Token of who asks" problem={at('token')}>
        {(field) => <TokenSelect field={field} value={token} onChange={setToken} />}
      </Field>
      <Field label="Tool">
        {(field) => (
          <input
            {...field}
            type="text"
            autoComplete="off"
            maxLength={200}
            list={toolSuggestions}
            placeholder="blender_…; empty for any"
            value={tool}
            onChange={({ target }) => setTool(target.value)}
          />
        )}
      </Field>
      <Field label="What it may do">
        {(field) => (
          <select
            {...field}
            value={mode}
            onChange={({ target }) => setMode(approvalModeSchema.parse(target.value))}
          >
            {approvalModeSchema.options.map((each) => (
              <option key={each} value={each}>
                {modeNames[each]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <datalist id={toolSuggestions}>
        {commonTools.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <div role="alert" className={styles['problem']}>
        {at('form')}
      </div>
      <div className={styles['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="primary" type="submit" disabled={!live}>
          Save rule
        </Button>
      </div>
    </form>
  )
}

interface TokenSelectProps {
  field: Pick<SelectHTMLAttributes<HTMLSelectElement>, 'id'>
  /** A token's id; empty for any. */
  value: string
  onChange: (value: string) => void
}

function TokenSelect({ field, value, onChange }: TokenSelectProps) {
  const { tokens } = usePanel()
  const listed = useStore(tokens.state, (state) => state.tokens) ?? []
  return (
    <select {...field} value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">any</option>
      <option value="local">local, the one of the person who runs the server</option>
      {listed.map(({ id, name, userId: user }) => (
        <option key={id} value={id}>
          {name} of {user}
        </option>
      ))}
      {value !== '' && value !== 'local' && !listed.some(({ id }) => id === value) && (
        <option value={value}>{value}</option>
      )}
    </select>
  )
}

/** Two rules for the same parts would only hide one of them. */
function samePlace(one: ApprovalRule, other: ApprovalRule): boolean {
  return ruleEntry({ ...one, mode: 'deny' }) === ruleEntry({ ...other, mode: 'deny' })
}
