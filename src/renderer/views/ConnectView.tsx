import { ConnectBlenderHelp } from '../widgets/ConnectBlenderHelp.tsx'
import { ConnectProgramHelp } from '../widgets/ConnectProgramHelp.tsx'
import styles from './ConnectView.module.css'
import { useConnectInfo } from '../widgets/use-connect.ts'

/** How to connect things, for any time. */
export function ConnectView() {
  const info = useConnectInfo()
  return (
    <main className={styles['view']} aria-label="Connect">
      <h1>Connect</h1>
      <section className={styles['card']}>
        <ConnectBlenderHelp heading="h2" />
      </section>
      <section className={styles['card']}>
        <ConnectProgramHelp heading="h2" />
      </section>
      <section className={styles['card']}>
        <h2>Programs on this machine</h2>
        <p>
          The file <code>endpoint.json</code> in the data directory says where Busbar listens and holds the
          token. The add-on and the <code>busbar</code> commands read it.
        </p>
        <p className={styles['path']}>
          <code>{info?.dataDir ?? '…'}</code>
        </p>
      </section>
    </main>
  )
}
