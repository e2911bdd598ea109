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
  children: React.ReactNode
}

export function Fact({ name, title, wrap = false, children }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={wrap ? styles['wrap'] : undefined} title={title}>
        {children}
      </dd>
    </>
  )
}
