import styles from './TextSection.module.css'

/** The texts of a record, one below the other. */
export function TextSections({ children }: { children: React.ReactNode }) {
  return <div className={styles['texts']}>{children}</div>
}

interface TextSectionProps {
  title: string
  /** What can be done with the text: copied, saved. */
  buttons?: React.ReactNode
  children: React.ReactNode
}

/** A text under its title. */
export function TextSection({ title, buttons, children }: TextSectionProps) {
  return (
    <section>
      <div className={styles['head']}>
        <h3>{title}</h3>
        {buttons}
      </div>
      {children}
    </section>
  )
}

/** What has to be said of a text, or in its place. */
export function TextNote({ children }: { children: React.ReactNode }) {
  return <p className={styles['note']}>{children}</p>
}
