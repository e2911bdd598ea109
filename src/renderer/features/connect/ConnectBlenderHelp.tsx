import { CopyLine } from './CopyLine.tsx'
import styles from './Help.module.css'
import { useConnectInfo } from './use-connect.ts'

/** How a Blender gets onto the bus. */
export function ConnectBlenderHelp({ heading: Heading }: { heading: 'h2' | 'h3' }) {
  const info = useConnectInfo()
  return (
    <div className={styles['help']}>
      <Heading>Plug in a Blender</Heading>
      <p>
        In Blender, open Edit › Preferences › Add-ons, choose Install from Disk and take the Busbar add-on (
        <code>npm run addon:build</code> writes its zip to <code>dist</code>). It finds this panel by itself
        on the same machine, and the Blender appears here.
      </p>
      <p>Without a window, start one that serves in the background:</p>
      <CopyLine what="command" text={info?.blenderCommand ?? null} />
    </div>
  )
}
