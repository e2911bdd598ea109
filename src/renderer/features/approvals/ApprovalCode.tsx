import { useMemo, useState } from 'react'
import { approvalCodeLength, type Approval } from '../../../shared/approvals.ts'
import { countOf } from '../../lib/count-text.ts'
import { countUnseen } from '../../lib/visible-text.ts'
import { pagesOf } from '../../model/approvals/code-pages.ts'
import { Button } from '../../ui/Button.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import styles from './ApprovalCard.module.css'

interface ApprovalCodeProps {
  approval: Pick<Approval, 'codeKind' | 'codeLength'>
  /** All of it, or the start while the rest has not come. */
  code: string
}

const number = (count: number) => count.toLocaleString('en')

/** What is to run, page by page where it is long, with what of it was not shown yet and what can't be seen. */
export function ApprovalCode({ approval: { codeKind, codeLength }, code }: ApprovalCodeProps) {
  const [at, setAt] = useState(0)
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set([0]))
  const pages = useMemo(() => pagesOf(code, approvalCodeLength), [code])
  const { start, end } = pages[at] ?? { start: 0, end: 0 }
  const shown = pages.reduce((sum, page, index) => (seen.has(index) ? sum + page.end - page.start : sum), 0)
  const unseen = useMemo(() => countUnseen(code), [code])
  const turnTo = (index: number) => {
    setAt(index)
    setSeen(new Set([...seen, index]))
  }
  return (
    <>
      <CodeBlock
        key={at}
        text={code.slice(start, end)}
        language={codeKind}
        label={codeKind === 'python' ? 'Code' : 'Arguments'}
      />
      {unseen > 0 && (
        <p className={styles['cut']} role="note">
          {countOf(unseen, 'character')} in this can’t be seen. Each is marked by its number, as ⟨U+200B⟩ or
          \u200b.{code.includes('\r') && ' A ␍ ends a line in Python.'}
        </p>
      )}
      {(pages.length > 1 || code.length < codeLength) && (
        <p className={styles['pages']} role="note">
          <span>
            Characters {number(start + 1)} to {number(end)} of {number(codeLength)}.
          </span>
          {shown < codeLength && (
            <strong className={styles['unshown']}>{number(codeLength - shown)} were not shown yet.</strong>
          )}
          <Button disabled={at === 0} onClick={() => turnTo(at - 1)}>
            Earlier
          </Button>
          <Button disabled={at >= pages.length - 1} onClick={() => turnTo(at + 1)}>
            Go on reading
          </Button>
        </p>
      )}
    </>
  )
}
