import {
  useCallback,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  type KeyboardEvent,
  type RefCallback,
} from 'react'
import { useStore } from 'zustand'
import { blenderCommands } from '../../../shared/blender-commands.ts'
import { bounds, priorityNames } from '../../../shared/protocol.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeField, type Focusable } from '../../ui/CodeField.tsx'
import { clientName } from '../../model/clients/client-text.ts'
import { useInspector } from './inspector-context.ts'
import type { TabProps } from '../../model/inspector/inspector-tabs.ts'
import { sizeText } from '../../lib/time-text.ts'
import {
  checkDraft,
  draftKinds,
  knownParams,
  paramsTemplate,
  emptiedDraft,
  type Draft,
  type DraftCheck,
  type DraftField,
  type DraftProblem,
} from '../../model/send/draft.ts'
import { SentList } from './SentList.tsx'
import styles from './SendTab.module.css'

const kindTitles = { message: 'Message', code: 'Code', command: 'Command' } as const

/** Writes to this one client, and shows what became of what was written. */
export function SendTab({ client, current }: TabProps) {
  const { compose } = usePanel()
  const inspector = useInspector()
  const { draft, sent } = useStore(compose.state, () => compose.of(client))
  const session = useStore(inspector.state, (state) => state.detail?.session)
  const posted = useStore(inspector.state, (state) => state.detail?.posted)
  const sending = sent.some(({ state: { phase } }) => phase === 'sending')
  // Large texts are checked behind the typing, and once more when they are sent.
  const deferred = useDeferredValue(draft)
  const check = useMemo(() => checkDraft(deferred), [deferred])
  const ready = current && !sending && check.payload !== null && deferred === draft
  const kindName = useId()

  useEffect(() => {
    if (posted !== undefined) compose.heard(client.key, posted)
  }, [compose, client.key, posted])

  const wantsFocus = useStore(inspector.state, (state) => state.wantsFocus)
  const first = useRef<Focusable>(null)
  const setFirst = useCallback((field: Focusable | null) => {
    first.current = field
  }, [])
  useEffect(() => {
    if (wantsFocus !== 'field') return
    first.current?.focus()
    inspector.focusTaken()
  }, [wantsFocus, inspector])

  const edit = (change: Partial<Draft>) => compose.edit(client, change)
  const send = () => void compose.send(client)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    if (current) send()
  }
  return (
    <div className={styles['tab']}>
      <form
        className={styles['form']}
        aria-label="Send"
        noValidate
        onKeyDown={onKeyDown}
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <p className={styles['to']}>
          <span>To</span> <ClientText className={styles['name']} text={clientName(client)} />{' '}
          <ClientText className={styles['uuid']} text={client.record.uuid} />
        </p>
        <fieldset className={styles['kinds']}>
          <legend className="spoken">What to send</legend>
          {draftKinds.map((kind) => (
            <label key={kind} className={styles['kind']}>
              <input
                type="radio"
                name={kindName}
                checked={draft.kind === kind}
                onChange={() => edit({ kind })}
              />
              {kindTitles[kind]}
            </label>
          ))}
        </fieldset>
        <Fields key={client.key} first={setFirst} draft={draft} check={check} edit={edit} />
        <Options draft={draft} check={check} edit={edit} />
        <div className={styles['buttons']}>
          <Button kind="primary" type="submit" disabled={!ready} aria-keyshortcuts="Control+Enter Meta+Enter">
            {sending ? 'Sending…' : 'Send'}
          </Button>
          <Button onClick={() => edit(emptiedDraft(draft))}>Start over</Button>
          <span className={styles['hint']}>
            {navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'} Enter sends
          </span>
          <Size check={check} />
        </div>
        {!current ? (
          <p className={styles['note']}>Nothing can be sent now: it is not live.</p>
        ) : session === null || session?.streamsOpen === 0 ? (
          <p className={styles['note']}>It has no open stream: what you send waits in its mailbox.</p>
        ) : draft.kind !== 'message' && client.record.client_type === 'blender' ? (
          <p className={styles['note']}>It runs in this Blender at once. Nobody is asked before.</p>
        ) : null}
      </form>
      <SentList client={client} sent={sent} session={session ?? null} />
    </div>
  )
}

interface PartProps {
  draft: Draft
  check: DraftCheck
  edit: (change: Partial<Draft>) => void
}

function Fields({ first, draft, check, edit }: PartProps & { first: RefCallback<Focusable> }) {
  const id = useId()
  const warnings = check.warnings.map(({ text }) => text)
  switch (draft.kind) {
    case 'message':
      return (
        <CodeField
          label="Payload, as JSON"
          ref={first}
          language="json"
          rows={7}
          value={draft.message}
          problem={problemOf(check, 'message')}
          onChange={(message) => edit({ message })}
        />
      )
    case 'code':
      return (
        <>
          <CodeField
            label="Python"
            ref={first}
            language="python"
            rows={8}
            value={draft.script}
            problem={problemOf(check, 'script')}
            onChange={(script) => edit({ script })}
          />
          <label className={styles['line']} htmlFor={`${id}-as`}>
            Sent as
            <select
              id={`${id}-as`}
              value={draft.codeAs}
              onChange={({ target }) =>
                edit({ codeAs: target.value === 'job_dispatch' ? 'job_dispatch' : 'execute_code' })
              }
            >
              <option value="execute_code">execute_code (a command)</option>
              <option value="job_dispatch">job_dispatch (a script)</option>
            </select>
          </label>
        </>
      )
    case 'command':
      return (
        <>
          <div className={styles['line']}>
            <label htmlFor={`${id}-command`}>Command</label>
            <input
              id={`${id}-command`}
              ref={first}
              type="text"
              className={styles['mono']}
              list={`${id}-known`}
              autoComplete="off"
              spellCheck={false}
              value={draft.command}
              aria-invalid={problemOf(check, 'command') !== undefined}
              aria-describedby={`${id}-problem`}
              onChange={({ target }) => {
                const untouched = draft.params.trim() === '' || draft.params === paramsTemplate(draft.command)
                edit({
                  command: target.value,
                  ...(untouched && { params: paramsTemplate(target.value) }),
                })
              }}
            />
            <datalist id={`${id}-known`}>
              {Object.entries(blenderCommands).map(([name, { title }]) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </datalist>
          </div>
          <p id={`${id}-problem`} className={styles['problem']} aria-live="polite">
            {problemOf(check, 'command')?.text}
          </p>
          <CodeField
            label="Parameters, as JSON"
            language="json"
            rows={5}
            value={draft.params}
            problem={problemOf(check, 'params')}
            describedBy={`${id}-warnings`}
            onChange={(params) => edit({ params })}
          />
          <ul id={`${id}-warnings`} className={styles['warnings']} aria-live="polite">
            {warnings.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <KnownParams command={draft.command} />
        </>
      )
  }
}

/** What the add-on takes with a command it knows. */
function KnownParams({ command }: { command: string }) {
  const known = knownParams(command)
  if (known.length === 0) return null
  return (
    <dl className={styles['known']} aria-label={`Parameters of ${command}`}>
      {known.map(({ name, needed, about }) => (
        <div key={name}>
          <dt>
            {name}
            {needed ? ' (needed)' : ''}
          </dt>
          <dd>{about}</dd>
        </div>
      ))}
    </dl>
  )
}

function Options({ draft, check, edit }: PartProps) {
  const id = useId()
  return (
    <div className={styles['options']}>
      <label htmlFor={`${id}-priority`}>
        Priority
        <select
          id={`${id}-priority`}
          value={draft.priority}
          onChange={({ target }) => {
            const priority = priorityNames.find((each) => each === target.value)
            if (priority !== undefined) edit({ priority })
          }}
        >
          {priorityNames.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {draft.kind !== 'message' && (
        <>
          <label htmlFor={`${id}-job`}>
            Job id
            <input
              id={`${id}-job`}
              type="text"
              className={styles['mono']}
              placeholder="made for you"
              autoComplete="off"
              spellCheck={false}
              value={draft.jobId}
              aria-invalid={problemOf(check, 'jobId') !== undefined}
              aria-describedby={`${id}-problem`}
              onChange={({ target }) => edit({ jobId: target.value })}
            />
          </label>
          <p id={`${id}-problem`} className={styles['problem']} aria-live="polite">
            {problemOf(check, 'jobId')?.text}
          </p>
        </>
      )}
    </div>
  )
}

function Size({ check: { bytes } }: { check: DraftCheck }) {
  if (bytes === null) return null
  return (
    <p className={`${styles['size']} num ${bytes > bounds.payloadBytes ? styles['over'] : ''}`}>
      {sizeText(bytes)} of {sizeText(bounds.payloadBytes)}
    </p>
  )
}

function problemOf({ problems }: DraftCheck, field: DraftField): DraftProblem | undefined {
  return problems.find((problem) => problem.field === field)
}
