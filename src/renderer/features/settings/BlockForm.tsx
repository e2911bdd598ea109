import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { blockInputSchema, blockKindSchema, reasonLength, type BlockKind } from '../../../shared/blocks.ts'
import type { ClientRef } from '../../../shared/clients.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { clientName } from '../../model/clients/client-text.ts'
import { UserField } from './ClientFields.tsx'
import { Field } from './Row.tsx'
import styles from './Settings.module.css'

/** `now` is what happens to those who are connected. */
const kindFacts: Record<BlockKind, { label: string; subject: string; now: string }> = {
  client: {
    label: 'a client',
    subject: 'Its uuid',
    now: 'If this client is connected, it is unregistered now.',
  },
  program: {
    label: 'a program',
    subject: 'The name that it gives',
    now: 'It leaves the bus now, with every token; what it asks for is refused.',
  },
  address: {
    label: 'an address',
    subject: 'The address',
    now: 'Every session from there ends now, on every bus.',
  },
  token: {
    label: 'a token',
    subject: 'The token’s id',
    now: 'All that use it leave the bus now; what they ask for is refused.',
  },
}

const day = 86_400
const terms = [
  { text: 'until it is lifted', seconds: null },
  { text: '15 minutes', seconds: 900 },
  { text: '1 hour', seconds: 3_600 },
  { text: '1 day', seconds: day },
  { text: '30 days', seconds: 30 * day },
] as const

interface BlockFormProps {
  /** The one to block, where that is settled. */
  client?: ClientRef
  onDone: () => void
}

/** Keeps somebody away; what is connected now ends. */
export function BlockForm({ client, onDone }: BlockFormProps) {
  const { blocks } = usePanel()
  const live = useLive()
  const [kind, setKind] = useState<BlockKind>(client === undefined ? 'program' : 'client')
  const [subject, setSubject] = useState(client?.uuid ?? '')
  const [userId, setUserId] = useState(client?.userId ?? 'local')
  const [reason, setReason] = useState('')
  const [term, setTerm] = useState(0)
  const [problem, setProblem] = useState<{ field: string; text: string } | null>(null)
  const suggestions = useId()
  const at = (field: string) => (problem?.field === field ? problem.text : null)

  const add = async () => {
    const parsed = blockInputSchema.safeParse({
      kind,
      userId: kind === 'client' ? userId.trim() : '',
      subject: subject.trim(),
      reason,
      blockSeconds: terms[term]?.seconds ?? null,
    })
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const field = String(issue?.path[0] ?? 'userId')
      const length = 'It takes 1 to 200 characters.'
      const subjectText = issue?.code === 'custom' ? issue.message : length
      setProblem({ field, text: field === 'subject' ? subjectText : 'Say whose client it is.' })
      return
    }
    const refused = await blocks.add(parsed.data)
    if (refused === null) onDone()
    else setProblem({ field: 'form', text: refused })
  }

  return (
    <form
      className={styles['form']}
      aria-label="New block"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone()
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      {client === undefined && (
        <>
          <Field label="Block">
            {(field) => (
              <select
                {...field}
                autoFocus
                value={kind}
                onChange={({ target }) => setKind(blockKindSchema.parse(target.value))}
              >
                {blockKindSchema.options.map((each) => (
                  <option key={each} value={each}>
                    {kindFacts[each].label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={kindFacts[kind].subject} problem={at('subject')}>
            {(field) => (
              <input
                {...field}
                type="text"
                autoComplete="off"
                list={suggestions}
                maxLength={200}
                value={subject}
                onChange={({ target }) => setSubject(target.value)}
              />
            )}
          </Field>
          <Suggestions id={suggestions} kind={kind} />
        </>
      )}
      {kind === 'client' && client === undefined && (
        <UserField problem={at('userId')} value={userId} onChange={setUserId} />
      )}
      <Field label="Reason">
        {(field) => (
          <input
            {...field}
            type="text"
            autoComplete="off"
            maxLength={reasonLength}
            placeholder="who is kept away is told"
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <Field label="For">
        {(field) => (
          <select {...field} value={term} onChange={({ target }) => setTerm(Number(target.value))}>
            {terms.map(({ text }, index) => (
              <option key={text} value={index}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p className={styles['note']}>{kindFacts[kind].now}</p>
      <div role="alert" className={styles['problem']}>
        {at('form')}
      </div>
      <div className={styles['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="danger-fill" type="submit" disabled={!live}>
          Block
        </Button>
      </div>
    </form>
  )
}

/** What there is to block among those who are connected. */
function Suggestions({ id, kind }: { id: string; kind: BlockKind }) {
  const { clients, tokens } = usePanel()
  const byKey = useStore(clients.state, (state) => state.byKey)
  const listed = useStore(tokens.state, (state) => state.tokens)
  const found = new Map<string, string>()
  if (kind === 'token') for (const token of listed ?? []) found.set(token.id, token.name)
  else {
    for (const client of byKey.values()) {
      if (kind === 'client') found.set(client.record.uuid, clientName(client))
      else if (kind === 'address' && client.address !== null) found.set(client.address, '')
      else if (kind === 'program' && client.program !== null)
        found.set(client.program.name, client.program.title)
      if (found.size >= 200) break
    }
  }
  return (
    <datalist id={id}>
      {[...found].map(([value, label]) => (
        <option key={value} value={value} label={label === '' ? value : label} />
      ))}
    </datalist>
  )
}
