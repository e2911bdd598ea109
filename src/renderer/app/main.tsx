import './zod-without-eval.ts'
import '@fontsource-variable/inter/wght.css'
import '../theme/tokens.css'
import '../theme/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { announceApprovals } from '../model/approvals/approval-notices.ts'
import { playApprovalSound } from '../model/approvals/approval-sound.ts'
import { ignoreKeysWhileComposing } from '../lib/composition.ts'
import { createImageHost } from '../model/pictures/image-host.ts'
import { followWallLink } from '../features/wall/wall-link.ts'
import { createPanel } from '../panel/panel.ts'
import { PanelContext } from '../panel/panel-context.ts'
import { followDeepLinks } from '../panel/deep-links.ts'
import { createRouter } from '../panel/router.ts'
import { connectToShell } from '../connection/connect-to-shell.ts'
import { afterPaint } from '../connection/follow-watch.ts'
import { createPageVisibility } from '../connection/page-visibility.ts'
import { leavePanelKey, takePanelKey } from '../connection/panel-key.ts'
import { createBrowserTimers } from '../connection/timers.ts'
import { createPreferences } from '../settings/preferences.ts'
import { createSafeStorage } from '../settings/safe-storage.ts'
import { createTheme } from '../theme/theme.ts'
import { isUnfinished } from './unfinished.ts'

const storage = createSafeStorage(
  () => localStorage,
  (listener) => window.addEventListener('storage', listener),
)
const tabStorage = createSafeStorage(() => sessionStorage)
// First of all: whatever fails later, the key does not stay in the address.
const keyPorts = { location, history, storage: tabStorage }
takePanelKey(keyPorts)

ignoreKeysWhileComposing(window)

const theme = createTheme({
  root: document.documentElement,
  storage,
  prefersLight: matchMedia('(prefers-color-scheme: light)'),
})
const preferences = createPreferences({ root: document.documentElement, storage })
const panel = createPanel({
  timers: createBrowserTimers(),
  drawn: afterPaint,
  storage,
  windowStorage: tabStorage,
  images: createImageHost(),
  sight: createPageVisibility(document),
  page: {
    version: document.querySelector<HTMLMetaElement>('meta[name="busbar-version"]')?.content ?? null,
    losesSomething: () => isUnfinished(panel, router.state.getState().view, document),
    reload() {
      leavePanelKey(keyPorts)
      location.reload()
    },
  },
})
connectToShell(window, panel.connection, tabStorage)
const viewName = 'busbar.view'
const router = createRouter(location.hash, storage.getItem(viewName))
router.state.subscribe(({ view }) => storage.setItem(viewName, view))
window.addEventListener('hashchange', () => router.follow(location.hash))
followDeepLinks(panel, router)
followWallLink(router, panel.clients)
announceApprovals({
  ...panel,
  setTitle: (title) => (document.title = title),
  play() {
    if (preferences.state.getState().approvalSound) playApprovalSound()
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the id "root".')
createRoot(root).render(
  <StrictMode>
    <PanelContext value={{ panel, theme, router, preferences }}>
      <App />
    </PanelContext>
  </StrictMode>,
)
