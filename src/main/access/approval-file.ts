import { z } from 'zod'
import { approvalPolicySchema, type ApprovalPolicy } from '../../shared/approvals.ts'
import { createKeptFileWriter, readKeptFile, type KeptFilePorts } from '../base/kept-file.ts'
import type { Approvals } from './approvals.ts'

const fileSchema = z.object({ version: z.literal(1), policy: approvalPolicySchema })

/**
 * Reads the policy that a person set in an earlier run, from `<data-dir>/approvals.json`. A file that holds something
 * else is renamed, never overwritten, and everything is asked for from then on: what it denied must not come to be
 * allowed.
 */
export async function readPolicy(ports: KeptFilePorts): Promise<ApprovalPolicy> {
  const { value, setAside } = await readKeptFile(
    ports,
    fileSchema,
    'the policy of approvals could not be read; it was set aside, and every change is asked for',
  )
  if (value !== null) return value.policy
  return { default: setAside === null ? 'by_token' : 'ask', rules: [] }
}

/**
 * Writes the policy after each change.
 *
 * @returns waits until everything is written
 */
export function storePolicy(
  approvals: Pick<Approvals, 'events' | 'policy'>,
  ports: KeptFilePorts,
): () => Promise<void> {
  const writer = createKeptFileWriter(
    ports,
    () => ({ version: 1, policy: approvals.policy() }),
    'the policy of approvals could not be written; a restart brings the old one back',
  )
  approvals.events.on('policy', () => writer.changed())
  return () => writer.settled()
}
