import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storePolicy, readPolicy } from '../../../../src/main/access/approval-file.ts'
import { createApprovals } from '../../../../src/main/access/approvals.ts'
import type { ApprovalPolicy } from '../../../../src/shared/approvals.ts'
import { keptFileFixture } from '../base/kept-file-fixture.ts'

const { folder, ports, lines } = keptFileFixture('approvals.json')

describe('the policy file', () => {
  it('brings back what was set, and goes by the token before anything was', async () => {
    expect(await readPolicy(ports())).toStrictEqual({ default: 'by_token', rules: [] })
    const policy: ApprovalPolicy = {
      default: 'ask',
      rules: [{ client: null, token: 'made', tool: null, mode: 'read-only' }],
    }
    const approvals = createApprovals({
      clock: () => 0,
      steady: () => 0,
      newId: () => 'id',
      policy: { default: 'allow', rules: [] },
    })
    const written = storePolicy(approvals, ports())
    approvals.setPolicy(policy)
    await written()
    expect(await readPolicy(ports())).toStrictEqual(policy)
  })

  it.each(['not JSON', '{"version":1,"policy":{"default":"everything","rules":[]}}'])(
    'is set aside where it says %s, and everything is asked for',
    async (text) => {
      await writeFile(ports().path, text)
      expect(await readPolicy(ports())).toStrictEqual({ default: 'ask', rules: [] })
      const [aside] = await readdir(folder())
      expect(aside).toBe('approvals.json.damaged-1970-01-01T00-00-00-000Z')
      expect(await readFile(join(folder(), aside ?? ''), 'utf8')).toBe(text)
      expect(lines).toStrictEqual([
        'the policy of approvals could not be read; it was set aside, and every change is asked for',
      ])
    },
  )
})
