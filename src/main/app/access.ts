import { join } from 'node:path'
import { storePolicy } from '../access/approval-file.ts'
import { createApprovals, type Approvals } from '../access/approvals.ts'
import { storeBlocks } from '../access/block-file.ts'
import { createBlockList, type BlockList } from '../access/block-list.ts'
import { createLogins, type Logins } from '../access/logins.ts'
import { createGuard, type RequestGuard } from '../access/request-guard.ts'
import { createTokenAdministration, type TokenAdministration } from '../access/token-administration.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { Runtime } from '../base/runtime.ts'
import type { StoredState } from './stored-state.ts'

/** Who may come in, and what they may do. */
export interface Access {
  readonly guard: RequestGuard
  readonly logins: Logins
  readonly registry: TokenRegistry
  readonly desk: TokenAdministration
  readonly blocks: BlockList
  readonly approvals: Approvals
  /** Resolves when the files hold what was changed last. */
  close(): Promise<void>
}

/** Builds access on what the data directory kept, and writes its changes there. */
export function createAccess(ports: {
  dataDir: string
  kept: StoredState
  guard: Parameters<typeof createGuard>[0]
  /** What is asked for where no rule says otherwise; undefined: as the file says. */
  approvalsDefault: 'ask' | 'allow' | undefined
  approvalTimeoutMs: number
  runtime: Runtime
}): Access {
  const { dataDir, kept, runtime } = ports
  const { clock, steady, newId, log } = runtime
  const { registry, tokens } = kept
  const logins = createLogins({ store: tokens, registry, clock: steady })
  const blocks = createBlockList(clock, kept.blocks.blocks, (id) => registry.get(id)?.name ?? null)
  const blocksWritten = storeBlocks(blocks, kept.blockFile)
  const policy = { ...kept.policy, default: ports.approvalsDefault ?? kept.policy.default }
  const approvals = createApprovals({ clock, steady, newId, policy, timeoutMs: ports.approvalTimeoutMs })
  const policyWritten = storePolicy(approvals, kept.approvalFile)
  approvals.events.on('decided', ({ userId, from, tool }, verdict) =>
    log.info({ user: userId, client: from?.uuid, tool, ...verdict }, 'a request for approval was decided'),
  )
  registry.events.on('revoked', ({ id }) => approvals.forgetPrograms({ tokenId: id }))
  const desk = createTokenAdministration({ path: join(dataDir, 'tokens.json'), registry, clock })
  return {
    guard: createGuard(ports.guard),
    logins,
    registry,
    desk,
    blocks,
    approvals,
    async close() {
      await desk.settled()
      await blocksWritten()
      await policyWritten()
    },
  }
}
