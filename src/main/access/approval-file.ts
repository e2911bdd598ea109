import { z } from 'zod'
import { approvalPolicySchema, type ApprovalPolicy } from '../../shared/approvals.ts'
import type { Approvals } from './approvals.ts'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { writePrivateFile } from '../base/private-file.ts'
import { setFileAside } from '../base/set-aside.ts'

const fileSchema = z.object({ version: z.literal(1), policy: approvalPolicySchema })

export interface ApprovalFilePorts {
  /** The file, `<data-dir>/approvals.json`. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/**
 * Reads the policy that a person set in an earlier run. A file that holds something else is renamed, never
 * overwritten, and everything is asked for from then on: what it denied must not come to be allowed.
 */
export async function readPolicy({ path, clock, log }: ApprovalFilePorts): Promise<ApprovalPolicy> {
  const file = await readJsonFile(path, fileSchema)
  if (file.kind === 'missing') return { default: 'by_token', rules: [] }
  if (file.kind === 'read') return file.value.policy
  const setAside = await setFileAside(path, clock())
  log.error(
    { setAside },
    'the policy of approvals could not be read; it was set aside, and every change is asked for',
  )
  return { default: 'ask', rules: [] }
}

/**
 * Writes the policy after each change, whole or not at all, one write at a time. A write that fails is logged.
 *
 * @returns waits until everything is written
 */
export function storePolicy(approvals: Approvals, { path, log }: ApprovalFilePorts): () => Promise<void> {
  let written = Promise.resolve()
  approvals.events.on('policy', (policy) => {
    written = written
      .then(() => writePrivateFile(path, `${JSON.stringify({ version: 1, policy })}\n`))
      .catch((error: unknown) =>
        log.error(
          { err: error },
          'the policy of approvals could not be written; a restart brings the old one back',
        ),
      )
  })
  return () => written
}
