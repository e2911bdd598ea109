import { CopyLine } from './CopyLine.tsx'
import { SaveAddonButton } from './SaveAddonButton.tsx'
import styles from './Help.module.css'
import { useConnectInfo } from './use-connect.ts'

/** How a Blender gets onto the bus. */
export function ConnectBlenderHelp({ heading: Heading }: { heading: 'h2' | 'h3' }) {
  const info = useConnectInfo()
  return (
    <div className={styles['help']}>
      <Heading>Plug in a Blender</Heading>
      <SaveAddonButton />
      <p>
        In Blender, open Edit › Preferences › Add-ons, choose Install from Disk and take the zip of the Busbar
        add-on. It finds this panel by itself on the same machine, and the Blender appears here.
      </p>
      <p>Without a window, start one that serves in the background:</p>
      <CopyLine what="command" text={info?.blenderCommand ?? null} />
    </div>
  )
}
