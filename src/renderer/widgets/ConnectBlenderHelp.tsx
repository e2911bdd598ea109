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
        In Blender 4.2 or later, open Edit › Preferences › Add-ons, choose Install from Disk… in the menu at
        the top right, and take the zip.
      </p>
      <p>
        In Blender 3.4 to 4.1, open Edit › Preferences › Add-ons, choose Install…, take the zip, and then tick
        the box beside System: Busbar.
      </p>
      <p>It finds this panel by itself on the same machine, and the Blender appears here.</p>
      <p>Without a window, start one that serves in the background:</p>
      <CopyLine what="command" text={info?.blenderCommand ?? null} />
    </div>
  )
}
