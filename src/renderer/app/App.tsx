import { useState } from 'react'
import { useStore } from 'zustand'
import { ActivityView } from '../views/ActivityView.tsx'
import { ApprovalsView } from '../views/ApprovalsView.tsx'
import { ClientsView } from '../views/ClientsView.tsx'
import { ConnectView } from '../views/ConnectView.tsx'
import { JobsView } from '../views/JobsView.tsx'
import { SettingsView } from '../views/SettingsView.tsx'
import { StatusBar } from '../features/status/StatusBar.tsx'
import { UnregisterDialog } from '../features/unregister/UnregisterDialog.tsx'
import { Toaster } from './Toaster.tsx'
import styles from './App.module.css'
import { Gate } from './Gate.tsx'
import { Header } from './Header.tsx'
import { ConnectionLostBanner } from './ConnectionLostBanner.tsx'
import { Nav } from './Nav.tsx'
import { UpdateBanner } from './UpdateBanner.tsx'
import { PauseBanner } from './PauseBanner.tsx'
import { TroubleBanner } from './TroubleBanner.tsx'
import { Overlays, type Overlay } from './Overlays.tsx'
import { usePanel, useRouter } from '../panel/panel-context.ts'
import type { View } from '../panel/router.ts'

const views: Record<View, React.ReactNode> = {
  clients: <ClientsView />,
  jobs: <JobsView />,
  activity: <ActivityView />,
  approvals: <ApprovalsView />,
  connect: <ConnectView />,
  settings: <SettingsView />,
}

/** The window: either the way in, or the shell with the view in it. */
export function App() {
  const kind = useStore(usePanel().connection.state, (state) => state.kind)
  if (kind === 'no-key' || kind === 'bad-key') return <Gate reason={kind} />
  return <Shell />
}

function Shell() {
  const [overlay, setOverlay] = useState<Overlay>(null)
  const view = useStore(useRouter().state, (state) => state.view)
  return (
    <div className={styles['shell']}>
      <Header onCommands={() => setOverlay('palette')} />
      <Nav />
      <div className={styles['content']}>
        <ConnectionLostBanner />
        <UpdateBanner />
        <PauseBanner />
        <TroubleBanner />
        {views[view]}
      </div>
      <StatusBar />
      <UnregisterDialog />
      <Overlays open={overlay} setOpen={setOverlay} />
      <Toaster />
    </div>
  )
}
