import { createContext, useContext, useId } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { fixedRows, type FixedRow } from '../../model/settings/setting-entries.ts'
import { Segments } from '../../ui/Segments.tsx'
import styles from './Settings.module.css'

/** The ids of what the search lets through. */
export const Shown = createContext<ReadonlySet<string>>(new Set())

export function useShown(): (id: string) => boolean {
  const shown = useContext(Shown)
  return (id) => shown.has(id)
}

/** False for a panel that came with a token, and until the server has told. */
export function useMayChange(): boolean {
  return useStore(usePanel().serverSettings.state, ({ settings }) => settings?.mayChange === true)
}

/** Why this panel may not do what it shows; nothing where it may. */
export function OperatorOnlyNote({ what }: { what: string }) {
  const known = useStore(usePanel().serverSettings.state, ({ settings }) => settings?.mayChange ?? null)
  if (known !== false) return null
  return (
    <p className={styles['note']}>
      This panel was opened with a token: {what} belong to the person who runs the server.
    </p>
  )
}

interface RowProps {
  id: FixedRow
  children: React.ReactNode
}

/** A row with a name, a sentence and what sets it, where the search lets it through. */
export function Row({ id, children }: RowProps) {
  const shown = useShown()
  const name = useId()
  if (!shown(id)) return null
  const { title, help } = fixedRows[id]
  return (
    <div className={styles['row']} role="group" aria-labelledby={name}>
      <div className={styles['what']}>
        <h3 id={name}>{title}</h3>
        <p>{help}</p>
      </div>
      <div className={styles['control']}>{children}</div>
    </div>
  )
}

interface ChoiceProps<Value extends string | number | boolean> {
  label: string
  options: readonly { value: Value; text: string }[]
  chosen: Value
  choose: (value: Value) => void
}

/** A few values of which one holds. */
export function Choice<Value extends string | number | boolean>({
  label,
  options,
  chosen,
  choose,
}: ChoiceProps<Value>) {
  return (
    <Segments label={label} className={styles['choice']}>
      {options.map(({ value, text }) => (
        <button key={text} type="button" aria-pressed={value === chosen} onClick={() => choose(value)}>
          {text}
        </button>
      ))}
    </Segments>
  )
}

interface FieldProps {
  label: string
  /** Why the value is not taken. */
  problem?: string | null
  children: (field: { id: string; 'aria-invalid': boolean; 'aria-describedby': string }) => React.ReactNode
}

/** A field of a form with its label, and beside it why it was refused. */
export function Field({ label, problem = null, children }: FieldProps) {
  const id = useId()
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': problem !== null, 'aria-describedby': `${id}-problem` })}
      <span id={`${id}-problem`} role={problem === null ? undefined : 'alert'} className={styles['problem']}>
        {problem}
      </span>
    </div>
  )
}
