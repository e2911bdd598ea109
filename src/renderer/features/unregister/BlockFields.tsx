import { useId } from 'react'
import type { BlockScope } from '../../../shared/unregister.ts'
import { afterwards, scopeChoices } from '../../model/unregister/block-scope.ts'
import type { UnregisterTarget } from '../../model/unregister/unregister-store.ts'
import { Term } from '../../ui/Term.tsx'
import styles from './UnregisterDialog.module.css'

/** For how long a client can be kept away, the choices in their order. */
const durations = [
  { label: 'No block, it may come back at once', seconds: null },
  { label: '15 minutes', seconds: 15 * 60 },
  { label: '1 hour', seconds: 3_600 },
  { label: '1 day', seconds: 86_400 },
  { label: '30 days', seconds: 30 * 86_400 },
] as const

/** What a block of a program that reconnects lasts unless a person says otherwise. */
export const defaultBlockSeconds = 3_600

export interface BlockChoice {
  readonly seconds: number | null
  readonly scope: BlockScope
}

interface BlockFieldsProps {
  readonly targets: readonly UnregisterTarget[]
  readonly choice: BlockChoice
  readonly disabled: boolean
  readonly onChange: (choice: BlockChoice) => void
}

/** How long who is kept away, and what comes of it. */
export function BlockFields({ targets, choice, disabled, onChange }: BlockFieldsProps) {
  const ids = { block: useId(), whom: useId() }
  const choices = scopeChoices(targets)
  const after = afterwards(targets, choice.scope, choice.seconds !== null)
  return (
    <>
      <div className={styles['field']}>
        <label htmlFor={ids.block}>Block</label>
        <select
          id={ids.block}
          value={durations.findIndex(({ seconds }) => seconds === choice.seconds)}
          disabled={disabled}
          onChange={({ target }) =>
            onChange({ ...choice, seconds: durations[Number(target.value)]?.seconds ?? null })
          }
        >
          {durations.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
        <Term word="block" />
      </div>
      {choices.length > 0 && (
        <div className={styles['field']}>
          <label htmlFor={ids.whom}>Whom</label>
          <select
            id={ids.whom}
            value={choice.scope}
            disabled={disabled || choice.seconds === null}
            onChange={({ target }) =>
              onChange({ ...choice, scope: choices[target.selectedIndex]?.scope ?? choice.scope })
            }
          >
            {choices.map(({ scope, text }) => (
              <option key={scope} value={scope}>
                {text}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className={styles['after']} role="status">
        {after}
      </p>
    </>
  )
}
