import { Check, Copy, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import styles from './CopyValue.module.css'
import { copyText } from '../lib/copy-text.ts'

type CopyState = 'idle' | 'copied' | 'failed'

const words: Record<CopyState, string> = { idle: '', copied: 'Copied', failed: 'Not copied' }
const icons = { idle: Copy, copied: Check, failed: TriangleAlert }

/** Copies one value, as small as the value it stands beside. `name` is what the value is. */
export function CopyValue({ name, text }: { name: string; text: string }) {
  const [state, setState] = useState<CopyState>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_500)
    return () => clearTimeout(timer)
  }, [state])
  const Icon = icons[state]
  return (
    <button
      type="button"
      className={styles['copy']}
      aria-label={`Copy ${name}`}
      title={words[state] === '' ? `Copy ${name}` : words[state]}
      onClick={() => void copyText(text).then((copied) => setState(copied ? 'copied' : 'failed'))}
    >
      <Icon size={12} aria-hidden />
      <span role="status" className="spoken">
        {words[state]}
      </span>
    </button>
  )
}
