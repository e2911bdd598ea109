import { Pause, Play, X } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { clientKey, type PanelClient } from '../../../shared/clients.ts'
import { priorityNames } from '../../../shared/protocol.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import bar from '../../ui/Toolbar.module.css'
import { fold } from '../../lib/fold.ts'
import { Segments } from '../../ui/Segments.tsx'
import { clientName } from '../../model/clients/client-text.ts'
import { ExportMenu } from './ExportMenu.tsx'
import styles from './LogToolbar.module.css'
import type { Log } from '../../model/activity/log-store.ts'
import { groupsOf, groupWords, kindsOf, logGroups } from '../../model/activity/log-text.ts'
import { TimeMenu } from './TimeMenu.tsx'

/** Wait from the last key to the question. */
const typingMs = 200

/** What of the log is shown, from when, and whether it follows. */
export function LogToolbar({ log }: { log: Log }) {
  const live = useLive()
  const filter = useStore(log.state, (state) => state.filter)
  const following = useStore(log.state, (state) => state.following)
  const isFiltered = Object.keys(filter).length > 0
  return (
    <div className={`${bar['bar']} ${styles['bar']}`} role="toolbar" aria-label="Activity">
      <GroupChips log={log} />
      <span className={styles['end']}>
        <TimeMenu log={log} />
        <ExportMenu log={log} />
        <Button
          className={styles['follow']}
          disabled={!live}
          aria-pressed={following}
          title={following ? 'Pause (F)' : 'Follow (F)'}
          onClick={following ? log.pause : log.resume}
        >
          {following ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
          <span>{following ? 'Pause' : 'Follow'}</span>
        </Button>
      </span>
      <span className={styles['filters']}>
        <ClientFilter log={log} />
        <PriorityFilter log={log} />
        <TextFilter log={log} />
        <Button disabled={!isFiltered} onClick={log.clearFilter}>
          <X size={14} aria-hidden />
          Clear filter
        </Button>
      </span>
    </div>
  )
}

function GroupChips({ log }: { log: Log }) {
  const kinds = useStore(log.state, (state) => state.filter.kinds)
  const groups = groupsOf(kinds)
  return (
    <Segments label="Show kinds">
      <button
        type="button"
        aria-pressed={kinds === undefined}
        onClick={() => log.setFilter({ kinds: undefined })}
      >
        All
      </button>
      {logGroups.map((group) => {
        const pressed = groups.includes(group)
        const next = pressed ? groups.filter((each) => each !== group) : [...groups, group]
        return (
          <button
            key={group}
            type="button"
            aria-pressed={pressed}
            onClick={() => log.setFilter({ kinds: kindsOf(next) })}
          >
            {groupWords[group]}
          </button>
        )
      })}
    </Segments>
  )
}

/** Names suggested while one is typed. */
const suggested = 40

/** By the name of a client that is there, or by any uuid. */
function ClientFilter({ log }: { log: Log }) {
  const byKey = useStore(usePanel().clients.state, (state) => state.byKey)
  const chosen = useStore(log.state, ({ filter }) => filter.client)
  const chosenUser = useStore(log.state, ({ filter }) => filter.userId)
  const names = useStore(log.state, (state) => state.names)
  const [text, setText] = useState<string | null>(null)
  const list = useId()
  const shown =
    chosen === undefined
      ? ''
      : (byKeyName(byKey, chosen, chosenUser) ??
        names.get(clientKey({ userId: chosenUser ?? '', uuid: chosen })) ??
        chosen)
  const words = fold(text ?? '')
  const found: PanelClient[] = []
  if (text !== null) {
    for (const client of byKey.values()) {
      if (found.length === suggested) break
      if (fold(`${clientName(client)} ${client.record.uuid}`).includes(words)) found.push(client)
    }
  }
  const choose = (value: string) => {
    const wanted = value.trim()
    const client = [...byKey.values()].find(
      (each) => each.record.uuid === wanted || labelOf(each) === wanted || clientName(each) === wanted,
    )
    log.setFilter(
      wanted === ''
        ? { client: undefined, userId: undefined }
        : { client: client?.record.uuid ?? wanted, userId: client?.userId },
    )
    setText(null)
  }
  return (
    <>
      <input
        className={styles['client']}
        type="text"
        list={list}
        aria-label="Only of a client"
        placeholder="Any client"
        spellCheck={false}
        autoComplete="off"
        maxLength={400}
        value={text ?? shown}
        onFocus={() => setText(text ?? shown)}
        onChange={({ target, nativeEvent }) => {
          setText(target.value)
          // A suggestion that is taken, by mouse or keyboard, comes whole and not as typed letters.
          const taken =
            !(nativeEvent instanceof InputEvent) || nativeEvent.inputType === 'insertReplacementText'
          if (taken || target.value === '') choose(target.value)
        }}
        onBlur={({ target }) => choose(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') choose(event.currentTarget.value)
          if (event.key === 'Escape' && (text ?? shown) !== '') {
            event.preventDefault()
            event.stopPropagation()
            choose('')
          }
        }}
      />
      <datalist id={list}>
        {found.map((client) => (
          <option key={client.key} value={labelOf(client)} />
        ))}
      </datalist>
    </>
  )
}

/** Unlike any other: the uuid tells clients of one name apart. */
function labelOf(client: PanelClient): string {
  const name = clientName(client)
  return name === client.record.uuid ? name : `${name} (${client.record.uuid})`
}

function byKeyName(
  byKey: ReadonlyMap<string, PanelClient>,
  uuid: string,
  userId?: string,
): string | undefined {
  const client =
    userId === undefined
      ? [...byKey.values()].find((each) => each.record.uuid === uuid)
      : byKey.get(clientKey({ userId, uuid }))
  return client === undefined ? undefined : labelOf(client)
}

function PriorityFilter({ log }: { log: Log }) {
  const priority = useStore(log.state, ({ filter }) => filter.priority)
  return (
    <select
      className={styles['priority']}
      aria-label="At least as urgent as"
      value={priority ?? ''}
      onChange={({ target }) =>
        log.setFilter({ priority: target.value === '' ? undefined : Number(target.value) })
      }
    >
      <option value="">Any urgency</option>
      {priorityNames.slice(0, -1).map((name, index) => (
        <option key={name} value={index}>
          {index === 0 ? name : `${name} and up`}
        </option>
      ))}
    </select>
  )
}

function TextFilter({ log }: { log: Log }) {
  const filtered = useStore(log.state, ({ filter }) => filter.text ?? '')
  const [text, setText] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  useIntent(
    'search',
    () => field.current?.focus(),
    (intent) => intent.in === 'activity',
  )
  useEffect(() => {
    if (text === null) return
    const timer = setTimeout(() => {
      log.setFilter({ text: text === '' ? undefined : text })
      setText(null)
    }, typingMs)
    return () => clearTimeout(timer)
  }, [text, log])
  return (
    <input
      ref={field}
      className={styles['search']}
      type="text"
      role="searchbox"
      aria-label="Search activity"
      placeholder="Text, uuid, job id or payload"
      spellCheck={false}
      autoComplete="off"
      maxLength={200}
      value={text ?? filtered}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || (text ?? filtered) === '') return
        event.preventDefault()
        event.stopPropagation()
        setText('')
      }}
    />
  )
}
