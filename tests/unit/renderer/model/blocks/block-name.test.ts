import { expect, it } from 'vitest'
import { blockName } from '../../../../../src/renderer/model/blocks/block-name.ts'

it('names a blocked program as people know it, and everything else by its subject', () => {
  expect(blockName({ kind: 'program', subject: 'gemini-cli-mcp-client' })).toBe('Gemini CLI')
  expect(blockName({ kind: 'client', subject: 'opencode' })).toBe('opencode')
})
