import type { ContractRouterClient } from '@orpc/contract'
import type { panelContract } from '../../shared/panel-contract.ts'

/** The contract as the panel calls it. */
export type PanelApi = ContractRouterClient<typeof panelContract>

/** Why a link ended. `bad-key`: the server refused the key, so trying again with it is useless. */
export type LinkEnd = 'lost' | 'bad-key'

/** One open link to the main process, whatever carries it. */
export interface PanelLink {
  readonly api: PanelApi
  /** Resolves once, when the link has ended by either side. Never rejects. */
  readonly ended: Promise<LinkEnd>
  /** Ends the link; harmless when it has ended already. */
  close: () => void
}

/**
 * Opens a new link. It may be handed out before it is usable: calls wait until it is. `signal` aborts when it is no
 * longer wanted; a link that comes after that is closed by whoever gets it.
 */
export type OpenLink = (signal: AbortSignal) => Promise<PanelLink>
