import styles from './CodeBlock.module.css'
import { highlightMax, type Language } from '../lib/code-language.ts'
import { highlightParts } from '../lib/highlight-code.ts'
import { escapeInvisible, visibleCode } from '../lib/visible-text.ts'

interface CodeBlockProps {
  text: string
  language: Language
  /** What it is called to who does not see it. */
  label: string
  failed?: boolean
}

/**
 * Code, data or an error as it is, in a box that scrolls and that the keyboard reaches. Nothing in it is invisible or
 * turns the direction of a line; what is selected and copied from JSON is valid JSON of the same value.
 */
export function CodeBlock({ text, language, label, failed = false }: CodeBlockProps) {
  return (
    <pre
      className={`${styles['code']} ${failed ? styles['failed'] : ''}`}
      tabIndex={0}
      role="region"
      aria-label={label}
      dir="ltr"
      translate="no"
    >
      <code>
        {partsOf(text, language).map(({ kind, text: part }, index) =>
          kind === 'plain' ? (
            part
          ) : (
            <span key={index} className={styles[kind]}>
              {part}
            </span>
          ),
        )}
      </code>
    </pre>
  )
}

function partsOf(text: string, language: Language) {
  const visible = language === 'json' ? escapeInvisible(text) : visibleCode(text)
  if (language === 'text' || visible.length > highlightMax) return [{ kind: 'plain' as const, text: visible }]
  return highlightParts(visible, language)
}
