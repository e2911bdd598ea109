import type { ClientRef } from '../../shared/clients.ts'
import type { AddonPackage, ConnectInfo } from '../../shared/connect.ts'
import type { ForgetOutcome } from '../../shared/forget.ts'
import type { PanelStatus } from '../../shared/status.ts'
import type { TokenScope } from '../../shared/tokens.ts'
import type { ProgramRef } from '../../shared/troubles.ts'
import type { SettingChange, SettingOutcome, SettingState } from '../../shared/settings.ts'
import type { Approvals } from '../access/approvals.ts'
import type { BlockList } from '../access/block-list.ts'
import type { Caller } from '../access/caller.ts'
import type { TokenAdministration } from '../access/token-administration.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { McpServerFactory } from '../mcp/server/server.ts'
import type { BlenderEndings } from './blender-endings.ts'
import type { JobLedger } from './job-ledger.ts'
import type { PanelMessages } from './messages.ts'
import type { PanelPauses } from './pauses.ts'
import type { Pictures } from './pictures.ts'
import type { RateCounters } from './rates.ts'
import type { Roster } from './roster.ts'
import type { PanelTroubles } from './troubles.ts'

/** What the panel's router works on. A panel of one user gets the same with nothing of others in it. */
export interface PanelRouterPorts {
  roster: Pick<Roster, 'rows' | 'row' | 'client' | 'deliveries' | 'events'>
  jobs: Omit<JobLedger, 'close' | 'tell' | 'forget'>
  /** Null where ending Blenders is none of this panel's business. */
  endings: Pick<BlenderEndings, 'look' | 'end'> | null
  pauses: {
    list: PanelPauses['list']
    /** By the person at this panel. */
    stopAll: (userId: string | null) => number
    pause: (client: ClientRef) => boolean
    resume: (userId: string, program: string | null) => boolean
    events: PanelPauses['events']
  }
  troubles: {
    list: PanelTroubles['list']
    /** By the person at this panel. */
    pause: (program: ProgramRef) => boolean
    dismiss: PanelTroubles['dismiss']
    events: PanelTroubles['events']
  }
  pictures: Pick<Pictures, 'take' | 'last'>
  /** Deletes what is kept about a client. */
  forget: (about: ClientRef) => Promise<ForgetOutcome>
  messages: PanelMessages
  sessions: {
    threshold: McpServerFactory['threshold']
    /** What the token of a session opens. */
    scopesOf: (caller: Caller) => readonly TokenScope[]
  }
  access: {
    /** Whose panel it is; null for that of the person who runs the server. */
    userId: string | null
    blocks: Pick<BlockList, 'add' | 'lift' | 'listed' | 'events'>
    approvals: Pick<
      Approvals,
      'pending' | 'detail' | 'answer' | 'grants' | 'takeBack' | 'policy' | 'setPolicy' | 'events'
    >
    /** Null where tokens are none of this panel's business. */
    tokens: Pick<TokenAdministration, 'list' | 'create' | 'revoke'> | null
  }
  activity: {
    log: Pick<ActivityLog, 'queries' | 'events' | 'state' | 'waitingDetail'>
    rates: RateCounters
  }
  settings: {
    list: () => SettingState[]
    keep: (change: SettingChange) => Promise<SettingOutcome>
    /** False where changes are none of this panel's business. */
    mayChange: boolean
  }
  server: {
    status: () => PanelStatus
    connectInfo: () => ConnectInfo
    addon: () => Promise<AddonPackage | null>
    token: () => string
  }
  /** Unix milliseconds. */
  clock: () => number
}
