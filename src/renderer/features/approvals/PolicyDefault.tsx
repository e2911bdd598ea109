import { useId } from 'react'
import { useStore } from 'zustand'
import type { ApprovalPolicy } from '../../../shared/approvals.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Term } from '../../ui/Term.tsx'
import { Segments } from '../../ui/Segments.tsx'

const choices: readonly { value: ApprovalPolicy['default']; label: string; title: string }[] = [
  {
    value: 'by_token',
    label: 'LLM tokens',
    title: 'Ask for tokens that were made for LLM programs; allow the local one and those for the bus alone',
  },
  { value: 'ask', label: 'Everybody', title: 'Ask for every token, the local one too' },
  { value: 'allow', label: 'Nobody', title: 'Allow all changes' },
]

/** What is asked for where no rule says otherwise. */
export function PolicyDefault({ disabled = false }: { disabled?: boolean }) {
  const { approvals } = usePanel()
  const live = useLive()
  const chosen = useStore(approvals.state, ({ policy }) => policy?.default ?? null)
  const label = useId()
  return (
    <>
      <span id={label}>Ask before changes by</span>
      <Segments labelledBy={label} past={!live}>
        {choices.map(({ value, label, title }) => (
          <button
            key={value}
            type="button"
            title={title}
            disabled={!live || disabled}
            aria-pressed={chosen === value}
            onClick={() => void approvals.setDefault(value)}
          >
            {label}
          </button>
        ))}
      </Segments>
      <Term word="ask before changes" />
    </>
  )
}
