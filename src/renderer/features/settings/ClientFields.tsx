import { useId } from 'react'
import { useStore } from 'zustand'
import { clientName } from '../../model/clients/client-text.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { Field } from './Row.tsx'

interface UuidFieldProps {
  label: string
  placeholder: string
  required?: boolean
  /** Why the value is not taken. */
  problem?: string | null
  value: string
  onChange: (uuid: string) => void
  /** What was typed is the uuid of a client of this user. */
  onUser: (userId: string) => void
}

/** Names a client, which need not be there: those that are, are suggested. */
export function UuidField({
  label,
  placeholder,
  required = false,
  problem,
  value,
  onChange,
  onUser,
}: UuidFieldProps) {
  const { clients } = usePanel()
  const known = useStore(clients.state, (state) => state.byKey)
  const suggestions = useId()
  return (
    <>
      <Field label={label} problem={problem ?? null}>
        {(field) => (
          <input
            {...field}
            type="text"
            required={required}
            autoFocus
            autoComplete="off"
            maxLength={200}
            list={suggestions}
            placeholder={placeholder}
            value={value}
            onChange={({ target }) => {
              onChange(target.value)
              const picked = [...known.values()].find(({ record }) => record.uuid === target.value)
              if (picked !== undefined) onUser(picked.userId)
            }}
          />
        )}
      </Field>
      <datalist id={suggestions}>
        {[...known.values()].slice(0, 200).map((client) => (
          <option key={client.key} value={client.record.uuid} label={clientName(client)} />
        ))}
      </datalist>
    </>
  )
}

interface UserFieldProps {
  label?: string
  required?: boolean
  problem?: string | null
  value: string
  onChange: (userId: string) => void
}

/** Whose client it is. */
export function UserField({ label = 'User', required = false, problem, value, onChange }: UserFieldProps) {
  return (
    <Field label={label} problem={problem ?? null}>
      {(field) => (
        <input
          {...field}
          type="text"
          required={required}
          maxLength={200}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  )
}
