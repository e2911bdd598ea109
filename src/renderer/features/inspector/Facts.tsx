import { CopyValue } from '../../ui/CopyValue.tsx'
import styles from './Facts.module.css'

/** A list of names and values; values that are cut have their whole text in the title. */
export function Facts({ children }: { children: React.ReactNode }) {
  return <dl className={styles['facts']}>{children}</dl>
}

interface FactProps {
  /** A word, or a `Term` where it needs a sentence. */
  name: React.ReactNode
  title?: string | undefined
  /** Lets a value take several lines. */
  wrap?: boolean
  /** The value as it is copied, and what it is called; without it there is nothing to copy. */
  copy?: { what: string; text: string } | undefined
  children: React.ReactNode
}

export function Fact({ name, title, wrap = false, copy, children }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={wrap ? styles['wrap'] : copy === undefined ? undefined : styles['copied']} title={title}>
        {copy === undefined ? (
          children
        ) : (
          <>
            <span>{children}</span>
            <CopyValue name={copy.what} text={copy.text} />
          </>
        )}
      </dd>
    </>
  )
}
