import { Fragment } from 'react'
import styles from './CodeBlock.module.css'
import { highlightMax, type Language } from '../lib/code-language.ts'
import { highlightParts } from '../lib/highlight-code.ts'
import { countUnseen, escapeInvisible, visibleCode } from '../lib/visible-text.ts'

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
  const marked = language !== 'json' && countUnseen(text) > 0
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
            <Fragment key={index}>{withMarks(part, marked)}</Fragment>
          ) : (
            <span key={index} className={styles[kind]}>
              {withMarks(part, marked)}
            </span>
          ),
        )}
      </code>
    </pre>
  )
}

/** A part of the code, with the symbols for what can't be seen in a colour of their own. */
function withMarks(part: string, marked: boolean) {
  if (!marked) return part
  return part.split(/(⟨U\+[0-9A-F]{4,6}⟩|[\u2400-\u2421])/).map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      <mark key={index} className={styles['unseen']}>
        {piece}
      </mark>
    ),
  )
}

function partsOf(text: string, language: Language) {
  const visible = language === 'json' ? escapeInvisible(text) : visibleCode(text)
  if (language === 'text' || visible.length > highlightMax) return [{ kind: 'plain' as const, text: visible }]
  return highlightParts(visible, language)
}
