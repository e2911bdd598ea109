import type { SettingValues } from '../../shared/settings.ts'
import type { BlockList } from '../access/block-list.ts'
import type { Logins, Viewer } from '../access/logins.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { MemoryLedger } from '../base/ledger.ts'
import type { Log } from '../base/log.ts'
import type { Limits } from '../config/settings.ts'
import type { Connections } from '../http/connections.ts'
import type { BrowserPanel } from '../http/routes.ts'
import type { TlsFiles } from '../http/web-server.ts'
import type { PanelRouter } from '../panel/router.ts'

/** What a shell that shows the panel over HTTP is given, and what it answers with. */
export interface BrowserPanelParts {
  /** The contract as this viewer may see it. */
  routerOf: (viewer: Viewer) => PanelRouter
  logins: Logins
  /** `revoked` names a token whose panels must go. */
  revoked: TokenRegistry['events']
  /** A blocked token opens no panel. */
  blocks: Pick<BlockList, 'blockOf' | 'events'>
  /** A panel's connection counts for its user. */
  connections: Pick<Connections, 'belongsTo'>
  /** What is kept on behalf of a viewer is charged here. */
  memory: MemoryLedger
  log: Log
}

export interface AppOptions {
  /** Default: `BUSBAR_DATA_DIR`, else the platform's folder for user data. */
  dataDir?: string | undefined
  /** Default: 127.0.0.1. */
  host?: string | undefined
  /** Default: 9877; 0 lets the system choose. */
  port?: number | undefined
  /** Serves the panel to browsers; without it HTTP has the MCP endpoint and the health check alone. */
  browserPanel?: (parts: BrowserPanelParts) => BrowserPanel
  /** Brings the window of this program to the front, for a second start of it. Without it there is no window. */
  showWindow?: () => void
  /** With them the server speaks TLS and nothing else. */
  tls?: TlsFiles | undefined
  /** Further names that the server goes by: `name` or `name:port`. */
  allowHosts?: readonly string[]
  /** Further web origins that may call. */
  allowOrigins?: readonly string[]
  /** What the command line sets, before the environment and `<data-dir>/settings.json`; see docs/configuration.md. */
  settings?: SettingValues
  /** Bounds and times before all settings, finer than a person may set them. */
  limits?: Limits
  /** What is asked for where no rule says otherwise: all changes, or nothing. Default: as the panel last said. */
  approvals?: 'ask' | 'allow' | undefined
  /** Milliseconds: Unix time, and one that never jumps. Default: the system's. */
  clocks?: { wall: () => number; steady: () => number }
  env: NodeJS.ProcessEnv
  log: Log
}

export interface Listening {
  /** The MCP address. */
  url: string
  /** The panel's address with its key in the fragment; null where HTTP serves no panel. Not for logs. */
  panelUrl: string | null
  port: number
  /** The port that was asked for had another owner. */
  portWasTaken: boolean
}
