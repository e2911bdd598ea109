import { join } from 'node:path'
import type { SettingValues } from '../../shared/settings.ts'
import { readPolicy } from '../access/approval-file.ts'
import { readBlocks } from '../access/block-file.ts'
import type { Log } from '../base/log.ts'
import { closeToOthers } from '../base/private-file.ts'
import { readPauses } from './pause-file.ts'
import { createTokenRegistry } from '../access/token-registry.ts'
import { createTokenStore } from '../access/token-store.ts'
import { createServerSettings } from '../config/settings.ts'
import { readTargets } from '../mcp/dispatch/target-file.ts'

/** What may stand in the data directory from before; the secrets are looked at where they are read. */
const keptFiles = [
  'settings.json',
  'tokens.json',
  'blocks.json',
  'approvals.json',
  'targets.json',
  'pauses.json',
  'history.db',
  'history.db-wal',
  'history.db-shm',
]

/**
 * Reads what the data directory keeps: settings, secrets, tokens, blocks, the policy of approvals, who is paused and
 * the targets that programs chose. Where it can't be written to, what is made for this run holds for this run. Close `registry` in the end.
 */
export async function readStoredState({
  dataDir,
  clock,
  log,
  options,
  env,
}: {
  dataDir: string
  /** Unix milliseconds. */
  clock: () => number
  log: Log
  /** Settings of the command line. */
  options: SettingValues
  env: NodeJS.ProcessEnv
}) {
  const fileOf = (name: string) => ({ path: join(dataDir, name), clock, log })
  for (const name of keptFiles) await closeToOthers(join(dataDir, name), log)
  const settings = await createServerSettings({ ...fileOf('settings.json'), options, env })
  const tokens = await createTokenStore({ dataDir, overrideToken: env.BUSBAR_TOKEN || undefined, log })
  const blockFile = fileOf('blocks.json')
  const approvalFile = fileOf('approvals.json')
  const pauseFile = fileOf('pauses.json')
  const targetFile = fileOf('targets.json')
  return {
    settings,
    tokens,
    blockFile,
    blocks: await readBlocks(blockFile),
    approvalFile,
    policy: await readPolicy(approvalFile),
    pauseFile,
    pauses: await readPauses(pauseFile),
    targetFile,
    targets: await readTargets(targetFile),
    registry: await createTokenRegistry(fileOf('tokens.json')),
  }
}

export type StoredState = Awaited<ReturnType<typeof readStoredState>>
