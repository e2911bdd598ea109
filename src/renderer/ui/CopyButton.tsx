import { Check, Copy, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './Button.tsx'
import { copyText } from '../lib/copy-text.ts'
import styles from './CopyButton.module.css'

interface CopyButtonProps {
  /** What the button says and is called, for example "Copy JSON". */
  label: string
  /** The text, or a way to get it when it is asked for. */
  text: string | (() => Promise<string>)
  disabled?: boolean
}

type CopyState = 'idle' | 'copied' | 'failed'

/** Copies a text and says so only when the clipboard has it. */
export function CopyButton({ label, text, disabled }: CopyButtonProps) {
  const [state, setState] = useState<CopyState>('idle')

  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_500)
    return () => clearTimeout(timer)
  }, [state])

  const copy = async () => {
    try {
      setState((await copyText(typeof text === 'string' ? text : await text())) ? 'copied' : 'failed')
    } catch {
      setState('failed')
    }
  }

  const Icon = state === 'copied' ? Check : state === 'failed' ? TriangleAlert : Copy
  return (
    <Button className={styles['copy']} disabled={disabled} onClick={() => void copy()}>
      <Icon size={14} aria-hidden />
      {/* All three texts take the same place, so that the button does not change its width. */}
      <span className={styles['texts']}>
        <span className={state === 'idle' ? undefined : styles['away']}>{label}</span>
        <span className={state === 'copied' ? undefined : styles['away']} role="status">
          {state === 'copied' ? 'Copied' : ''}
        </span>
        <span className={state === 'failed' ? undefined : styles['away']} role="status">
          {state === 'failed' ? 'Not copied' : ''}
        </span>
      </span>
    </Button>
  )
}
