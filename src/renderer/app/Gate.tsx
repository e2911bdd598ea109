import { Logo } from '../ui/Logo.tsx'
import styles from './Gate.module.css'

/** What stands in place of the panel while there is no key that opens it. */
export function Gate({ reason }: { reason: 'no-key' | 'bad-key' }) {
  return (
    <main className={styles['gate']}>
      <div className={styles['card']}>
        <Logo size={36} />
        <h1>{reason === 'no-key' ? 'This panel needs its key' : 'The key is no longer valid'}</h1>
        <p>
          {reason === 'no-key'
            ? 'The address of this page has no key in it. The panel opens only with the address that Busbar gives you.'
            : 'Busbar was started again, or the key belongs to another one. Nothing is shown here until you open the new address.'}
        </p>
        <ul>
          <li>
            Run <code>busbar serve --open</code>. It opens the panel with its key.
          </li>
          <li>
            Or open the address again that <code>busbar serve</code> printed after <code>Panel</code>. It ends
            with <code>#key=…</code>
          </li>
        </ul>
      </div>
    </main>
  )
}
